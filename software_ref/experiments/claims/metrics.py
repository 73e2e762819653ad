"""The difficulty metrics of the Morse data sets against the accuracy reached on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from software_ref.experiments.claims import morse
from software_ref.experiments.difficulty_task import DifficultyTask
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.report import Report, Table
from software_ref.experiments.scale import Scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "difficulty metrics of the Morse data sets against the accuracy reached on them"
CLAIM = "Pearson's r is -0.59 for V_lower, -0.64 for V_upper, -0.63 for V_dist, -0.64 for V_thresh"
SETS = ("morse",)
DEFAULT_SETS = SETS

METRICS = {
    "v_lower": ("V_lower", -0.59),
    "v_upper": ("V_upper", -0.64),
    "v_dist": ("V_dist", -0.63),
    "v_thresh": ("V_thresh", -0.64),
}
"""Field of the figures: name, and Pearson's r on the slides."""


def plan(scale: Scale) -> list[Cell]:
    """The trainings of the Morse table, and the metrics of each of its data sets."""
    cells = [cell for cell in morse.plan(scale) if cell.key[0] != "samples"]
    for variant, sigma in morse.points(scale):
        data = scale.data(morse.problem_of(variant, sigma).data)
        cells.append(Cell(("metrics", variant, sigma), DifficultyTask(data=data)))
    return cells


def report(scale: Scale, results: Results) -> Report:
    """The metrics of every data set beside its accuracy, and Pearson's r."""
    from scipy.stats import pearsonr

    points = morse.points(scale)
    accuracies = [accuracy(results[point]) for point in points]
    means = [spread.mean for spread in accuracies]
    published = [morse.PUBLISHED[variant][sigma] for variant, sigma in points]
    values = {
        field: [results[("metrics", *point)][0][field] for point in points] for field in METRICS
    }
    correlations = {
        field: (
            float(pearsonr(values[field], means).statistic),
            float(pearsonr(values[field], published).statistic),
        )
        for field in METRICS
    }
    findings = [
        f"{METRICS[field][0]}: Pearson's r is {here:.2f} with the accuracies measured here, "
        f"{theirs:.2f} with the published ones, {METRICS[field][1]:.2f} on the slides."
        for field, (here, theirs) in correlations.items()
    ]
    tables = [
        Table(
            title="Difficulty metrics of the Morse data sets",
            header=(
                "variant",
                "sigma",
                *(name for name, _ in METRICS.values()),
                "test accuracy %",
                "published",
            ),
            rows=[
                (
                    variant,
                    sigma,
                    *(f"{values[field][i]:.4g}" for field in METRICS),
                    accuracies[i].percent(),
                    morse.PUBLISHED[variant][sigma],
                )
                for i, (variant, sigma) in enumerate(points)
            ],
        ),
        Table(
            title="Pearson's r between metric and test accuracy",
            header=("metric", "here", "with published accuracies", "slides"),
            rows=[
                (METRICS[field][0], f"{here:.2f}", f"{theirs:.2f}", f"{METRICS[field][1]:.2f}")
                for field, (here, theirs) in correlations.items()
            ],
        ),
    ]

    def draw(figure: Figure) -> None:
        panels = figure.subplots(2, 2).flat
        for panel, (field, (name, _)) in zip(panels, METRICS.items(), strict=True):
            for variant in morse.VARIANTS:
                chosen = [i for i, point in enumerate(points) if point[0] == variant]
                panel.plot(
                    [values[field][i] for i in chosen],
                    [100 * means[i] for i in chosen],
                    marker="o",
                    label=variant,
                )
            panel.set_title(f"{name}, r = {correlations[field][0]:.2f}")
            panel.set_xlabel(name)
            panel.set_ylabel("test accuracy, %")
            panel.grid(alpha=0.3)
            panel.legend(fontsize=7)

    found = ", ".join(
        f"{here:.2f} for {METRICS[field][0]}" for field, (here, _) in correlations.items()
    )
    return Report(
        tables=tables,
        findings=findings,
        verdict=f"Pearson's r is {found}",
        draw=draw,
        size=(9.0, 7.0),
    )
