"""Sizes and rates of examples/mnist_accurate.toml, chosen on held-out training images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from software_ref.experiments.data_spec import DataSpec
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

    @property
    def is_plain(self) -> bool:
        """Whether its activation and its rounding are the defaults."""
        return not self.settings.keys() & {"hidden", "random_bits"}


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
    """A table of all candidates, the best of them with and without options, and a picture."""
    tables, findings, sides = [], [], []
    panels: dict[str, dict[str, Spread]] = {}
    for name in _names(scale):
        candidates = CANDIDATES[name]
        spreads = [accuracy(results[name, place]) for place in range(len(candidates))]
        networks = [
            _task(scale, name, place, seed=1).network_file().network
            for place in range(len(candidates))
        ]
        sizes = [
            ("-".join(map(str, each.layers)), ", ".join(map(str, each.out_degree)))
            for each in networks
        ]
        tables.append(
            Table(
                title=f"{name}: {_task(scale, name, 0, seed=1).data.validation} training samples "
                "held out",
                header=("layers", "out-degrees", "z", "change", "weights", "C", "held-out %"),
                rows=[
                    (
                        *size,
                        ", ".join(map(str, network.parallelism)),
                        candidate.change,
                        network.weights,
                        network.block_cycle,
                        spread.percent(),
                    )
                    for size, network, candidate, spread in zip(
                        sizes, networks, candidates, spreads, strict=True
                    )
                ],
                text=(0, 1, 2, 3),
            )
        )
        named = {
            f"{layers} ({degrees}), {network.parallelism[0]} a clock: {candidate.change}": spread
            for (layers, degrees), network, candidate, spread in zip(
                sizes, networks, candidates, spreads, strict=True
            )
        }
        plain = {
            label: spread
            for (label, spread), candidate in zip(named.items(), candidates, strict=True)
            if candidate.is_plain
        }
        for what, some in (("default activation and rounding", plain), ("all", named)):
            finding, side = _best(some)
            findings.append(f"{name}, {what}: {finding}")
            sides.append(side)
        panels[name] = named

    def draw(figure: Figure) -> None:
        row = figure.subplots(1, len(panels), squeeze=False)[0]
        for axes, (name, named) in zip(row, panels.items(), strict=True):
            _draw(axes, named)
            axes.set_title(name)

    most = max(map(len, panels.values()))
    return Report(
        tables=tables,
        findings=findings,
        verdict=verdict(sides),
        draw=draw,
        size=(9.0 * len(panels), 1 + 0.25 * most),
    )


def _best(named: Mapping[str, Spread]) -> tuple[str, int]:
    """Which candidate is the best, beside the first one, the example; -1 where it is better."""
    example, best = next(iter(named)), max(named, key=lambda label: named[label].mean)
    chosen, other = named[example], named[best]
    if best == example:
        return f"the example is the best, at {chosen.percent()} %.", 1
    ahead = compare(other, chosen)
    text = (
        f"the best is {best}, at {other.percent()} %, the example has {chosen.percent()} %: "
        f"{ahead.words}."
    )
    return text, -1 if ahead.side() > 0 else 1


def _draw(axes: Axes, named: Mapping[str, Spread]) -> None:
    """Accuracies one below the other."""
    axes.errorbar(
        [100 * spread.mean for spread in named.values()],
        range(len(named)),
        xerr=[100 * spread.deviation for spread in named.values()],
        fmt="o",
        capsize=3,
    )
    axes.set_yticks(range(len(named)), list(named), fontsize=8)
    axes.invert_yaxis()
    axes.set_xlabel("accuracy on held-out samples, %")
    axes.grid(alpha=0.3)
