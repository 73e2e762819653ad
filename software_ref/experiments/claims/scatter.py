"""Scatter against accuracy: whether a pattern's windows predict how well it trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from software_ref.experiments.drawing import panels_size
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.problems import Problem, choose
from software_ref.experiments.report import Report, Spread, Table
from software_ref.experiments.scale import Scale
from software_ref.experiments.verdict import compare, summary, verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "scatter of planned, unplanned and poor patterns against their accuracy"
CLAIM = "not planning the connections is best; low scatter filters bad networks before training"
SETS = ("mnist", "reuters", "phonemes", "morse", "digits")
DEFAULT_SETS = ("mnist", "reuters", "phonemes")

NETWORKS = {
    "mnist": ((5, 5), (200, 50)),
    "reuters": ((2, 5), (80, 5)),
    "phonemes": ((10, 3), (13, 13)),
    "morse": ((16, 4), (64, 64)),
    "digits": ((5, 5), (16, 20)),
}
"""Sparse out-degrees of each problem's network whose windows divide its layers, and a legal z."""
SWAPS = (0.0, 0.03, 0.1, 0.3, 1.0)
"""Random swaps of edges that lead from the local pattern to a random one, per edge."""
LOCAL = "local"


def _kinds(scale: Scale) -> list[tuple[str, str, float]]:
    """(label, kind, swaps) of every pattern."""
    swaps = scale.few(SWAPS)
    return [
        *((f"{LOCAL}, {each:g} swaps an edge" if each else LOCAL, LOCAL, each) for each in swaps),
        ("structured", "structured", 0.0),
        ("clash-free", "clash_free", 0.0),
        ("planned", "planned", 0.0),
    ]


def plan(scale: Scale) -> list[Cell]:
    """Every kind of pattern of every problem."""
    cells = []
    for problem in choose(scale, SETS, DEFAULT_SETS):
        degrees, parallelism = NETWORKS[problem.name]
        for label, kind, swaps in _kinds(scale):
            for seed in scale.seeds:
                task = problem.task(
                    scale,
                    degrees,
                    seed,
                    kind=kind,
                    parallelism=parallelism if kind == "clash_free" else None,
                    swaps=swaps,
                )
                cells.append(Cell((problem.name, label), task))
    return cells


def report(scale: Scale, results: Results) -> Report:
    """Minimum and mean scatter beside the accuracy, and how well they go together."""
    problems = choose(scale, SETS, DEFAULT_SETS)
    tables, findings = [], []
    verdicts: dict[str, str] = {}
    points: dict[str, list[tuple[str, float, Spread]]] = {}
    for problem in problems:
        rows = []
        points[problem.name] = []
        for label, _, _ in _kinds(scale):
            figures = results[problem.name, label]
            lowest = Spread(tuple(min(each["scatter"].values()) for each in figures))
            spread = accuracy(figures)
            names = list(figures[0]["scatter"])
            means = [
                Spread(tuple(each["scatter"][name] for each in figures)).mean for name in names
            ]
            rows.append(
                (label, *(f"{m:.2f}" for m in means), f"{lowest.mean:.2f}", spread.percent())
            )
            points[problem.name].append((label, lowest.mean, spread))
        tables.append(
            Table(
                title=f"{problem.title}, {'-'.join(map(str, problem.layers))}, d_out "
                f"{', '.join(map(str, NETWORKS[problem.name][0]))}: scatter and test accuracy %",
                header=("pattern", *names, "minimum", "test accuracy %"),
                rows=rows,
            )
        )
        spreads = {label: spread for label, _, spread in points[problem.name]}
        poor = compare(spreads["structured"], spreads[LOCAL]).side()
        unplanned = compare(spreads["structured"], spreads["planned"]).side()
        verdicts[f"low scatter is worse ({problem.title})"] = verdict([poor])
        verdicts[f"unplanned is better ({problem.title})"] = verdict([unplanned])
        findings.append(_finding(problem, points[problem.name]))

    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, len(problems), squeeze=False)[0]
        for panel, problem in zip(panels, problems, strict=True):
            for label, scatter, spread in points[problem.name]:
                panel.errorbar(
                    scatter,
                    100 * spread.mean,
                    yerr=100 * spread.deviation,
                    marker="x" if label.startswith(LOCAL) else "o",
                    linestyle="none",
                    capsize=3,
                    label=label,
                )
            panel.set_title(problem.title)
            panel.set_xlabel("minimum scatter")
            panel.set_ylabel("test accuracy, %")
            panel.grid(alpha=0.3)
            panel.legend(fontsize=7)

    return Report(
        tables=tables,
        findings=findings,
        verdict=summary(verdicts),
        draw=draw,
        size=panels_size(len(problems)),
    )


def _finding(problem: Problem, points: list[tuple[str, float, Spread]]) -> str:
    spreads = {label: spread for label, _, spread in points}
    lowest, accuracies = (
        [scatter for _, scatter, _ in points],
        [spread.mean for *_, spread in points],
    )
    best = max(spreads, key=lambda label: spreads[label].mean)
    alike = [
        label
        for label, spread in spreads.items()
        if label != best and compare(spread, spreads[best]).side() == 0
    ]
    planned = compare(spreads["planned"], spreads["structured"])
    local = compare(spreads[LOCAL], spreads["structured"])
    return (
        f"{problem.title}: Pearson's r between minimum scatter and accuracy is "
        f"{_correlation(lowest, accuracies)}; best is {best}, within the spread "
        f"of it are {'; '.join(alike) or 'no others'}. Planned less unplanned (structured) is "
        f"{planned.words}; {LOCAL} less structured is {local.words}."
    )


def _correlation(first: Sequence[float], second: Sequence[float]) -> str:
    from scipy.stats import pearsonr

    if min(len(set(first)), len(set(second))) < 2:
        return "not defined, as one of them is constant"
    return f"{pearsonr(first, second).statistic:.2f}"
