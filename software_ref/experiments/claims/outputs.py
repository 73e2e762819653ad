"""Activations with fewer fraction bits than the weights: how few are enough."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile

from software_ref.experiments.hardware_problems import DEFAULT_SETS, SETS, HardwareProblem
from software_ref.experiments.report import Spread
from software_ref.experiments.variants import Changes, Conclusion, VariantStudy
from software_ref.experiments.verdict import Difference, compare

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "inputs and hidden activations narrower than the weights"
CLAIM = "activations have as many bits as everything else"

FRACTIONS = (6, 5, 4, 3, 2, 1)
CLOSE = 0.005
"""Points below the full width that count as no loss."""


def _label(fraction: int) -> str:
    return f"{fraction} fraction bits"


def _variants(problem: HardwareProblem) -> Changes:
    return {
        _label(fraction): {"format_options": {"activation_fraction": fraction}}
        for fraction in (problem.base.fraction, *FRACTIONS)
    }


def _conclude(problem: HardwareProblem, spreads: Mapping[str, Spread]) -> Conclusion:
    first, *others = spreads
    gaps = {label: compare(spreads[label], spreads[first]) for label in others}
    listed = "; ".join(f"{label} {gap.words}" for label, gap in gaps.items())
    enough = [first, *takewhile(lambda label: _no_loss(gaps[label]), others)][-1]
    return Conclusion(
        [
            f"against the full width: {listed}.",
            f"down to {enough} nothing is lost beyond the spread, or less than half a point.",
        ],
        f"no loss down to {enough}",
    )


def _no_loss(gap: Difference) -> bool:
    """Whether nothing is lost beyond the spread, or next to nothing."""
    return gap.side() >= 0 or gap.value > -CLOSE


_STUDY = VariantStudy(variants=_variants, conclude=_conclude, what="activations")
plan, report = _STUDY.plan, _STUDY.report
