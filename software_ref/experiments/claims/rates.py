"""Learning rates that are powers of two, constant and falling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from software_ref.experiments.hardware_problems import DEFAULT_SETS, SETS, HardwareProblem
from software_ref.experiments.report import Spread, signed_points
from software_ref.experiments.variants import Changes, VariantStudy

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "constant and falling learning rates in powers of two, in fixed and in floating point"
CLAIM = "the learning rate starts at 2^-3 and is halved now and then"

CONSTANT = (1, 2, 3, 4, 5, 6)
FALLING = "falling, fixed"


def _variants(problem: HardwareProblem) -> Changes:
    constant = {
        f"2^-{k}, {'float' if floating else 'fixed'}": {
            "rate_exponent": ((0, k),),
            "floating": floating,
        }
        for floating in (False, True)
        for k in CONSTANT
    }
    return {FALLING: {}, "falling, float": {"floating": True}, **constant}


def _findings(problem: HardwareProblem, spreads: Mapping[str, Spread]) -> Sequence[str]:
    constant = {
        label: spread.mean
        for label, spread in spreads.items()
        if label.startswith("2^") and "fixed" in label
    }
    best = max(constant, key=lambda label: constant[label])
    ahead = spreads[FALLING].mean - constant[best]
    schedule = ", ".join(f"2^-{k} from epoch {e + 1}" for e, k in problem.base.rate_exponent)
    return [
        f"the falling rate ({schedule}) is {signed_points(ahead)} points from the best constant "
        f"one ({best})."
    ]


_STUDY = VariantStudy(variants=_variants, findings=_findings, what="learning rate")
plan, report = _STUDY.plan, _STUDY.report
