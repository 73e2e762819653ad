"""Sizes and rates of examples/mnist_accurate.toml, chosen on held-out training images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from software_ref.experiments.data_spec import DataSpec
from software_ref.experiments.drawing import Curves, draw_panels, panels_size
from software_ref.experiments.experiment import Cell, Results, accuracy
from software_ref.experiments.golden_task import GoldenTask
from software_ref.experiments.hardware_problems import HARDWARE_PROBLEMS
from software_ref.experiments.report import Report, Spread, Table
from software_ref.experiments.scale import QUICK_EPOCHS, Scale
from software_ref.experiments.verdict import compare, verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["CLAIM", "DEFAULT_SETS", "EXAMPLES", "SETS", "SUMMARY", "plan", "report"]

SUMMARY = "sizes and rates of mnist_accurate, by their accuracy on held-out training images"
CLAIM = "97.2 % of MNIST, at a fifth of the weights, in floating point"
SETS = ("mnist", "digits")
DEFAULT_SETS = ("mnist",)

EXAMPLES = {
    "mnist": GoldenTask(
        data=DataSpec(name="mnist", validation=10_000),
        layers=(784, 112, 10),
        out_degree=(28, 10),
        parallelism=(112, 7),
        classes=10,
        epochs=12,
        rate_exponent=((0, 3), (4, 4), (8, 5)),
        seed=1,
    ),
    "digits": replace(
        HARDWARE_PROBLEMS["digits"].base, data=DataSpec(name="digits", validation=200)
    ),
}
"""The example, tested on samples that it is not trained on; and a small one that needs no files."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A training that the example's could be replaced with."""

    change: str = "none"
    """What is not as in the example, beside the sizes that a row shows; "from 2^-4" is the rate."""
    settings: dict[str, Any] = field(default_factory=dict)
    """Fields of `GoldenTask`."""


def _sized(
    right: int, out_degree: int, parallelism: tuple[int, int], *changes: Candidate
) -> list[Candidate]:
    """A hidden layer and a junction 1 of some size, without and with other changes."""
    sizes = {
        "layers": (784, right, 10),
        "out_degree": (out_degree, 10),
        "parallelism": parallelism,
    }
    return [replace(each, settings={**sizes, **each.settings}) for each in (Candidate(), *changes)]


LATER = Candidate(
    change="15 epochs",
    settings={"epochs": 15, "rate_exponent": ((0, 3), (5, 4), (10, 5))},
)
FASTER = Candidate(
    change="15 epochs from 2^-2",
    settings={"epochs": 15, "rate_exponent": ((0, 2), (2, 3), (5, 4), (10, 5))},
)
SLOWER = Candidate(change="from 2^-4", settings={"rate_exponent": ((0, 4), (8, 5))})
RANDOM = Candidate(change="8 random bits", settings={"random_bits": 8})
RELU = Candidate(
    change="ReLU from 2^-5",
    settings={"hidden": "relu", "rate_exponent": ((0, 5), (8, 6))},
)
CAPPED = Candidate(change="the same, cap 4", settings={**RELU.settings, "relu_cap": 4.0})

CANDIDATES = {
    "mnist": [
        *_sized(112, 28, (112, 7), LATER, FASTER, SLOWER, RANDOM, RELU),
        *_sized(112, 28, (56, 4)),
        *_sized(112, 14, (56, 7), RELU),
        *_sized(98, 28, (112, 7)),
        *_sized(98, 21, (112, 7)),
        *_sized(56, 28, (112, 4)),
        *_sized(196, 28, (112, 14), LATER, RANDOM, RELU, CAPPED),
        *_sized(196, 14, (56, 7), RELU),
        *_sized(392, 14, (56, 28), RELU),
    ],
    "digits": [Candidate(), SLOWER],
}
"""By data set; the first one is the example."""


def _task(scale: Scale, name: str, place: int, seed: int) -> GoldenTask:
    task = replace(EXAMPLES[name], seed=seed, **CANDIDATES[name][place].settings)
    epochs = min(task.epochs, QUICK_EPOCHS) if scale.quick else task.epochs
    return replace(task, data=scale.data(task.data), epochs=epochs)


def _names(scale: Scale) -> tuple[str, ...]:
    for name in scale.sets or ():
        if name not in SETS:
            raise ValueError(f"--sets must be some of {','.join(SETS)}, not {name!r}")
    return scale.sets or DEFAULT_SETS


def plan(scale: Scale) -> list[Cell]:
    """Every candidate."""
    return [
        Cell((name, place), _task(scale, name, place, seed))
        for name in _names(scale)
        for place in range(len(CANDIDATES[name]))
        for seed in scale.seeds
    ]


def report(scale: Scale, results: Results) -> Report:
    """A table of all candidates, the best of them, and their accuracies over their weights."""
    tables, findings, sides = [], [], []
    panels: dict[str, Curves] = {}
    for name in _names(scale):
        spreads = {place: accuracy(results[name, place]) for place in range(len(CANDIDATES[name]))}
        held_out = _task(scale, name, 0, seed=1).data.validation
        rows: list[tuple[Any, ...]] = []
        curves: Curves = {}
        for place, candidate in enumerate(CANDIDATES[name]):
            network = _task(scale, name, place, seed=1).network_file().network
            layers = "-".join(map(str, network.layers))
            rows.append(
                (
                    layers,
                    ", ".join(map(str, network.out_degree)),
                    ", ".join(map(str, network.parallelism)),
                    candidate.change,
                    network.weights,
                    network.block_cycle,
                    spreads[place].percent(),
                )
            )
            curves.setdefault(layers, []).append((network.weights, spreads[place]))
        tables.append(
            Table(
                title=f"{name}: {held_out} training samples held out",
                header=("layers", "out-degrees", "z", "change", "weights", "C", "held-out %"),
                rows=rows,
                text=(0, 1, 2, 3),
            )
        )
        finding, side = _finding(name, rows, spreads)
        findings.append(finding)
        sides.append(side)
        panels[name] = curves

    def draw(figure: Figure) -> None:
        draw_panels(figure, panels, _finish)

    return Report(
        tables=tables,
        findings=findings,
        verdict=verdict(sides),
        draw=draw,
        size=panels_size(len(panels)),
    )


def _finding(
    name: str, rows: list[tuple[Any, ...]], spreads: Mapping[int, Spread]
) -> tuple[str, int]:
    """A sentence on the best candidate; -1 where it is better than the example, else 1."""
    best = max(spreads, key=lambda place: spreads[place].mean)
    chosen = spreads[0]
    if best == 0:
        return f"{name}: the example, at {chosen.percent()} %, is the best.", 1
    layers, degrees, _, change, *_ = rows[best]
    ahead = compare(spreads[best], chosen)
    text = (
        f"{name}: the best is {layers} with out-degrees {degrees} (change: {change}) at "
        f"{spreads[best].percent()} %, the example has {chosen.percent()} %: {ahead.words}."
    )
    return text, -1 if ahead.side() > 0 else 1


def _finish(axes: Axes) -> None:
    axes.set_xlabel("weights")
    axes.set_ylabel("accuracy on held-out samples, %")
