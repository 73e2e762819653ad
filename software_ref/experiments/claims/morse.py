"""The Morse difficulty table: accuracy of one network on every variation of the data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from software_ref.datasets.morse_options import MorseOptions
from software_ref.experiments.data_spec import DataSpec
from software_ref.experiments.drawing import Curves, draw_panels, panels_size
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.problems import PROBLEMS, Problem, choose
from software_ref.experiments.report import Report, Spread, Table, signed_points
from software_ref.experiments.scale import Scale
from software_ref.experiments.verdict import FAILS, HOLDS, compare, summary, verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "CLAIM",
    "DEFAULT_SETS",
    "PUBLISHED",
    "SETS",
    "SIGMAS",
    "SUMMARY",
    "VARIANTS",
    "plan",
    "points",
    "problem_of",
    "report",
]

SUMMARY = "accuracy on every variation of the Morse data set"
CLAIM = (
    "noise, leading spaces and confusable dashes make the data set harder, dilation and more "
    "samples easier"
)
SETS = ("morse",)
DEFAULT_SETS = SETS

SIGMAS = (0, 1, 2, 3, 4)
VARIANTS: dict[str, dict[str, Any]] = {
    "baseline": {},
    "+ leading spaces": {"leading_spaces": True},
    "+ dashes 3 to 9 long": {"leading_spaces": True, "dash": [3, 9]},
    "+ dilation to 256": {"leading_spaces": True, "dash": [3, 9], "dilation": 4},
}
"""Options of the Morse loader; each variant adds to the one before."""

PUBLISHED = {
    "baseline": (97.64, 96.05, 87.91, 71.52, 54.19),
    "+ leading spaces": (90.35, 82.42, 66.85, 50.17, 35.43),
    "+ dashes 3 to 9 long": (65.09, 59.27, 47.44, 36.08, 26.22),
    "+ dilation to 256": (81.24, 79.72, 73.50, 64.22, 54.43),
}
"""Test accuracies in percent that were published for the same network, by sigma."""

SAMPLES = (1250, 2500, 5000, 10000)
SAMPLES_VARIANT, SAMPLES_SIGMA = "+ leading spaces", 0
"""Training samples a class, on one variant at one noise: "increasing #samples"."""


def problem_of(variant: str, sigma: int, samples: int | None = None) -> Problem:
    """The problem of one variant at one noise, with some training samples a class."""
    options: dict[str, Any] = {**VARIANTS[variant], "noise_sigma": sigma}
    if samples is not None and samples != MorseOptions().train_per_class:
        options["train_per_class"] = samples
    inputs = 64 * options.get("dilation", 1)
    problem = PROBLEMS["morse"]
    return replace(
        problem,
        data=DataSpec(name="morse", options=options),
        layers=(inputs, *problem.layers[1:]),
    )


def points(scale: Scale) -> list[tuple[str, int]]:
    """The variants and noises of the table."""
    sigmas = [int(sigma) for sigma in scale.few(SIGMAS)]
    return [(variant, sigma) for variant in VARIANTS for sigma in sigmas]


def plan(scale: Scale) -> list[Cell]:
    """Every variant at every noise, and one variant with fewer and more samples."""
    choose(scale, SETS, DEFAULT_SETS)
    cells = []
    for seed in scale.seeds:
        for variant, sigma in points(scale):
            cells.append(Cell((variant, sigma), _task(problem_of(variant, sigma), scale, seed)))
        for samples in SAMPLES:
            problem = problem_of(SAMPLES_VARIANT, SAMPLES_SIGMA, samples)
            cells.append(Cell(("samples", samples), _task(problem, scale, seed)))
    return cells


def report(scale: Scale, results: Results) -> Report:
    """The published table with the figures measured here, and the order of all its entries."""
    from scipy.stats import spearmanr

    chosen = points(scale)
    sigmas = sorted({sigma for _, sigma in chosen})
    spreads = {(variant, sigma): accuracy(results[variant, sigma]) for variant, sigma in chosen}
    ours = [spreads[point].mean for point in chosen]
    theirs = [PUBLISHED[variant][sigma] for variant, sigma in chosen]
    noisier = verdict(
        compare(spreads[variant, a], spreads[variant, b]).side()
        for variant in VARIANTS
        for a, b in pairwise(sigmas)
    )
    names = list(VARIANTS)
    ordered = verdict(
        compare(spreads[names[easier], s], spreads[names[harder], s]).side()
        for s in sigmas
        for easier, harder in ((0, 1), (1, 2), (3, 2))
    )
    samples = {each: accuracy(results["samples", each]) for each in SAMPLES}
    rising = verdict(compare(samples[b], samples[a]).side() for a, b in pairwise(SAMPLES))
    findings = [
        f"The accuracy falls with the noise in every variant: {_yes(noisier)}.",
        "At every noise the order is baseline, leading spaces, dashes 3 to 9, and dilation is "
        f"easier than the last: {_yes(ordered)}.",
        f"Spearman's rank correlation of the {len(chosen)} accuracies with the published ones: "
        f"{spearmanr(ours, theirs).statistic:.3f}.",
        f"More training samples make it easier ({SAMPLES_VARIANT}, sigma {SAMPLES_SIGMA}): "
        f"{_yes(rising)}.",
        "These accuracies less the published ones are, in points: "
        + ", ".join(
            f"{signed_points(min(gaps))} to {signed_points(max(gaps))} ({variant})"
            for variant, gaps in _gaps(spreads).items()
        )
        + ".",
    ]
    problem = PROBLEMS["morse"]
    tables = [
        Table(
            title=f"Morse, {'-'.join(map(str, problem.layers))} (256 inputs when dilated): test "
            "accuracy % (published)",
            header=("variant", *(f"sigma {sigma}" for sigma in sigmas)),
            rows=[
                (
                    variant,
                    *(
                        f"{spreads[variant, sigma].percent()} ({PUBLISHED[variant][sigma]})"
                        for sigma in sigmas
                    ),
                )
                for variant in VARIANTS
            ],
        ),
        Table(
            title=f"Training samples a class, {SAMPLES_VARIANT}, sigma {SAMPLES_SIGMA}",
            header=("samples", "test accuracy %"),
            rows=[(scale.per_class(each), samples[each].percent()) for each in SAMPLES],
            text=(),
        ),
    ]
    curves: Curves = {
        variant: [(float(sigma), spreads[variant, sigma]) for sigma in sigmas]
        for variant in VARIANTS
    }

    def axis(axes: Axes) -> None:
        axes.set_xlabel("standard deviation of the noise")

    def draw(figure: Figure) -> None:
        draw_panels(figure, {"Morse data sets": curves}, axis)

    verdicts = {"noise is harder": noisier, "order of the variants": ordered}
    return Report(
        tables=tables,
        findings=findings,
        verdict=summary({**verdicts, "more samples are easier": rising}),
        draw=draw,
        size=panels_size(1),
    )


def _task(problem: Problem, scale: Scale, seed: int) -> Any:
    return problem.task(scale, problem.layers[1:], seed)


def _yes(found: str) -> str:
    return {HOLDS: "yes", FAILS: "no"}.get(found, found)


def _gaps(spreads: Mapping[tuple[str, int], Spread]) -> dict[str, list[float]]:
    """Differences from the published accuracies, as shares, by variant."""
    return {
        variant: [
            spreads[key].mean - PUBLISHED[variant][key[1]] / 100
            for key in spreads
            if key[0] == variant
        ]
        for variant in VARIANTS
    }
