"""Weight histograms of trained fully connected networks: the motive for sparsity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from software_ref.experiments.experiment import Cell, Results
from software_ref.experiments.problems import choose
from software_ref.experiments.report import Report, Spread, Table
from software_ref.experiments.scale import Scale
from software_ref.experiments.verdict import compare, summary, verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "weight histograms of a trained fully connected network"
CLAIM = "in a fully connected network most weights are very small in magnitude after training"
SETS = ("mnist", "reuters", "phonemes", "morse", "digits")
DEFAULT_SETS = ("mnist", "reuters")

MOST = 1 / 2
"""Share of the weights that is called most of them."""


def plan(scale: Scale) -> list[Cell]:
    """One fully connected training per problem and seed."""
    return [
        Cell(
            (problem.name,),
            problem.task(scale, problem.layers[1:], seed),
        )
        for problem in choose(scale, SETS, DEFAULT_SETS)
        for seed in scale.seeds
    ]


def report(scale: Scale, results: Results) -> Report:
    """Shares of small weights over all seeds, and the histograms of the first seed."""
    problems = choose(scale, SETS, DEFAULT_SETS)
    rows, findings = [], []
    verdicts: dict[str, str] = {}
    for problem in problems:
        figures = results[(problem.name,)]
        for i in range(len(problem.layers) - 1):
            small = Spread(tuple(each["weights"][i]["below_tenth"] for each in figures))
            first = figures[0]["weights"][i]
            rows.append(
                (
                    problem.title,
                    i + 1,
                    f"{first['largest']:.3g}",
                    f"{first['deviation']:.3g}",
                    small.percent(),
                )
            )
            name = f"junction {i + 1} of {problem.title}"
            verdicts[name] = verdict([compare(small, MOST).side()])
            findings.append(
                f"{name}: {100 * small.mean:.0f} % of the weights are smaller than a tenth of the "
                f"largest; that these are most {verdicts[name]}."
            )
    table = Table(
        title="Weights of fully connected networks after training",
        header=("problem", "junction", "largest |w|", "deviation", "below a tenth of it, %"),
        rows=rows,
    )

    def draw(figure: Figure) -> None:
        columns = max(len(problem.layers) for problem in problems) - 1
        panels = figure.subplots(len(problems), columns, squeeze=False)
        for line, problem in zip(panels, problems, strict=True):
            for i, panel in enumerate(line):
                if i >= len(problem.layers) - 1:
                    panel.set_axis_off()
                    continue
                histogram = results[(problem.name,)][0]["weights"][i]
                counts, largest = histogram["counts"], histogram["largest"]
                width = 2 * largest / len(counts)
                centres = [-largest + (k + 0.5) * width for k in range(len(counts))]
                panel.bar(centres, [count / sum(counts) for count in counts], width)
                panel.set_title(f"{problem.title}, junction {i + 1}")
                panel.set_xlabel("weight")
                panel.set_ylabel("share of the weights")

    return Report(
        tables=[table],
        findings=findings,
        verdict=summary(verdicts),
        draw=draw,
        size=(9.0, 3.0 * len(problems)),
    )
