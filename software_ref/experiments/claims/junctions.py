"""Which junction should be dense: the density of one at a fixed density of the whole."""

from __future__ import annotations

from itertools import combinations
from statistics import fmean
from typing import TYPE_CHECKING

from software_ref.experiments.drawing import Curves, draw_panels, panels_size, percent_axis
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.problems import Problem, choose, density_of, legal_degrees
from software_ref.experiments.report import Report, Table, signed_points
from software_ref.experiments.scale import Scale
from software_ref.experiments.verdict import FAILS, HOLDS, OPEN, Difference, compare, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "one junction's density at a fixed density of the whole network"
CLAIM = "at one overall density a denser last junction is better: later junctions need more density"
SETS = ("mnist", "reuters", "phonemes", "digits")
DEFAULT_SETS = ("mnist", "reuters", "phonemes")

FIRST = (0.02, 0.05, 0.1, 0.2, 0.4)
LAST = (0.1, 0.2, 0.5, 1.0)
EQUAL_WITHIN = 0.12
"""Overall densities that differ by at most this share count as equal."""


def _nearest(left: int, right: int, density: float) -> int:
    return min(legal_degrees(left, right), key=lambda degree: abs(degree / right - density))


def _degrees(problem: Problem, scale: Scale) -> list[tuple[int, int]]:
    inputs, hidden, outputs = problem.layers
    first = {_nearest(inputs, hidden, density) for density in scale.few(FIRST)}
    last = {_nearest(hidden, outputs, density) for density in scale.few(LAST)}
    return [(d1, d2) for d2 in sorted(last) for d1 in sorted(first)]


def plan(scale: Scale) -> list[Cell]:
    """Every pair of densities of every problem."""
    return [
        Cell((problem.name, *degrees), problem.task(scale, degrees, seed))
        for problem in choose(scale, SETS, DEFAULT_SETS)
        for degrees in _degrees(problem, scale)
        for seed in scale.seeds
    ]


def report(scale: Scale, results: Results) -> Report:
    """A curve per density of the last junction; pairs of equal overall density decide."""
    problems = choose(scale, SETS, DEFAULT_SETS)
    tables, findings = [], []
    verdicts: dict[str, str] = {}
    curves: dict[str, Curves] = {}
    for problem in problems:
        spreads = {
            degrees: accuracy(results[(problem.name, *degrees)])
            for degrees in _degrees(problem, scale)
        }
        overall = {degrees: density_of(problem.layers, degrees) for degrees in spreads}
        first, last = sorted({d[0] for d in spreads}), sorted({d[1] for d in spreads})
        hidden, outputs = problem.layers[1:]
        tables.append(
            Table(
                title=f"{problem.title}, {'-'.join(map(str, problem.layers))}: test accuracy % "
                "(overall density %) by the densities of junctions 1 and 2",
                header=("junction 1 %", *(f"2: {100 * d2 / outputs:.0f} %" for d2 in last)),
                rows=[
                    (
                        f"{100 * d1 / hidden:.3g}",
                        *(
                            f"{spreads[d1, d2].percent()} ({100 * overall[d1, d2]:.3g})"
                            for d2 in last
                        ),
                    )
                    for d1 in first
                ],
                text=(),
            )
        )
        curves[problem.title] = {
            f"junction 2 at {100 * d2 / outputs:.0f} %": [
                (100 * overall[d1, d2], spreads[d1, d2]) for d1 in first
            ]
            for d2 in last
        }
        gains: list[Difference] = []
        for a, b in combinations(spreads, 2):
            denser, other = (a, b) if a[1] > b[1] else (b, a)
            if a[1] == b[1] or abs(overall[a] / overall[b] - 1) > EQUAL_WITHIN:
                continue
            gains.append(compare(spreads[denser], spreads[other]))
        sides = [gain.side() for gain in gains]
        better, worse = sides.count(1), sides.count(-1)
        # Not every pair can be told: most of those that can decide.
        verdicts[problem.title] = HOLDS if better > worse else FAILS if worse > better else OPEN
        in_the_mean = (
            f"; in the mean of all pairs it gains "
            f"{signed_points(fmean(gain.value for gain in gains))} points"
            if gains
            else ""
        )
        findings.append(
            f"{problem.title}: of {len(gains)} pairs of networks of equal overall density (within "
            f"{100 * EQUAL_WITHIN:.0f} %), the one with the denser last junction is better in "
            f"{better}, worse in {worse} and no different in {sides.count(0)}{in_the_mean}: the "
            f"claim {verdicts[problem.title]}.{_without_a_class(problem)}"
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


def _without_a_class(problem: Problem) -> str:
    """A remark where most outputs train towards 0 and never win."""
    outputs = problem.layers[-1]
    idle = outputs - problem.classes
    if 2 * idle < outputs:
        return ""
    return (
        f" {idle} of its {outputs} outputs have no class, so most edges of junction 2 do nothing."
    )
