"""The update lag: what training with delayed gradients costs."""

from __future__ import annotations

from collections.abc import Mapping

from software_ref.experiments.hardware_problems import DEFAULT_SETS, SETS, HardwareProblem
from software_ref.experiments.report import Spread
from software_ref.experiments.variants import Changes, Conclusion, VariantStudy
from software_ref.experiments.verdict import FAILS, HOLDS, compare

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


def _conclude(problem: HardwareProblem, spreads: Mapping[str, Spread]) -> Conclusion:
    gaps = {
        label: compare(spread, spreads[SHORTEST])
        for label, spread in spreads.items()
        if label != SHORTEST
    }
    listed = "; ".join(f"{label} {gap.words}" for label, gap in gaps.items())
    worse = HARDWARE in gaps and gaps[HARDWARE].side() < 0
    return Conclusion([f"against the shortest lags: {listed}."], FAILS if worse else HOLDS)


_STUDY = VariantStudy(variants=_variants, conclude=_conclude, what="lags, steps")
plan, report = _STUDY.plan, _STUDY.report
