"""Activations with fewer fraction bits than the weights: how few are enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from software_ref.experiments.hardware_problems import DEFAULT_SETS, SETS, HardwareProblem
from software_ref.experiments.report import Spread, signed_points
from software_ref.experiments.variants import Changes, VariantStudy

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


def _findings(problem: HardwareProblem, spreads: Mapping[str, Spread]) -> Sequence[str]:
    full = spreads[_label(problem.base.fraction)].mean
    losses = {label: full - spread.mean for label, spread in spreads.items()}
    enough = [label for label, loss in losses.items() if loss < CLOSE]
    listed = ", ".join(
        f"{label} {signed_points(-loss)}"
        for label, loss in losses.items()
        if label != _label(problem.base.fraction)
    )
    return [f"points against the full width: {listed}.", f"{enough[-1]} are enough."]


_STUDY = VariantStudy(variants=_variants, findings=_findings, what="activations")
plan, report = _STUDY.plan, _STUDY.report
