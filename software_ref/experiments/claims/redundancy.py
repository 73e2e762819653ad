"""Redundancy against density: fewer features leave less to sparsify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from software_ref.experiments.drawing import Curves, draw_panels, panels_size, percent_axis
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.problems import PROBLEMS, Problem, choose, degrees_for, density_of
from software_ref.experiments.report import Report, Spread, Table
from software_ref.experiments.scale import Scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "accuracy against density on data sets of more and of less redundancy"
CLAIM = "with less redundant features the accuracy starts to fall at higher densities"
SETS = ("mnist", "reuters", "phonemes", "digits")
DEFAULT_SETS = ("mnist", "reuters", "phonemes")

DENSITIES = (1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02)
CLAIMED_DENSITY = 0.1


def _variants(name: str) -> list[tuple[str, Problem]]:
    """Versions of a problem from the most to the least redundant, each with its label."""
    problem = PROBLEMS[name]
    _, *behind = problem.layers

    def with_data(features: int, **changes: object) -> Problem:
        data = replace(problem.data, **changes)  # type: ignore[arg-type]
        return replace(problem, data=data, layers=(features, *behind))

    if name == "mnist":
        return [("784 pixels", problem), ("200 PCA", with_data(200, reduce=("pca", 200)))]
    if name == "reuters":
        return [("2000 tokens", problem), ("400 tokens", with_data(400, reduce=("tokens", 400)))]
    if name == "phonemes":
        return [
            (f"{bands} bands", with_data(bands, options={"features": bands}))
            for bands in (117, 39, 13)
        ]
    return [("64 pixels", problem), ("16 PCA", with_data(16, reduce=("pca", 16)))]


def _degrees(problem: Problem, scale: Scale) -> list[tuple[int, ...]]:
    densities = scale.few(DENSITIES)
    return list(dict.fromkeys(degrees_for(problem.layers, density) for density in densities))


def plan(scale: Scale) -> list[Cell]:
    """Every version of every problem at every density."""
    return [
        Cell((problem.name, label, *degrees), variant.task(scale, degrees, seed))
        for problem in choose(scale, SETS, DEFAULT_SETS)
        for label, variant in _variants(problem.name)
        for degrees in _degrees(variant, scale)
        for seed in scale.seeds
    ]


def report(scale: Scale, results: Results) -> Report:
    """A curve per version; the loss at one density decides."""
    problems = choose(scale, SETS, DEFAULT_SETS)
    tables, findings = [], []
    curves: dict[str, Curves] = {}
    for problem in problems:
        losses: list[tuple[str, float]] = []
        curves[problem.title] = {}
        for label, variant in _variants(problem.name):
            points = [
                (
                    100 * density_of(variant.layers, degrees),
                    accuracy(results[(problem.name, label, *degrees)]),
                )
                for degrees in _degrees(variant, scale)
            ]
            curves[problem.title][label] = points
            losses.append((label, points[0][1].mean - _at(points, 100 * CLAIMED_DENSITY)))
        tables.append(
            Table(
                title=f"{problem.title}: test accuracy %",
                header=("features", "density %", "test accuracy %"),
                rows=[
                    (label, f"{density:.3g}", spread.percent())
                    for label, points in curves[problem.title].items()
                    for density, spread in points
                ],
            )
        )
        falling = all(a[1] < b[1] for a, b in pairwise(losses))
        listed = ", ".join(f"{100 * loss:.1f} ({label})" for label, loss in losses)
        findings.append(
            f"{problem.title}: points lost from full to {100 * CLAIMED_DENSITY:.0f} % density: "
            f"{listed}; the claim {'holds' if falling else 'does not hold'}."
        )

    def axis(axes: Axes) -> None:
        percent_axis(axes, "overall density, %")

    def draw(figure: Figure) -> None:
        draw_panels(figure, curves, axis)

    return Report(tables=tables, findings=findings, draw=draw, size=panels_size(len(problems)))


def _at(points: Sequence[tuple[float, Spread]], density: float) -> float:
    """The accuracy at a density in percent, between points on the logarithmic axis."""
    import numpy as np

    rising = sorted((np.log(x), spread.mean) for x, spread in points)
    xs, means = zip(*rising, strict=True)
    return float(np.interp(np.log(density), xs, means))
