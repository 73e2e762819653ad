"""Connections that learn: inputs by deviation and rewiring against fixed and against free ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from software_ref.experiments.drawing import Curves, draw_panels, panels_size, percent_axis
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.problems import Problem, choose, degrees_for, density_of
from software_ref.experiments.report import Report, Table
from software_ref.experiments.rewiring_task import (
    CLASH_FREE,
    FREE,
    WORTH,
    GoldenRewiringTask,
    RewiringTask,
)
from software_ref.experiments.scale import QUICK_EPOCHS, Scale
from software_ref.experiments.verdict import compare, summary, verdict
from software_ref.mlp.rate import RateSchedule

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "connections that learn: inputs by deviation, and rewiring that stays clash-free"
CLAIM = "connections that are fixed before training lose nothing"
SETS = ("mnist", "reuters", "phonemes", "morse", "digits")
DEFAULT_SETS = ("mnist", "morse", "reuters", "phonemes")

DENSITIES = (0.05, 0.1, 0.2)
MIDDLE = DENSITIES[1]
"""Where shares, schedules, pairs by gradient and fixed point are compared."""

FIXED, BOTH, ANYWHERE = "fixed", "inputs and rewiring", "free moves"
MAIN: Mapping[str, dict[str, Any]] = {
    FIXED: {},
    "inputs by deviation": {"inputs": True},
    "rewiring": {"moves": CLASH_FREE},
    BOTH: {"inputs": True, "moves": CLASH_FREE},
    ANYWHERE: {"moves": FREE},
    "inputs and free moves": {"inputs": True, "moves": FREE},
}
"""Fields of `RewiringTask`, at every density; free moves keep in-degrees alone, which no
interleaver does: the bound."""
GRADIENT = "pairs by gradient"
SCHEDULES: Mapping[str, dict[str, Any]] = {
    "share 0.1": {"share": 0.1},
    "share 0.5": {"share": 0.5},
    "until 0.5": {"until": 0.5},
    "until 1": {"until": 1.0},
    GRADIENT: {"moves": WORTH},
}
"""What is changed of inputs and rewiring, at one density."""
GOLDEN: Mapping[str, dict[str, Any]] = {
    FIXED: {},
    BOTH: {"inputs": True, "moves": CLASH_FREE},
}
"""Fields of `GoldenRewiringTask`, at one density."""


@dataclass(frozen=True, kw_only=True)
class Setup:
    """A problem's network and trainings."""

    layers: tuple[int, ...]
    """Neurons N_0 .. N_L."""
    parallelism: tuple[int, ...]
    """z_1 .. z_L: some words in every memory, or nothing could move."""
    epochs: int
    """Passes over the samples; a fixed number, as the share of moves falls over it."""
    golden: dict[str, Any] | None = None
    """Fields of the bit-exact training; None leaves it out."""


SETUPS = {
    "mnist": Setup(
        layers=(784, 112, 10),
        parallelism=(56, 7),
        epochs=16,
        golden={"rate_exponent": ((0, 3), (4, 4), (8, 5), (12, 6))},
    ),
    "morse": Setup(
        layers=(64, 256, 64),
        parallelism=(8, 16),
        epochs=16,
        golden={"rate_exponent": ((0, 2), (6, 3), (11, 4)), "fraction": 10},
    ),
    "reuters": Setup(layers=(2000, 50, 50), parallelism=(100, 5), epochs=16),
    "phonemes": Setup(layers=(39, 390, 39), parallelism=(3, 26), epochs=32),
    "digits": Setup(
        layers=(64, 40, 10),
        parallelism=(8, 5),
        epochs=32,
        golden={"rate_exponent": ((0, 3), (16, 4), (24, 5))},
    ),
}
"""By the problem's name."""

MORSE_SAMPLES = {"train_per_class": 400, "validation_per_class": 50, "test_per_class": 50}


def _problem(problem: Problem) -> Problem:
    """The problem with the study's network and epochs."""
    setup = SETUPS[problem.name]
    options = replace(
        problem.options,
        epochs=setup.epochs,
        patience=None,
        schedule=RateSchedule(kind="cosine"),
        batch=min(problem.options.batch, 128),
    )
    data = problem.data
    if problem.name == "morse":
        data = replace(data, options={**data.options, **MORSE_SAMPLES})
    return replace(problem, layers=setup.layers, options=options, data=data)


def _densities(scale: Scale) -> Sequence[float]:
    return (MIDDLE,) if scale.quick else DENSITIES


def _schedules(scale: Scale) -> Mapping[str, dict[str, Any]]:
    return {GRADIENT: SCHEDULES[GRADIENT]} if scale.quick else SCHEDULES


def plan(scale: Scale) -> list[Cell]:
    """Every way to learn connections, at every density."""
    cells = []
    for chosen in choose(scale, SETS, DEFAULT_SETS):
        problem = _problem(chosen)
        for seed in scale.seeds:
            for density in _densities(scale):
                for label, changes in MAIN.items():
                    task = _task(problem, scale, density, seed, **changes)
                    cells.append(Cell((problem.name, density, label), task))
            for label, changes in _schedules(scale).items():
                task = _task(problem, scale, MIDDLE, seed, **{**MAIN[BOTH], **changes})
                cells.append(Cell((problem.name, MIDDLE, label), task))
            for label, changes in GOLDEN.items():
                golden = _golden(problem, scale, seed, **changes)
                if golden is not None:
                    cells.append(Cell((problem.name, "golden", label), golden))
    return cells


def _task(
    problem: Problem, scale: Scale, density: float, seed: int, **changes: Any
) -> RewiringTask:
    return RewiringTask(
        data=scale.data(problem.data),
        layers=problem.layers,
        out_degree=degrees_for(problem.layers, density),
        parallelism=SETUPS[problem.name].parallelism,
        options=scale.options(problem.options, seed),
        **changes,
    )


def _golden(problem: Problem, scale: Scale, seed: int, **changes: Any) -> GoldenRewiringTask | None:
    setup = SETUPS[problem.name]
    if setup.golden is None:
        return None
    return GoldenRewiringTask(
        # Nothing is chosen by validation here.
        data=replace(scale.data(problem.data), validation=0),
        layers=problem.layers,
        out_degree=degrees_for(problem.layers, MIDDLE),
        parallelism=setup.parallelism,
        classes=problem.classes,
        epochs=min(setup.epochs, QUICK_EPOCHS) if scale.quick else setup.epochs,
        seed=seed,
        **setup.golden,
        **changes,
    )


def report(scale: Scale, results: Results) -> Report:
    """A table of densities for each problem, and one of schedules, pairs and fixed point."""
    problems = [_problem(each) for each in choose(scale, SETS, DEFAULT_SETS)]
    densities = _densities(scale)
    tables, findings = [], []
    verdicts: dict[str, str] = {}
    curves: dict[str, Curves] = {}
    for problem in problems:
        spreads = {
            density: {label: accuracy(results[problem.name, density, label]) for label in MAIN}
            for density in densities
        }
        own = {
            density: density_of(problem.layers, degrees_for(problem.layers, density))
            for density in densities
        }
        curves[problem.title] = {
            label: [(100 * own[density], spreads[density][label]) for density in densities]
            for label in MAIN
        }
        layers = "-".join(map(str, problem.layers))
        tables.append(
            Table(
                title=f"{problem.title}, {layers}, {problem.options.epochs} epochs: test accuracy "
                "% of float minibatches",
                header=("connections", *(f"{100 * own[each]:.1f} % density" for each in densities)),
                rows=[
                    (label, *(spreads[density][label].percent() for density in densities))
                    for label in MAIN
                ],
            )
        )
        tables.append(_details(problem, scale, results, own[MIDDLE]))
        sides = []
        for density in densities:
            found = spreads[density]
            gain = compare(found[BOTH], found[FIXED])
            bound = compare(found[BOTH], found[ANYWHERE])
            sides.append(gain.side())
            findings.append(
                f"{problem.title} at {100 * own[density]:.1f} %: {BOTH} less {FIXED} is "
                f"{gain.words}; less {ANYWHERE}, {bound.words}."
            )
        random = spreads[MIDDLE][BOTH]
        guided = compare(accuracy(results[problem.name, MIDDLE, GRADIENT]), random)
        findings.append(f"{problem.title}: {GRADIENT} less pairs at random is {guided.words}.")
        verdicts[problem.title] = verdict(_against(sides))

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


def _against(sides: Sequence[int]) -> list[int]:
    """Sides of the claim that fixed connections lose nothing: against it where others gain."""
    return [-side for side in sides]


def _details(problem: Problem, scale: Scale, results: Results, density: float) -> Table:
    """Shares, schedules, pairs by gradient, and fixed point, at one density."""
    usual = accuracy(results[problem.name, MIDDLE, BOTH])
    rows = [(f"{BOTH}: share 0.3, until 0.75", usual, usual)]
    for label in _schedules(scale):
        rows.append((label, accuracy(results[problem.name, MIDDLE, label]), usual))
    if SETUPS[problem.name].golden is not None:
        found = {label: accuracy(results[problem.name, "golden", label]) for label in GOLDEN}
        rows += [(f"bit-exact: {label}", found[label], found[FIXED]) for label in GOLDEN]
    return Table(
        title=f"{problem.title} at {100 * density:.1f} %: other shares, schedules and pairs; fixed "
        "point",
        header=("what", "test accuracy %", "less the first"),
        rows=[
            (label, spread.percent(), None if spread is first else compare(spread, first).points)
            for label, spread, first in rows
        ],
    )
