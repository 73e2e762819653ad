"""Sigmoid against ReLU, and the ReLU's cap, in fixed and in floating point."""

from __future__ import annotations

from collections.abc import Mapping

from software_ref.experiments.hardware_problems import DEFAULT_SETS, SETS, HardwareProblem
from software_ref.experiments.report import Spread
from software_ref.experiments.variants import Changes, Conclusion, VariantStudy
from software_ref.experiments.verdict import compare, verdict

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "sigmoid against ReLU and its cap, in fixed and in floating point"
CLAIM = "the sigmoid works better in hardware than the ReLU"

SIGMOID = "sigmoid, fixed"
SLOWER = (0, 2, 4)
"""What is added to every k of the schedule: a ReLU's sums are larger, and so are its updates."""
CAPS = (1.0, 4.0)


def _variants(problem: HardwareProblem) -> Changes:
    def slower(more: int) -> tuple[tuple[int, int], ...]:
        return tuple((epoch, k + more) for epoch, k in problem.base.rate_exponent)

    relu = {
        f"ReLU, {'fixed' if not floating else 'float'}, k + {more}": {
            "hidden": "relu",
            "floating": floating,
            "rate_exponent": slower(more),
        }
        for floating in (False, True)
        for more in SLOWER
    }
    capped = {
        f"ReLU up to {cap:g}, fixed, k + {SLOWER[1]}": {
            "hidden": "relu",
            "relu_cap": cap,
            "rate_exponent": slower(SLOWER[1]),
        }
        for cap in CAPS
    }
    return {SIGMOID: {}, "sigmoid, float": {"floating": True}, **capped, **relu}


def _conclude(problem: HardwareProblem, spreads: Mapping[str, Spread]) -> Conclusion:
    fixed = {
        label: spread
        for label, spread in spreads.items()
        if label.startswith("ReLU") and "fixed" in label
    }
    best = max(fixed, key=lambda label: fixed[label].mean)
    ahead = compare(spreads[SIGMOID], fixed[best])
    found = verdict([ahead.side()])
    sentence = (
        f"in fixed point the sigmoid less the best ReLU ({best}) is {ahead.words}: the claim "
        f"{found}."
    )
    return Conclusion([sentence], found)


_STUDY = VariantStudy(variants=_variants, conclude=_conclude, what="hidden layers")
plan, report = _STUDY.plan, _STUDY.report
