"""Accuracy against overall density: how sparse a network can be from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from software_ref.experiments.drawing import Curves, draw_spreads, percent_axis
from software_ref.experiments.experiment import Cell, Results, accuracy, epochs
from software_ref.experiments.problems import choose, degrees_for, density_of
from software_ref.experiments.report import Report, Table
from software_ref.experiments.scale import Scale
from software_ref.experiments.verdict import compare, summary, verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "accuracy against overall density"
CLAIM = "with only 20 % of the parameters the test accuracy falls by less than one point"
SETS = ("mnist", "reuters", "phonemes", "morse", "digits")
DEFAULT_SETS = ("mnist", "reuters", "phonemes")

DENSITIES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02)
CLAIMED_DENSITY = 0.2
CLAIMED_LOSS = 0.01


def plan(scale: Scale) -> list[Cell]:
    """Every problem at every density that its network has."""
    return [
        Cell((problem.name, *degrees), problem.task(scale, degrees, seed))
        for problem in choose(scale, SETS, DEFAULT_SETS)
        for degrees in dict.fromkeys(
            degrees_for(problem.layers, density)
            for density in scale.few(DENSITIES, DENSITIES.index(CLAIMED_DENSITY))
        )
        for seed in scale.seeds
    ]


def report(scale: Scale, results: Results) -> Report:
    """One curve and one table per problem."""
    problems = choose(scale, SETS, DEFAULT_SETS)
    curves: Curves = {}
    tables, findings = [], []
    verdicts: dict[str, str] = {}
    for problem in problems:
        cells = {
            density_of(problem.layers, [int(d) for d in key[1:]]): (key[1:], figures)
            for key, figures in results.items()
            if key[0] == problem.name
        }
        spreads = {density: accuracy(figures) for density, (_, figures) in cells.items()}
        curves[problem.title] = [(100 * density, spread) for density, spread in spreads.items()]
        tables.append(
            Table(
                title=f"{problem.title}, {'-'.join(map(str, problem.layers))}",
                header=("density %", "d_out", "parameters", "epochs", "test accuracy %"),
                rows=[
                    (
                        f"{100 * density:.3g}",
                        ", ".join(map(str, degrees)),
                        figures[0]["trainable"],
                        epochs(figures),
                        spreads[density].percent(),
                    )
                    for density, (degrees, figures) in sorted(cells.items(), reverse=True)
                ],
                text=(1,),
            )
        )
        full = max(spreads)
        near = min(spreads, key=lambda density: abs(density - CLAIMED_DENSITY))
        loss = compare(spreads[near], spreads[full])
        verdicts[problem.title] = verdict([loss.side(-CLAIMED_LOSS)])
        findings.append(
            f"{problem.title}: the accuracy at {100 * near:.3g} % density less the fully connected "
            f"network's is {loss.words}: the claim {verdicts[problem.title]}."
        )

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        draw_spreads(axes, curves)
        percent_axis(axes, "overall density, %")

    return Report(tables=tables, findings=findings, verdict=summary(verdicts), draw=draw)
