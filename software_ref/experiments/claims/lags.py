"""The update lag: what training with delayed gradients costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from software_ref.experiments.hardware_problems import DEFAULT_SETS, SETS, HardwareProblem
from software_ref.experiments.report import Spread, signed_points
from software_ref.experiments.variants import Changes, VariantStudy

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "the effect of the update lag of pipelined junctions"
CLAIM = "junctions may work on different samples at once, so that gradients come late"

SHORTEST, HARDWARE = "shortest", "the hardware's"
MULTIPLES = (4, 16, 64)


def _variants(problem: HardwareProblem) -> Changes:
    junctions = len(problem.base.layers) - 1
    shortest = tuple(range(junctions - 1, -1, -1))
    longer = {
        f"{', '.join(str(multiple * (lag + 1)) for lag in shortest)}": {
            "lags": tuple(multiple * (lag + 1) for lag in shortest)
        }
        for multiple in MULTIPLES
    }
    return {SHORTEST: {"lags": shortest}, HARDWARE: {}, **longer}


def _findings(problem: HardwareProblem, spreads: Mapping[str, Spread]) -> Sequence[str]:
    shortest = spreads[SHORTEST].mean
    listed = ", ".join(
        f"{signed_points(spread.mean - shortest)} ({label})"
        for label, spread in spreads.items()
        if label != SHORTEST
    )
    return [f"points against the shortest lags: {listed}."]


_STUDY = VariantStudy(variants=_variants, findings=_findings, what="lags, steps")
plan, report = _STUDY.plan, _STUDY.report
