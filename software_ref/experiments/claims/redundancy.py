"""Redundancy against density: fewer features leave less to sparsify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from software_ref.experiments.drawing import Curves, draw_panels, panels_size, percent_axis
from software_ref.experiments.experiment import Cell, Results, accuracy, epochs
from software_ref.experiments.problems import PROBLEMS, Problem, choose, degrees_for, density_of
from software_ref.experiments.report import Report, Spread, Table
from software_ref.experiments.scale import Scale
from software_ref.experiments.verdict import compare, summary, verdict

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
CLOSE = 0.01
"""How far an accuracy may fall before it has fallen, whatever the spread."""


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
    verdicts: dict[str, str] = {}
    curves: dict[str, Curves] = {}
    for problem in problems:
        losses: dict[str, Spread] = {}
        lasting: dict[str, float] = {}
        rows: list[tuple[object, ...]] = []
        curves[problem.title] = {}
        for label, variant in _variants(problem.name):
            degrees = _degrees(variant, scale)
            cells = [results[(problem.name, label, *each)] for each in degrees]
            points = [
                (100 * density_of(variant.layers, each), accuracy(figures))
                for each, figures in zip(degrees, cells, strict=True)
            ]
            curves[problem.title][label] = points
            losses[label] = _losses(points, 100 * CLAIMED_DENSITY)
            lasting[label] = _lasting(points)
            rows += [
                (label, f"{density:.3g}", epochs(figures), spread.percent())
                for (density, spread), figures in zip(points, cells, strict=True)
            ]
        tables.append(
            Table(
                title=f"{problem.title}: test accuracy %",
                header=("features", "density %", "epochs", "test accuracy %"),
                rows=rows,
            )
        )
        more = [compare(b, a) for a, b in pairwise(losses.values())]
        verdicts[problem.title] = verdict(each.side() for each in more)
        listed = ", ".join(f"{loss.percent()} ({label})" for label, loss in losses.items())
        findings.append(
            f"{problem.title}: points lost from full to {100 * CLAIMED_DENSITY:.0f} % density: "
            f"{listed}. The less redundant features lose more by "
            f"{' and by '.join(each.words for each in more)}: the claim "
            f"{verdicts[problem.title]}."
        )
        listed = ", ".join(f"{density:.3g} % ({label})" for label, density in lasting.items())
        findings.append(
            f"{problem.title}: no more than {100 * CLOSE:.0f} point below fully connected, and not "
            f"beyond the seeds' spread, down to {listed}."
        )

    def axis(axes: Axes) -> None:
        percent_axis(axes, "overall density, %")

    def draw(figure: Figure) -> None:
        draw_panels(figure, curves, axis)

    return Report(
        tables=tables,
        findings=findings,
        verdict=summary(verdicts),
        draw=draw,
        size=panels_size(len(problems)),
    )


def _losses(points: Sequence[tuple[float, Spread]], density: float) -> Spread:
    """What each seed loses from the first point, which is the densest, to a density in percent.

    Between points its accuracy lies on the logarithmic axis.
    """
    import numpy as np

    xs = [np.log(x) for x, _ in reversed(points)]
    seeds = zip(*(spread.values for _, spread in reversed(points)), strict=True)
    return Spread(tuple(own[-1] - float(np.interp(np.log(density), xs, own)) for own in seeds))


def _lasting(points: Sequence[tuple[float, Spread]]) -> float:
    """The lowest density down to which no accuracy falls from the first one's."""
    (lowest, full), *others = points
    for density, spread in others:
        loss = compare(spread, full)
        # A wide spread alone does not make an accuracy as good as the first.
        if loss.side() < 0 or loss.value < -CLOSE:
            break
        lowest = density
    return lowest
