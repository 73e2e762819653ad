"""Which junction should be dense: the density of one at a fixed density of the whole."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from software_ref.experiments.drawing import Curves, draw_panels, panels_size, percent_axis
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.problems import Problem, choose, density_of, legal_degrees
from software_ref.experiments.report import Report, Table, signed_points
from software_ref.experiments.scale import Scale

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
        wins, pairs, gain = 0, 0, 0.0
        for a, b in combinations(spreads, 2):
            denser, other = (a, b) if a[1] > b[1] else (b, a)
            if a[1] == b[1] or abs(overall[a] / overall[b] - 1) > EQUAL_WITHIN:
                continue
            pairs += 1
            wins += spreads[denser].mean > spreads[other].mean
            gain += spreads[denser].mean - spreads[other].mean
        findings.append(
            f"{problem.title}: of {pairs} pairs of networks of equal overall density (within "
            f"{100 * EQUAL_WITHIN:.0f} %), the one with the denser last junction is better in "
            f"{wins}"
            + (f", by {signed_points(gain / pairs)} points in the mean." if pairs else ".")
        )

    def axis(axes: Axes) -> None:
        percent_axis(axes, "overall density, %")

    def draw(figure: Figure) -> None:
        draw_panels(figure, curves, axis)

    return Report(tables=tables, findings=findings, draw=draw, size=panels_size(len(problems)))
