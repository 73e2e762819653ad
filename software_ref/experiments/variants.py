"""A study of variants: the same bit-exact training with one setting changed at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, TypeAlias

from software_ref.experiments.drawing import panels_size
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.hardware_problems import HardwareProblem, choose
from software_ref.experiments.report import Report, Spread, Table
from software_ref.experiments.scale import Scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Changes", "VariantStudy"]

Changes: TypeAlias = Mapping[str, dict[str, Any]]
"""Fields of `GoldenTask` to change, by the variant's label."""


@dataclass(frozen=True, kw_only=True)
class VariantStudy:
    """An `Experiment` whose plan and report follow from a list of variants."""

    variants: Callable[[HardwareProblem], Changes]
    """The variants of a problem, in the order of the table; quick runs take the first, the last in
    fixed point and the last, so that there is something to find."""
    findings: Callable[[HardwareProblem, Mapping[str, Spread]], Sequence[str]]
    """What the accuracies of a problem say, by the variant's label."""
    what: str
    """Title of the variants' column."""

    def plan(self, scale: Scale) -> list[Cell]:
        """Every variant of every problem."""
        return [
            Cell((problem.name, label), problem.task(scale, seed, **changes))
            for problem in choose(scale)
            for label, changes in self._variants(scale, problem).items()
            for seed in scale.seeds
        ]

    def report(self, scale: Scale, results: Results) -> Report:
        """A table per problem, and test accuracy over the epochs in the mean of the seeds."""
        problems = choose(scale)
        tables, findings = [], []
        for problem in problems:
            labels = list(self._variants(scale, problem))
            spreads = {label: accuracy(results[problem.name, label]) for label in labels}
            tables.append(
                Table(
                    title=f"{problem.title}, after {_epochs(results, problem)} epochs",
                    header=(
                        self.what,
                        "test accuracy %",
                        *(f"saturated {name} %" for name in ("s", "delta", "update")),
                    ),
                    rows=[
                        (
                            label,
                            spreads[label].percent(),
                            *_saturated(results[problem.name, label]),
                        )
                        for label in labels
                    ],
                )
            )
            findings += [
                f"{problem.title}: {finding}" for finding in self.findings(problem, spreads)
            ]

        def draw(figure: Figure) -> None:
            row = figure.subplots(1, len(problems), squeeze=False)[0]
            for axes, problem in zip(row, problems, strict=True):
                for label in self._variants(scale, problem):
                    runs = [
                        [each["test_accuracy"] for each in figures["epochs"]]
                        for figures in results[problem.name, label]
                    ]
                    means = [100 * fmean(values) for values in zip(*runs, strict=True)]
                    axes.plot(range(1, len(means) + 1), means, marker=".", label=label)
                axes.set_title(problem.title)
                axes.set_xlabel("epoch")
                axes.set_ylabel("test accuracy, %")
                axes.grid(alpha=0.3)
                axes.legend(fontsize=8)

        return Report(tables=tables, findings=findings, draw=draw, size=panels_size(len(problems)))

    def _variants(self, scale: Scale, problem: HardwareProblem) -> Changes:
        variants = self.variants(problem)
        if not scale.quick:
            return variants
        first, *_, last = variants
        *_, fixed = (label for label, changes in variants.items() if not changes.get("floating"))
        return {label: variants[label] for label in dict.fromkeys((first, fixed, last))}


def _epochs(results: Results, problem: HardwareProblem) -> int:
    return next(len(f[0]["epochs"]) for key, f in results.items() if key[0] == problem.name)


def _saturated(figures: Sequence[dict[str, Any]]) -> list[str | None]:
    """Saturated shares in percent, in the mean of the seeds; None in floating point."""
    return [
        f"{100 * fmean(each['saturated'][name] for each in figures):.2g}"
        if "saturated" in figures[0]
        else None
        for name in ("s", "delta", "update")
    ]
