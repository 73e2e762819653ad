"""Accuracy by bit width: how few bits training on the chip needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from software_ref.experiments.hardware_problems import DEFAULT_SETS, SETS, HardwareProblem
from software_ref.experiments.report import Spread, signed_points
from software_ref.experiments.variants import Changes, VariantStudy

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "accuracy by bit width, in fixed and in floating point"
CLAIM = "12 bits, (1,3,8), are the right fixed-point format"

FLOAT = "float"
CLAIMED = "(1,3,8), 12 bits"
CLOSE = 0.01
"""Points below floating point that count as no loss."""
FORMATS = ((3, 4), (2, 5), (3, 6), (2, 7), (3, 8), (3, 10), (3, 12), (5, 10))
"""(i, f) by width: 8, 8, 10, 10, 12, 14, 16 and 16 bits."""


def _variants(problem: HardwareProblem) -> Changes:
    fixed = {f"(1,{i},{f}), {1 + i + f} bits": {"integer": i, "fraction": f} for i, f in FORMATS}
    return {**fixed, FLOAT: {"floating": True}}


def _findings(problem: HardwareProblem, spreads: Mapping[str, Spread]) -> Sequence[str]:
    losses = {
        label: spreads[FLOAT].mean - spread.mean
        for label, spread in spreads.items()
        if label != FLOAT
    }
    close = [label for label, loss in losses.items() if loss < CLOSE]
    enough = f"{close[0]} are the first within a point of floating point" if close else "none is"
    if CLAIMED not in losses:
        return [f"{enough}."]
    holds = "holds" if losses[CLAIMED] < CLOSE else "does not hold"
    return [
        f"{CLAIMED} are {signed_points(-losses[CLAIMED])} points from floating point: the claim "
        f"{holds}; {enough}."
    ]


_STUDY = VariantStudy(variants=_variants, findings=_findings, what="format")
plan, report = _STUDY.plan, _STUDY.report
