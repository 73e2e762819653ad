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
from software_ref.experiments.verdict import summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Changes", "Conclusion", "VariantStudy"]

MOST_CURVES = 8
"""Variants whose curves can be told apart in one picture."""
SHOWN_POINTS = 8
"""Points below the best accuracy that a picture of final ones shows."""

Changes: TypeAlias = Mapping[str, dict[str, Any]]
"""Fields of `GoldenTask` to change, by the variant's label."""


@dataclass(frozen=True)
class Conclusion:
    """What a problem's accuracies say."""

    findings: Sequence[str]
    """Sentences."""
    verdict: str
    """What becomes of the claim."""


@dataclass(frozen=True, kw_only=True)
class VariantStudy:
    """An `Experiment` whose plan and report follow from a list of variants."""

    variants: Callable[[HardwareProblem], Changes]
    """The variants of a problem, in the order of the table; quick runs take the first, the last in
    fixed point and the last, so that there is something to find."""
    conclude: Callable[[HardwareProblem, Mapping[str, Spread]], Conclusion]
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
        """A table per problem, and a picture.

        It shows test accuracy over the epochs in the mean of the seeds or, where so many curves
        could not be told apart, after the last one.
        """
        problems = choose(scale)
        tables, findings = [], []
        verdicts: dict[str, str] = {}
        accuracies: dict[str, Mapping[str, Spread]] = {}
        for problem in problems:
            labels = list(self._variants(scale, problem))
            spreads = {label: accuracy(results[problem.name, label]) for label in labels}
            accuracies[problem.name] = spreads
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
            conclusion = self.conclude(problem, spreads)
            findings += [f"{problem.title}: {finding}" for finding in conclusion.findings]
            verdicts[problem.title.split(",")[0]] = conclusion.verdict

        def draw(figure: Figure) -> None:
            row = figure.subplots(1, len(problems), squeeze=False)[0]
            for axes, problem in zip(row, problems, strict=True):
                spreads = accuracies[problem.name]
                if most > MOST_CURVES:
                    _draw_final(axes, spreads)
                else:
                    curves = {
                        label: [
                            [each["test_accuracy"] for each in figures["epochs"]]
                            for figures in results[problem.name, label]
                        ]
                        for label in spreads
                    }
                    _draw_curves(axes, curves)
                axes.set_title(problem.title)
                axes.grid(alpha=0.3)

        most = max(map(len, accuracies.values()))
        width, height = panels_size(len(problems))
        if most > MOST_CURVES:
            width, height = 1.3 * width, max(height, 0.25 * most + 1)
        return Report(
            tables=tables,
            findings=findings,
            verdict=summary(verdicts),
            draw=draw,
            size=(width, height),
        )

    def _variants(self, scale: Scale, problem: HardwareProblem) -> Changes:
        variants = self.variants(problem)
        if not scale.quick:
            return variants
        first, *_, last = variants
        *_, fixed = (label for label, changes in variants.items() if not changes.get("floating"))
        return {label: variants[label] for label in dict.fromkeys((first, fixed, last))}


def _draw_curves(axes: Axes, curves: Mapping[str, Sequence[Sequence[float]]]) -> None:
    """Test accuracy of each variant's runs over the epochs, in the mean."""
    for label, runs in curves.items():
        means = [100 * fmean(values) for values in zip(*runs, strict=True)]
        axes.plot(range(1, len(means) + 1), means, marker=".", label=label)
    axes.set_xlabel("epoch")
    axes.set_ylabel("test accuracy, %")
    axes.legend(fontsize=8)


def _draw_final(axes: Axes, spreads: Mapping[str, Spread]) -> None:
    """Final test accuracies, one below the other; those far off as numbers at the edge."""
    best = max(100 * spread.mean for spread in spreads.values())
    edge = best - SHOWN_POINTS
    for place, spread in enumerate(spreads.values()):
        mean = 100 * spread.mean
        if mean < edge:
            axes.text(edge, place, f"\N{LEFTWARDS ARROW} {mean:.1f}", va="center", fontsize=8)
        else:
            axes.errorbar(mean, place, xerr=100 * spread.deviation, fmt="o", color="C0", capsize=3)
    axes.set_yticks(range(len(spreads)), list(spreads), fontsize=8)
    axes.set_ylim(len(spreads) - 0.5, -0.5)
    axes.set_xlim(edge - 0.2, best + 1)
    axes.set_xlabel("test accuracy, %")


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
