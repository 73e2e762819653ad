"""Updates too small for the format: extra bits in stored weights, and random rounding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from software_ref.experiments.hardware_problems import DEFAULT_SETS, SETS, HardwareProblem
from software_ref.experiments.report import Spread
from software_ref.experiments.variants import Changes, Conclusion, VariantStudy
from software_ref.experiments.verdict import compare, verdict

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "extra bits in stored weights, and updates rounded with random bits"
CLAIM = "weights are stored as everything else is, and updates are rounded to the nearest"

FRACTIONS = (4, 6)
"""Fraction bits tried beside the problem's own."""
FLOAT = "float"
EXTRA = (2, 4)
RANDOM = (4, 8)


def _label(problem: HardwareProblem, fraction: int, extra: int = 0, random: int = 0) -> str:
    integer = problem.base.integer
    parts = [f"(1,{integer},{fraction}), {1 + integer + fraction} bits"]
    if extra:
        parts.append(f"stored in {1 + integer + fraction + extra}")
    if random:
        parts.append(f"{random} random bits")
    return ", ".join(parts)


def _variants(problem: HardwareProblem) -> Changes:
    choices = [(0, 0), *((extra, 0) for extra in EXTRA), *((0, random) for random in RANDOM)]
    choices.append((EXTRA[0], RANDOM[-1]))
    variants: dict[str, dict[str, Any]] = {
        _label(problem, fraction, extra, random): {
            "fraction": fraction,
            "format_options": {"stored_fraction": fraction + extra},
            "random_bits": random,
        }
        for fraction in (*FRACTIONS, problem.base.fraction)
        for extra, random in choices
    }
    return {**variants, FLOAT: {"floating": True}}


def _conclude(problem: HardwareProblem, spreads: Mapping[str, Spread]) -> Conclusion:
    findings, sides = [], []
    for fraction in (*FRACTIONS, problem.base.fraction):
        nearest = _label(problem, fraction)
        gains = {
            "stored in 4 bits more": _label(problem, fraction, EXTRA[-1]),
            "8 random bits": _label(problem, fraction, 0, RANDOM[-1]),
            "both, with 2 bits more": _label(problem, fraction, EXTRA[0], RANDOM[-1]),
        }
        if nearest in spreads and all(label in spreads for label in gains.values()):
            found = {
                name: compare(spreads[label], spreads[nearest]) for name, label in gains.items()
            }
            listed = "; ".join(f"{name} {gain.words}" for name, gain in found.items())
            findings.append(f"against plain {nearest}: {listed}.")
            # The claim is that nothing is gained.
            sides.append(-1 if any(gain.side() > 0 for gain in found.values()) else 1)
    fixed = {label: spread for label, spread in spreads.items() if label != FLOAT}
    best = max(fixed, key=lambda label: fixed[label].mean)
    behind = compare(fixed[best], spreads[FLOAT])
    findings.append(f"the best is {best}; less floating point it is {behind.words}.")
    return Conclusion(findings, verdict(sides))


_STUDY = VariantStudy(variants=_variants, conclude=_conclude, what="format")
plan, report = _STUDY.plan, _STUDY.report
