"""The space of a search: which networks there are, and the one that a trial's values stand for.

Every choice of values becomes a legal network that fits: sizes are constructed (see `shapes`), and
where the estimate says that the core does not fit, it gets slower, then sparser, then narrower,
until it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np

from hwgen.designer.layer_sizes import input_sizes
from hwgen.estimate import Estimate
from hwgen.search.limits import Limits, estimate_of
from hwgen.search.parameters import Choice, Parameter, Range, narrowed
from hwgen.search.shapes import fewest_weights, hidden_sizes, out_degrees
from software_ref.activation import Activation
from software_ref.connections.kinds import KINDS, Free
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.parallelism import parallelism_for
from software_ref.connections.rewire_options import RewireOptions
from software_ref.file_options import DataOptions, InputOptions, TrainingOptions
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.update_rounding import UpdateOptions

__all__ = ["FORMATS", "Proposal", "SearchSpace"]

FORMATS: dict[str, dict[str, int]] = {
    "(1,3,8)": {"fraction": 8},
    "(1,3,8)+2": {"fraction": 8, "stored_fraction": 10},
    "(1,3,6)": {"fraction": 6},
    "(1,3,6)+2": {"fraction": 6, "stored_fraction": 8},
    "(1,3,10)": {"fraction": 10},
    "(1,3,10)+2": {"fraction": 10, "stored_fraction": 12},
}
"""Formats by what trials call them; + tells the extra bits of stored weights."""
REWIRED = "rewired "
"""What connections that move are called, with the share that moves after the first epoch."""
CONNECTIONS = (*KINDS, *(f"{REWIRED}{share}" for share in (0.1, 0.3, 0.5)))
"""Connections by what trials call them."""
FEATURES, DEVIATION = "features", "deviation"
"""Inputs as the features are, or drawn by what these say."""
FEWER_INPUTS = (0.5, 0.75)
"""Inputs that are drawn may be fewer than the features: these shares of them, among others."""
LEAST_LAYER, LEAST_CLOCKS = 4, 4
MOST_CLOCKS = 1024
"""Clocks a sample where nobody limits them."""
MOST_WEIGHTS = 100_000
"""Weights where nobody limits them."""
SLOWER, NARROWER = 1.4, (1.0, 0.7, 0.5, 0.3, 0.1)
"""Steps from a network that does not fit to one that does."""
SLOWEST = (1.0, 1.4, 2.0)
"""Factors below the most clocks: a core takes some clocks beyond those of its junctions."""
PRECISION = 1.1
"""Factor to which the most weights that fit are found."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A legal network that fits."""

    file: NetworkFile
    """The network, its data and its training."""
    estimate: Estimate
    """What its core takes."""


@dataclass(frozen=True, kw_only=True)
class SearchSpace:
    """Networks for a data set, within limits.

    Raises
    ------
    ValueError
        No network of the space is legal and fits, or a parameter is fixed wrongly; the message
        says which limit is too low, and what the smallest network takes.
    """

    data: DataOptions
    """Data set of all networks."""
    features: int
    """Its features."""
    classes: int
    """Its classes, at least 2."""
    limits: Limits
    """What a network may take."""
    layers: tuple[int, int] = (1, 4)
    """The fewest and the most hidden layers."""
    width: tuple[int, int] = (16, 256)
    """The fewest and the most neurons of a hidden layer."""
    epochs: int = 12
    """The most epochs."""
    seed: int = 1
    """Seed of weights, connections, order and rounding of all networks."""
    fixed: Mapping[str, str] = field(default_factory=dict)
    """Values that are left to a parameter, by its name."""

    def __post_init__(self) -> None:
        if not 1 <= self.layers[0] <= self.layers[1] <= 4:
            raise ValueError(f"hidden layers must be 1 to 4, not {_span(self.layers)}")
        if not LEAST_LAYER <= self.width[0] <= self.width[1]:
            raise ValueError(
                f"neurons of a hidden layer must be at least {LEAST_LAYER}, not {_span(self.width)}"
            )
        if self.epochs < 1:
            raise ValueError(f"epochs must be at least 1, not {self.epochs}")
        self._check_limits()
        _ = self.parameters  # refuses what is fixed wrongly

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """What a trial chooses; each means something in every trial."""
        return narrowed(
            (
                Range(name="hidden_layers", low=self.layers[0], high=self.layers[1], log=False),
                Choice(name="inputs", values=self._inputs),
                Choice(name="inputs_by", values=(FEATURES, DEVIATION)),
                Range(name="width", low=self.width[0], high=self.width[1]),
                Range(name="taper", low=0.25, high=2.0, integer=False),
                Range(name="weights", low=self._fewest, high=self._most_weights),
                Range(name="later_denser", low=0.5, high=64.0, integer=False),
                Range(name="clocks", low=min(LEAST_CLOCKS, self._clocks), high=self._clocks),
                Choice(name="connections", values=CONNECTIONS),
                Choice(name="format", values=tuple(FORMATS)),
                Choice(name="activation_fraction", values=(0, 6, 5, 4)),
                Choice(name="random_bits", values=(0, 4, 8)),
                Choice(name="activation", values=("sigmoid", "relu")),
                Range(name="rate", low=1, high=7, log=False),
                Range(name="halvings", low=0, high=4, log=False),
                Range(name="epochs", low=max(1, self.epochs // 2), high=self.epochs),
            ),
            self.fixed,
        )

    @cached_property
    def _inputs(self) -> tuple[int, ...]:
        """Numbers of inputs: the features, those padded, and fewer drawn ones."""
        drawn = {max(LEAST_LAYER, round(share * self.features / 4) * 4) for share in FEWER_INPUTS}
        return (*input_sizes(self.features), *sorted(drawn - {self.features}))

    def draw(self, rng: np.random.Generator) -> dict[str, Any]:
        """Random values of all parameters."""
        return {each.name: each.draw(rng) for each in self.parameters}

    def nearest(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values of all parameters that are the nearest to the given ones."""
        return {
            each.name: each.nearest(values[each.name])
            for each in self.parameters
            if each.name in values
        }

    def propose(self, values: Mapping[str, Any]) -> Proposal:
        """The network that some values stand for, or the nearest one that fits."""
        for narrower in NARROWER:
            layers = self._layers(values, narrower)
            weights = max(fewest_weights(layers), int(values["weights"]))
            if fewest_weights(layers) > self._most_weights:
                continue
            found = self._fitting(values, layers, min(weights, self._most_weights))
            if found is not None:
                return found
        return self._smallest  # there is one, or the space would have been refused

    def _layers(self, values: Mapping[str, Any], narrower: float) -> tuple[int, ...]:
        first, (least, most) = int(values["inputs"]), self.width
        wished = [
            narrower * float(values["width"]) * float(values["taper"]) ** number
            for number in range(int(values["hidden_layers"]))
        ]
        return (first, *hidden_sizes(first, wished, self.classes, least, most), self.classes)

    def _fitting(
        self, values: Mapping[str, Any], layers: tuple[int, ...], weights: int
    ) -> Proposal | None:
        """The network of these layers that is the nearest to the wish: as fast, or as dense."""
        wished = int(values["clocks"])
        found = self._first(values, layers, weights, [wished])
        if found is not None:
            return found
        slow = [max(1, round(self._clocks / factor)) for factor in SLOWEST]
        found = self._first(values, layers, weights, slow)
        if found is not None:
            return self._first(values, layers, weights, self._slower(wished)) or found
        # Too many even where it is slow: the most weights that are not, to some percent.
        low, high = float(fewest_weights(layers)), float(weights)
        found = self._first(values, layers, low, slow)
        while found is not None and high > PRECISION * low:
            middle = sqrt(low * high)
            fits = self._first(values, layers, middle, slow)
            low, high, found = (middle, high, fits) if fits else (low, middle, found)
        return found

    def _first(
        self,
        values: Mapping[str, Any],
        layers: tuple[int, ...],
        weights: float,
        speeds: Iterable[int],
    ) -> Proposal | None:
        """The network at the first of some clocks a sample with which it fits."""
        later = float(values["later_denser"])
        degrees = out_degrees(layers, weights, later, self.limits.clocks)
        if degrees is None:
            return None
        tried = set()
        for clocks in speeds:
            parallelism = parallelism_for(layers, degrees, clocks)
            if parallelism in tried:
                continue
            tried.add(parallelism)
            file = self._file(values, layers, degrees, parallelism)
            estimate = estimate_of(file)
            if self.limits.excess(estimate) is None:
                return Proposal(file=file, estimate=estimate)
        return None

    def _slower(self, wished: int) -> Iterator[int]:
        """Clocks a sample, ever more of them."""
        clocks = wished * SLOWER
        while clocks < self._clocks:
            yield round(clocks)
            clocks *= SLOWER

    def _file(
        self,
        values: Mapping[str, Any],
        layers: tuple[int, ...],
        degrees: tuple[int, ...],
        parallelism: tuple[int, ...],
    ) -> NetworkFile:
        form = dict(FORMATS[str(values["format"])])
        narrow, connections = int(values["activation_fraction"]), str(values["connections"])
        if 0 < narrow < form["fraction"]:
            form["activation_fraction"] = narrow
        network = Network(
            layers=layers,
            out_degree=degrees,
            parallelism=parallelism,
            classes=self.classes,
            format=FixedFormat(**form),
            activation=Activation(hidden=str(values["activation"])),
            connections=ConnectionOptions(
                kind=Free.name if connections.startswith(REWIRED) else connections, seed=self.seed
            ),
            update=UpdateOptions(random_bits=int(values["random_bits"]), seed=self.seed),
        )
        # Fully connected junctions, and those of one word a memory, have nothing to exchange.
        if connections.startswith(REWIRED) and any(each.movable for each in network.junctions):
            share = float(connections.removeprefix(REWIRED))
            network = replace(network, rewire=RewireOptions(share=share, seed=self.seed))
        data = self.data
        if values["inputs_by"] == DEVIATION or layers[0] < self.features:
            data = replace(data, inputs=InputOptions(method=DEVIATION, seed=self.seed))
        epochs = int(values["epochs"])
        training = TrainingOptions(
            epochs=epochs,
            seed=self.seed,
            shuffle=True,
            rate_exponent=rate_schedule(epochs, int(values["rate"]), int(values["halvings"])),
        )
        return NetworkFile(network=network, data=data, training=training, target=self.limits.target)

    @property
    def _clocks(self) -> int:
        return MOST_CLOCKS if self.limits.clocks is None else self.limits.clocks

    @property
    def _most_weights(self) -> int:
        return MOST_WEIGHTS if self.limits.weights is None else self.limits.weights

    @cached_property
    def _fewest(self) -> int:
        """Fewest weights of any layers of the space."""
        return fewest_weights(self._fewest_layers)

    @cached_property
    def _fewest_layers(self) -> tuple[int, ...]:
        least, most = self.width
        count = self.layers[0]
        # More layers have more weights; equal ones between have the fewest.
        return min(
            (
                (first, *[size] * count, self.classes)
                for first in self._inputs
                for size in range(least, most + 1)
            ),
            key=fewest_weights,
        )

    def _check_limits(self) -> None:
        layers = self._fewest_layers
        if self._fewest > self._most_weights:
            raise ValueError(
                f"weights must be allowed to be {self._fewest:,} or more, not "
                f"{self._most_weights:,} at most: that many has {_named(layers)} with the least "
                f"legal degrees, the smallest network from {self.features} features to "
                f"{self.classes} classes"
            )
        _ = self._smallest

    @cached_property
    def _smallest(self) -> Proposal:
        """The network with the fewest weights, at the first speed at which it fits."""
        layers, reasons = self._fewest_layers, []
        values = {
            "format": "(1,3,6)" if "format" not in self.fixed else self._only("format"),
            "activation_fraction": 0,
            "activation": "sigmoid",
            "connections": "seed_per_sweep",
            "inputs_by": FEATURES,
            "random_bits": 0,
            "epochs": self.epochs,
            "rate": 3,
            "halvings": 0,
        }
        degrees = out_degrees(layers, self._fewest, 1.0, self.limits.clocks)
        if degrees is None:
            raise ValueError(
                f"clocks a sample must be allowed to be more than {self.limits.clocks}: "
                f"{_named(layers)}, the smallest network, has out-degrees "
                f"{_listed(out_degrees(layers, self._fewest, 1.0, None) or ())}, and takes as many"
            )
        for clocks in sorted({max(1, round(self._clocks / factor)) for factor in SLOWEST})[::-1]:
            parallelism = parallelism_for(layers, degrees, clocks)
            file = self._file(values, layers, degrees, parallelism)
            estimate = estimate_of(file)
            reason = self.limits.excess(estimate)
            if reason is None:
                return Proposal(file=file, estimate=estimate)
            reasons.append((reason, file.network))
        reason, network = reasons[0]
        raise ValueError(
            f"no network of the space fits: the smallest, {_named(layers)} with out_degree "
            f"{_listed(network.out_degree)} and parallelism {_listed(network.parallelism)}, takes "
            f"{reason}"
        )

    def _only(self, name: str) -> Any:
        found = next(each for each in self.parameters if each.name == name)
        return found.nearest(self.fixed[name])


def rate_schedule(epochs: int, first: int, halvings: int) -> tuple[tuple[int, int], ...]:
    """Pairs (first epoch, k): the rate 2**-first, halved so many times at equal distances."""
    starts = {round(number * epochs / (halvings + 1)): number for number in range(halvings + 1)}
    return tuple((start, first + number) for start, number in starts.items() if start < epochs)


def _named(layers: tuple[int, ...]) -> str:
    return "-".join(map(str, layers))


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


def _span(ends: tuple[int, int]) -> str:
    return f"{ends[0]} to {ends[1]}"
