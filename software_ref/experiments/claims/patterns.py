"""Clash-free, structured and random connections at the rows of the slides' comparison."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from software_ref.experiments.drawing import Curves, draw_panels, panels_size, percent_axis
from software_ref.experiments.experiment import Cell, Results, accuracy, epochs
from software_ref.experiments.problems import PROBLEMS, Problem, choose, density_of
from software_ref.experiments.report import Report, Table, signed_points
from software_ref.experiments.scale import Scale
from software_ref.experiments.verdict import Difference, compare, summary, verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "clash-free, structured and random connections at the rows of the slides' comparison"
CLAIM = "clash-free patterns are as good as structured ones; random ones fall behind when sparse"
SETS = ("mnist", "reuters", "phonemes", "cifar100")
DEFAULT_SETS = ("mnist", "reuters", "phonemes")

KINDS = ("clash_free", "structured", "random")
SPARSEST = 2
"""Rows, from the last, at which random connections are claimed to be worse."""


@dataclass(frozen=True)
class Row:
    """One row of the slides' table."""

    out_degree: tuple[int, ...]
    """d_out of every junction."""
    parallelism: tuple[int, ...]
    """z of every junction."""
    slides: tuple[str, str, str]
    """Test accuracies in percent on the slides: clash-free, structured, random."""


ROWS = {
    "mnist": (
        Row((80, 80, 80, 10), (200, 25, 25, 4), ("97.9 ± 0.2", "97.9 ± 0.2", "97.8 ± 0.2")),
        Row((60, 60, 60, 10), (200, 25, 25, 4), ("97.6 ± 0.1", "97.8 ± 0.1", "97.6 ± 0.2")),
        Row((40, 40, 40, 10), (200, 25, 25, 5), ("97.5 ± 0.1", "97.7", "97.6 ± 0.1")),
        Row((20, 20, 20, 10), (200, 25, 25, 10), ("97.2 ± 0.2", "97.2 ± 0.1", "97.1 ± 0.1")),
        Row((10, 10, 10, 10), (200, 25, 25, 25), ("96.7 ± 0.1", "96.8 ± 0.2", "96.7 ± 0.2")),
        Row((5, 10, 10, 10), (100, 25, 25, 25), ("96.3 ± 0.1", "96.3 ± 0.1", "96.2 ± 0.1")),
        Row((2, 5, 5, 10), (80, 25, 25, 50), ("95 ± 0.2", "95.1 ± 0.1", "95 ± 0.3")),
        Row((1, 2, 2, 10), (80, 20, 20, 100), ("93.3 ± 0.3", "93.1 ± 0.5", "92 ± 0.3")),
    ),
    "reuters": (
        Row((25, 25), (1000, 25), ("89.4 ± 0.1", "89.3", "89.4")),
        Row((10, 10), (400, 10), ("87 ± 0.1", "86.7 ± 0.1", "86.5 ± 0.1")),
        Row((5, 5), (200, 5), ("78.5 ± 0.5", "78.2 ± 0.7", "77.5 ± 0.6")),
        Row((2, 2), (80, 2), ("53.3 ± 1.8", "51.2 ± 1.7", "46.8 ± 2.9")),
        Row((1, 1), (40, 1), ("28.4 ± 2.4", "28.7 ± 2.3", "28 ± 1.9")),
    ),
    "phonemes": (
        Row((270, 27), (13, 13), ("43 ± 0.1", "43", "43 ± 0.1")),
        Row((180, 18), (13, 13), ("42.7 ± 0.1", "42.8 ± 0.1", "42.9 ± 0.1")),
        Row((90, 9), (13, 13), ("42.1 ± 0.1", "42.5 ± 0.1", "42.4 ± 0.1")),
        Row((60, 6), (13, 13), ("41.5 ± 0.1", "41.8 ± 0.2", "41.9 ± 0.1")),
        Row((30, 3), (13, 13), ("40.5 ± 0.2", "40.1 ± 0.2", "39.4 ± 0.8")),
    ),
    "cifar100": (
        Row((100, 100), (2000, 250), ("87.5 ± 0.2", "87.7 ± 0.2", "87.4 ± 0.3")),
        Row((29, 29), (2000, 250), ("86.8 ± 0.3", "87.2 ± 0.5", "87.1 ± 0.2")),
        Row((12, 12), (400, 50), ("86.3 ± 0.2", "86.5 ± 0.4", "86.6 ± 0.4")),
        Row((5, 5), (400, 50), ("85.3 ± 0.5", "85.5 ± 0.5", "85.7 ± 0.3")),
        Row((2, 2), (80, 10), ("84.1 ± 0.5", "84.3 ± 0.3", "83.8 ± 0.3")),
        Row((1, 1), (80, 10), ("83 ± 0.5", "83.3 ± 0.4", "81.7 ± 0.7")),
    ),
}
"""Slides, "Performance Comparison"; CIFAR-100's are top-5 accuracies. Where the slides leave
z_net out, it is the row's above."""

FULL = {
    "mnist": "98 ± 0.1",
    "reuters": "89.6 ± 0.1",
    "phonemes": "43.2 ± 0.2",
    "cifar100": "87.1 ± 0.6",
}
"""Fully connected on the slides."""
COMPARABLE = ("mnist",)
"""Where data set and network are those of the slides."""
TOP_5 = ("cifar100",)
"""Where the slides count a class among the five likeliest as right; here only the likeliest is."""


def _problem(name: str) -> Problem:
    problem = PROBLEMS[name]
    return replace(problem, layers=(800, 100, 100, 100, 10)) if name == "mnist" else problem


def _rows(name: str, scale: Scale) -> tuple[Row, ...]:
    rows = ROWS[name]
    return (rows[0], rows[-1]) if scale.quick else rows


def plan(scale: Scale) -> list[Cell]:
    """Every kind of connections at every row, and fully connected."""
    cells = []
    for chosen in choose(scale, SETS, DEFAULT_SETS):
        problem = _problem(chosen.name)
        for seed in scale.seeds:
            full = problem.task(scale, problem.layers[1:], seed)
            cells.append(Cell((problem.name, "fully_connected"), full))
            for row in _rows(problem.name, scale):
                for kind in KINDS:
                    task = problem.task(
                        scale,
                        row.out_degree,
                        seed,
                        kind=kind,
                        # The others take no notice of z: without it they are one task for all z.
                        parallelism=row.parallelism if kind == "clash_free" else None,
                    )
                    cells.append(Cell((problem.name, kind, *row.out_degree), task))
    return cells


def report(scale: Scale, results: Results) -> Report:
    """The slides' table with the figures measured here beside theirs."""
    problems = [_problem(each.name) for each in choose(scale, SETS, DEFAULT_SETS)]
    tables, findings = [], []
    verdicts: dict[str, str] = {}
    curves: dict[str, Curves] = {}
    for problem in problems:
        rows = _rows(problem.name, scale)
        full = accuracy(results[problem.name, "fully_connected"])
        spreads = {
            row: [accuracy(results[(problem.name, kind, *row.out_degree)]) for kind in KINDS]
            for row in rows
        }
        densities = {row: density_of(problem.layers, row.out_degree) for row in rows}
        curves[problem.title] = {
            kind.replace("_", "-"): [(100 * densities[row], spreads[row][i]) for row in rows]
            for i, kind in enumerate(KINDS)
        }
        tables.append(
            Table(
                title=f"{problem.title}, {'-'.join(map(str, problem.layers))}: test accuracy % "
                f"(slides'{' top-5' if problem.name in TOP_5 else ''}); fully connected "
                f"{full.percent()} ({FULL[problem.name]})",
                header=("d_out", "density %", "z", "epochs", "clash-free", "structured", "random"),
                rows=[
                    (
                        ", ".join(map(str, row.out_degree)),
                        f"{100 * densities[row]:.1f}",
                        ", ".join(map(str, row.parallelism)),
                        epochs(
                            [
                                figures
                                for kind in KINDS
                                for figures in results[(problem.name, kind, *row.out_degree)]
                            ]
                        ),
                        *(
                            f"{spread.percent()} ({theirs})"
                            for spread, theirs in zip(spreads[row], row.slides, strict=True)
                        ),
                    )
                    for row in rows
                ],
                text=(0, 2),
            )
        )
        gaps = {densities[row]: compare(spreads[row][0], spreads[row][1]) for row in rows}
        behind = [compare(spreads[row][0], spreads[row][2]) for row in rows[-SPARSEST:]]
        worse = sum(gap.side() < 0 for gap in gaps.values())
        verdicts[f"clash-free as good as structured ({problem.title})"] = verdict(
            [-1 if worse else 1]
        )
        verdicts[f"random behind when sparse ({problem.title})"] = verdict(
            gap.side() for gap in behind
        )
        findings += [
            f"{problem.title}: clash-free less structured is {_listed(gaps)}.",
            f"{problem.title}: clash-free less random at the {SPARSEST} sparsest rows is "
            f"{' and '.join(gap.words for gap in behind)}.",
        ]
        if problem.name in COMPARABLE:
            theirs = [
                spreads[row][i].mean - float(slide.split()[0]) / 100
                for row in rows
                for i, slide in enumerate(row.slides)
            ]
            findings.append(
                f"{problem.title}: these accuracies less the slides' are "
                f"{signed_points(min(theirs))} to {signed_points(max(theirs))} points."
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


def _listed(gaps: dict[float, Difference]) -> str:
    """How many rows are better, worse and alike, and the points of those that differ."""
    sides = [gap.side() for gap in gaps.values()]
    listed = ", ".join(
        f"{gap.points} points at {100 * density:.1f} %"
        for density, gap in gaps.items()
        if gap.side()
    )
    return (
        f"no different in {sides.count(0)} of {len(sides)} rows, better in {sides.count(1)} and "
        f"worse in {sides.count(-1)}" + (f" ({listed})" if listed else "")
    )
