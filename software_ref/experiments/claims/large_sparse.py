"""Large and sparse against small and dense networks of equal parameter count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from software_ref.experiments.drawing import Curves, draw_panels, panels_size
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.problems import Problem, choose, density_of, legal_degrees
from software_ref.experiments.report import Report, Spread, Table
from software_ref.experiments.scale import Scale
from software_ref.experiments.verdict import compare, summary, verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "large and sparse against small and dense networks of equal parameter count"
CLAIM = (
    "a sparser network with more neurons is better than a denser one with fewer, down to a "
    "critical density"
)
SETS = ("mnist", "reuters", "digits")
DEFAULT_SETS = ("mnist", "reuters")

SMALLEST = {"mnist": (10, 20), "reuters": (5, 10), "digits": (5, 10)}
"""Hidden neurons of the fully connected networks whose parameter counts are kept."""
GROWTH = (1, 2, 4, 8, 16, 32)
"""Hidden neurons of the others, in multiples."""
TOLERANCE = 0.15
"""How far a parameter count may be from the smallest network's."""


def _networks(problem: Problem, scale: Scale) -> list[tuple[int, tuple[int, int, int], list[int]]]:
    """(smallest hidden layer, layers, out-degrees) of every network."""
    inputs, _, outputs = problem.layers
    found = []
    budgets = SMALLEST[problem.name][:1] if scale.quick else SMALLEST[problem.name]
    for smallest in budgets:
        budget = _parameters(inputs, smallest, outputs, smallest, outputs)
        for growth in scale.few(GROWTH):
            hidden = smallest * int(growth)
            pairs = [
                (abs(_parameters(inputs, hidden, outputs, d1, d2) - budget), -d2, d1)
                for d1 in legal_degrees(inputs, hidden)
                for d2 in legal_degrees(hidden, outputs)
                if 2 * d2 * hidden <= budget or growth == 1
            ]
            if not pairs:
                continue
            # Of the networks within the tolerance, the one with the densest last junction.
            close = [each for each in pairs if each[0] <= TOLERANCE * budget]
            if not close:
                continue
            _, negative, d1 = min(close, key=lambda each: (each[1], each[0]))
            found.append((smallest, (inputs, hidden, outputs), [d1, -negative]))
    return found


def _parameters(inputs: int, hidden: int, outputs: int, d1: int, d2: int) -> int:
    return inputs * d1 + hidden * d2 + hidden + outputs


def plan(scale: Scale) -> list[Cell]:
    """Every network of every parameter count."""
    return [
        Cell(
            (problem.name, smallest, layers[1]),
            replace(problem, layers=layers).task(scale, degrees, seed),
        )
        for problem in choose(scale, SETS, DEFAULT_SETS)
        for smallest, layers, degrees in _networks(problem, scale)
        for seed in scale.seeds
    ]


def report(scale: Scale, results: Results) -> Report:
    """A curve per parameter count over the neurons of the hidden layer."""
    problems = choose(scale, SETS, DEFAULT_SETS)
    tables, findings = [], []
    verdicts: dict[str, str] = {}
    curves: dict[str, Curves] = {}
    for problem in problems:
        rows = []
        budgets: dict[int, list[tuple[Spread, float, int]]] = {}
        curves[problem.title] = {}
        for smallest, layers, degrees in _networks(problem, scale):
            figures = results[problem.name, smallest, layers[1]]
            spread, count = accuracy(figures), figures[0]["trainable"]
            density = density_of(layers, degrees)
            budgets.setdefault(smallest, []).append((spread, density, layers[1]))
            rows.append(
                (
                    "-".join(map(str, layers)),
                    ", ".join(map(str, degrees)),
                    f"{100 * density:.3g}",
                    count,
                    spread.percent(),
                )
            )
            base = _parameters(layers[0], smallest, layers[2], smallest, layers[2])
            curves[problem.title].setdefault(f"about {base} parameters", []).append(
                (float(layers[1]), spread)
            )
        tables.append(
            Table(
                title=f"{problem.title}: equal parameter counts",
                header=("network", "d_out", "density %", "parameters", "test accuracy %"),
                rows=rows,
                text=(0, 1),
            )
        )
        for smallest, points in budgets.items():
            name = f"{problem.title} with the parameters of {smallest} dense hidden neurons"
            (dense, *_), *sparser = points
            if not sparser:
                findings.append(f"{name}: no sparser network has so many.")
                continue
            best, largest = max(sparser, key=lambda point: point[0].mean), sparser[-1]
            gain, fall = compare(best[0], dense), compare(largest[0], best[0])
            verdicts[name] = verdict([gain.side(), -fall.side()])
            if best is largest:
                end = "the sparsest is the best, so that no critical density shows"
            elif fall.side() < 0:
                end = (
                    f"below a critical density the accuracy falls again ({fall.points} points at "
                    f"{100 * largest[1]:.3g} %)"
                )
            else:
                end = (
                    f"the sparsest, at {100 * largest[1]:.3g} %, is not worse beyond the spread "
                    f"({fall.words}), so that no critical density shows"
                )
            findings.append(
                f"{name}: {dense.percent()} dense, sparser at best {best[0].percent()} with "
                f"{best[2]} neurons at {100 * best[1]:.3g} % density ({gain.words}); {end}."
            )

    def axis(axes: Axes) -> None:
        axes.set_xscale("log", base=2)
        axes.set_xlabel("hidden neurons")

    def draw(figure: Figure) -> None:
        draw_panels(figure, curves, axis)

    return Report(
        tables=tables,
        findings=findings,
        verdict=summary(verdicts),
        draw=draw,
        size=panels_size(len(problems)),
    )
