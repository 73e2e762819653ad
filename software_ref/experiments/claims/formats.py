"""Accuracy by bit width: how few bits training on the chip needs."""

from __future__ import annotations

from collections.abc import Mapping

from software_ref.experiments.hardware_problems import DEFAULT_SETS, SETS, HardwareProblem
from software_ref.experiments.report import Spread
from software_ref.experiments.variants import Changes, Conclusion, VariantStudy
from software_ref.experiments.verdict import OPEN, compare, verdict

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


def _conclude(problem: HardwareProblem, spreads: Mapping[str, Spread]) -> Conclusion:
    ahead = {
        label: compare(spread, spreads[FLOAT])
        for label, spread in spreads.items()
        if label != FLOAT
    }
    close = [label for label, each in ahead.items() if each.side(-CLOSE) > 0]
    enough = f"{close[0]} are the first within a point of it" if close else "none is within a point"
    if CLAIMED not in ahead:
        return Conclusion([f"against floating point, {enough}."], OPEN)
    found = verdict([ahead[CLAIMED].side(-CLOSE)])
    sentence = (
        f"{CLAIMED} less floating point are {ahead[CLAIMED].words}: that a point at most is lost "
        f"{found}; {enough}."
    )
    return Conclusion([sentence], found)


_STUDY = VariantStudy(variants=_variants, conclude=_conclude, what="format")
plan, report = _STUDY.plan, _STUDY.report
