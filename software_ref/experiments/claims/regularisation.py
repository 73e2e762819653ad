"""L2 regularisation against density: sparse networks need less of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from software_ref.experiments.drawing import Curves, draw_panels, panels_size
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.problems import Problem, choose, degrees_for, density_of
from software_ref.experiments.report import Report, Spread, Table
from software_ref.experiments.scale import Scale
from software_ref.experiments.verdict import FAILS, HOLDS, OPEN, Difference, compare, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "the best L2 penalty at several densities"
CLAIM = "sparse networks need a smaller lambda: 1.1e-4 at 100 %, 5.5e-5 at 40 %, 0 at 11 % density"
SETS = ("mnist", "reuters", "phonemes", "digits")
DEFAULT_SETS = ("mnist",)

DENSITIES = (1.0, 0.4, 0.11)
LAMBDAS = (0.0, 3e-6, 1e-5, 2e-5, 5.5e-5, 1.1e-4, 2.2e-4)


def _degrees(problem: Problem, scale: Scale) -> list[tuple[int, ...]]:
    densities = scale.few(DENSITIES)
    return list(dict.fromkeys(degrees_for(problem.layers, density) for density in densities))


def plan(scale: Scale) -> list[Cell]:
    """Every lambda at every density."""
    return [
        Cell(
            (problem.name, penalty, *degrees),
            replace(problem, options=replace(problem.options, l2=penalty)).task(
                scale, degrees, seed
            ),
        )
        for problem in choose(scale, SETS, DEFAULT_SETS)
        for degrees in _degrees(problem, scale)
        for penalty in scale.few(LAMBDAS)
        for seed in scale.seeds
    ]


def report(scale: Scale, results: Results) -> Report:
    """Validation decides on lambda, the test set shows what it gives."""
    problems = choose(scale, SETS, DEFAULT_SETS)
    tables, findings = [], []
    verdicts: dict[str, str] = {}
    curves: dict[str, Curves] = {}
    lambdas = scale.few(LAMBDAS)
    for problem in problems:
        rows = []
        chosen: list[tuple[float, float]] = []
        gains: list[Difference] = []
        curves[problem.title] = {}
        for degrees in _degrees(problem, scale):
            density = density_of(problem.layers, degrees)
            cells = {each: results[(problem.name, each, *degrees)] for each in lambdas}
            validation = {
                each: Spread(tuple(f["validation_accuracy"][f["best_epoch"]] for f in figures))
                for each, figures in cells.items()
            }
            best = max(lambdas, key=lambda each: validation[each].mean)
            chosen.append((density, best))
            gains.append(compare(validation[best], validation[lambdas[0]]))
            gap = Spread(
                tuple(f["train_accuracy"][-1] - f["test_accuracy"] for f in cells[lambdas[0]])
            )
            rows += [
                (
                    f"{100 * density:.3g}",
                    f"{each:.2g}",
                    validation[each].percent(),
                    accuracy(cells[each]).percent(),
                    "best" if each == best else "",
                )
                for each in lambdas
            ]
            curves[problem.title][
                f"{100 * density:.3g} % density (train - test at 0: {100 * gap.mean:.1f})"
            ] = [(each, accuracy(cells[each])) for each in lambdas]
        tables.append(
            Table(
                title=f"{problem.title}, {'-'.join(map(str, problem.layers))}",
                header=("density %", "lambda", "validation accuracy %", "test accuracy %", ""),
                rows=rows,
                text=(4,),
            )
        )
        falling = all(a[1] >= b[1] for a, b in pairwise(chosen))
        falling = falling and chosen[0][1] > chosen[-1][1]
        # Of lambdas that no penalty is as good as, the order says nothing.
        told = any(gain.side() > 0 for gain in gains)
        verdicts[problem.title] = OPEN if not told else HOLDS if falling else FAILS
        listed = ", ".join(
            f"{each:.2g} at {100 * density:.3g} % ({gain.words} from none)"
            for (density, each), gain in zip(chosen, gains, strict=True)
        )
        findings.append(
            f"{problem.title}: best lambda by validation: {listed}; the order of these lambdas is "
            f"{'' if falling else 'not '}the claim's, which {verdicts[problem.title]}."
        )

    def axis(axes: Axes) -> None:
        axes.set_xscale("symlog", linthresh=1e-6)
        axes.set_xlabel("lambda")

    def draw(figure: Figure) -> None:
        draw_panels(figure, curves, axis)

    return Report(
        tables=tables,
        findings=findings,
        verdict=summary(verdicts),
        draw=draw,
        size=panels_size(len(problems)),
    )
