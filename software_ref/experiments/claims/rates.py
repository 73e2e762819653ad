"""Learning rates that are powers of two, constant and falling."""

from __future__ import annotations

from collections.abc import Mapping

from software_ref.experiments.hardware_problems import DEFAULT_SETS, SETS, HardwareProblem
from software_ref.experiments.report import Spread
from software_ref.experiments.variants import Changes, Conclusion, VariantStudy
from software_ref.experiments.verdict import compare, verdict

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


def _conclude(problem: HardwareProblem, spreads: Mapping[str, Spread]) -> Conclusion:
    schedule = ", ".join(f"2^-{k} from epoch {e + 1}" for e, k in problem.base.rate_exponent)
    sentences, sides = [], []
    for arithmetic in ("fixed", "float"):
        constant = {
            label: spread
            for label, spread in spreads.items()
            if label.startswith("2^") and arithmetic in label
        }
        falling = f"falling, {arithmetic}"
        if not constant or falling not in spreads:
            continue
        best = max(constant, key=lambda label: constant[label].mean)
        ahead = compare(spreads[falling], constant[best])
        sides.append(ahead.side())
        sentences.append(
            f"the falling rate ({schedule}) less the best constant one ({best}) is {ahead.words}."
        )
    return Conclusion(sentences, verdict(sides[:1]))


_STUDY = VariantStudy(variants=_variants, conclude=_conclude, what="learning rate")
plan, report = _STUDY.plan, _STUDY.report
