"""Dynamic range of sparse against fully connected networks."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import TYPE_CHECKING, Any

from software_ref.experiments.drawing import panels_size
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.hardware_problems import (
    DEFAULT_SETS,
    SETS,
    choose,
)
from software_ref.experiments.problems import density_of
from software_ref.experiments.report import Report, Spread, Table
from software_ref.experiments.scale import Scale
from software_ref.experiments.verdict import compare, summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "dynamic range of sparse against fully connected networks"
CLAIM = "the dynamic range is reduced by pre-defined sparsity"

WIDE = {"integer": 7, "fraction": 8}
"""A format that hardly saturates, so that ranges show: 16 bits."""
EVERY = 64
OBSERVED = ("w", "s", "e", "delta")
DEGREES = {
    "mnist": (((4, 16), (128, 32)), ((16, 32), (128, 32)), ((64, 32), (128, 32))),
    "morse": (((16, 4), (32, 32)), ((64, 16), (32, 32)), ((256, 64), (32, 32))),
    "digits": (((5, 5), (32, 20)), ((10, 10), (32, 20)), ((40, 10), (32, 20))),
}
"""(out-degrees, z) of each problem from sparse to fully connected."""


def plan(scale: Scale) -> list[Cell]:
    """Every density of every problem, in a wide format."""
    return [
        Cell(
            (problem.name, *degrees),
            problem.task(
                scale,
                seed,
                out_degree=degrees,
                parallelism=parallelism,
                profile_every=EVERY,
                **WIDE,
            ),
        )
        for problem in choose(scale)
        for degrees, parallelism in DEGREES[problem.name]
        for seed in scale.seeds
    ]


def report(scale: Scale, results: Results) -> Report:
    """Largest magnitudes of the last epoch, and the bits that they need."""
    problems = choose(scale)
    tables, findings = [], []
    verdicts: dict[str, str] = {}
    bars: dict[str, dict[str, dict[str, Spread]]] = {}
    for problem in problems:
        rows = []
        bars[problem.title] = {}
        for degrees, _ in DEGREES[problem.name]:
            figures = results[(problem.name, *degrees)]
            density = f"{100 * density_of(problem.base.layers, degrees):.3g}"
            ranges = {name: _largest(figures, name) for name in OBSERVED}
            bars[problem.title][density] = ranges
            rows.append(
                (
                    density,
                    accuracy(figures).percent(),
                    *(f"{each.mean:.1f} ± {each.deviation:.1f}" for each in ranges.values()),
                    _bits(max(each.mean for each in ranges.values())),
                )
            )
        tables.append(
            Table(
                title=f"{problem.title.split(' at ')[0]}: largest magnitudes in the last epoch",
                header=("density %", "test accuracy %", *OBSERVED, "integer bits"),
                rows=rows,
                text=(),
            )
        )
        name = problem.title.split(" at ")[0]
        finding, verdicts[name.split(",")[0]] = _finding(bars[problem.title])
        findings.append(f"{name}: {finding}")

    def draw(figure: Figure) -> None:
        row = figure.subplots(1, len(problems), squeeze=False)[0]
        for axes, problem in zip(row, problems, strict=True):
            for density, ranges in bars[problem.title].items():
                means = [ranges[name].mean for name in OBSERVED]
                axes.plot(OBSERVED, means, marker="o", label=f"{density} % density")
            axes.set_yscale("log", base=2)
            axes.set_title(problem.title.split(" at ")[0])
            axes.set_ylabel("largest magnitude in the last epoch")
            axes.grid(alpha=0.3)
            axes.legend(fontsize=8)

    return Report(
        tables=tables,
        findings=findings,
        verdict=summary(verdicts),
        draw=draw,
        size=panels_size(len(problems)),
    )


def _largest(figures: Sequence[dict[str, Any]], name: str) -> Spread:
    """The largest magnitude of a quantity in any junction, by seed."""
    return Spread(
        tuple(
            max(
                max(-junction[name]["minimum"], junction[name]["maximum"])
                for junction in each["ranges"]
                if junction[name]["count"]
            )
            for each in figures
        )
    )


def _bits(largest: float) -> int:
    """The least i with largest < 2**i."""
    return max(0, int(log2(largest)) + 1) if largest >= 1 else 0


def _finding(ranges: dict[str, dict[str, Spread]]) -> tuple[str, str]:
    """A sentence, and what becomes of the claim."""
    sparse, *_, full = ranges.values()
    sides = {name: compare(sparse[name], full[name]).side() for name in OBSERVED}
    listed = ", ".join(
        f"{name} {sparse[name].mean:.1f} against {full[name].mean:.1f} "
        f"({({-1: 'smaller', 0: 'no different', 1: 'larger'})[sides[name]]})"
        for name in OBSERVED
    )
    reduced = [name for name in OBSERVED if sides[name] < 0]
    holds = f"holds for {', '.join(reduced)} alone" if reduced else "does not hold"
    if len(reduced) == len(OBSERVED):
        holds = "holds for all of them"
    return (
        f"largest magnitudes, sparsest against fully connected: {listed}; the claim {holds}.",
        holds,
    )
