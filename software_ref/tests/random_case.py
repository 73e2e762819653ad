"""Random legal networks of every kind with parameters, lags and samples, for tests of trainers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import gcd

import numpy as np

from software_ref.activation import Activation
from software_ref.connections.clash_free import generate_pattern
from software_ref.connections.options import ConnectionOptions
from software_ref.fixed_point import FixedFormat
from software_ref.golden import GoldenTrainer, Parameters, RunResult
from software_ref.golden.engine import AnyGoldenTrainer
from software_ref.network import Network
from software_ref.tests.step_reference import ReferenceResult, Sample, reference_run
from software_ref.update_rounding import UpdateOptions

__all__ = ["Case"]

FORMATS = [(3, 8), (1, 4), (3, 2), (5, 10), (9, 8), (1, 16), (9, 2), (7, 10)]


class Case:
    """A random legal network with parameters, lags and samples, all from one seed.

    Its layers have up to `widest` neurons.
    """

    def __init__(self, seed: int, count: int = 14, widest: int = 12) -> None:
        rng = np.random.default_rng(seed)
        self.network = network = _random_network(rng, widest)
        if seed % 2:
            self.network = network = _with_options(network, np.random.default_rng([seed, 1]))
        scale = rng.choice([0.05, 0.4, 1.0])  # from gentle to mostly saturating
        fmt = network.format
        low, high = int(fmt.stored_min_raw * scale), int(fmt.stored_max_raw * scale) + 1
        self.parameters = Parameters(
            network=network,
            weights=tuple(rng.integers(low, high, s.weights) for s in network.junctions),
            biases=tuple(rng.integers(low, high, s.right) for s in network.junctions),
        )
        lags = [int(rng.integers(0, 4))]
        while len(lags) < len(network.junctions):
            lags.insert(0, lags[0] + 1 + int(rng.integers(0, 3)))
        self.lags = tuple(lags)
        self.features = rng.integers(0, fmt.one + 1, (count, network.layers[0]))
        self.features[rng.random(self.features.shape) < 0.2] = fmt.one
        self.labels = rng.integers(0, network.competing, count)
        self.train = rng.random(count) < rng.choice([0.5, 1.0])
        self.exponents = rng.integers(0, 9, count)
        self.exponents[rng.random(count) < 0.1] = rng.choice([15, 31, 64, 5000])

    def trainer(self) -> GoldenTrainer:
        return GoldenTrainer(self.network, self.parameters, self.lags)

    def run(self, trainer: AnyGoldenTrainer, part: slice, drain: bool = True) -> RunResult:
        values = (self.features, self.labels, self.train, self.exponents)
        return trainer.run(*(value[part] for value in values), drain=drain)

    def reference(self) -> ReferenceResult:
        values = (self.features, self.labels, self.train, self.exponents)
        samples = [Sample(*each) for each in zip(*(v.tolist() for v in values), strict=True)]
        left = [
            generate_pattern(shape, self.network.connections).left_neurons.tolist()
            for shape in self.network.junctions
        ]
        weights = [w.tolist() for w in self.parameters.weights]
        biases = [b.tolist() for b in self.parameters.biases]
        return reference_run(self.network, left, weights, biases, lags=self.lags, samples=samples)


def _random_network(rng: np.random.Generator, widest: int) -> Network:
    count = int(rng.integers(2, 6))
    while True:
        layers = rng.integers(1, widest + 1, count).tolist()
        layers[-1] = max(layers[-1], 2)
        integer, fraction = FORMATS[rng.integers(len(FORMATS))]
        fmt = FixedFormat(integer=integer, fraction=fraction)
        hidden = str(rng.choice(["relu", "sigmoid"]))
        cap = None
        if hidden == "relu" and rng.random() < 0.5:
            cap = float(rng.integers(1, fmt.max_raw + 1)) / fmt.one
        try:
            return Network(
                layers=tuple(layers),
                out_degree=tuple(_out_degree(rng, *pair) for pair in pairwise(layers)),
                parallelism=tuple(_divisor(rng, left) for left in layers[:-1]),
                classes=int(rng.integers(1, layers[-1] + 1)),
                format=fmt,
                activation=Activation(hidden=hidden, relu_cap=cap),
                connections=ConnectionOptions(kind="free", dither=True, seed=int(rng.integers(99))),
            )
        except ValueError:
            continue


def _with_options(network: Network, rng: np.random.Generator) -> Network:
    """The network with extra bits in stored weights, random bits in updates, or both.

    Every other one has narrow activations, too.
    """
    fraction, both = network.format.fraction, rng.integers(0, 3)
    extra = int(rng.integers(1, min(fraction, 32 - network.format.width) + 1)) if both != 1 else 0
    bits = int(rng.choice([1, 4, 8, 13, 24])) if both != 0 else 0
    return replace(
        network,
        format=replace(
            network.format,
            stored_fraction=fraction + extra,
            activation_fraction=int(rng.integers(1, fraction + 1)),
        ),
        activation=replace(network.activation, relu_cap=None),
        update=UpdateOptions(random_bits=bits, seed=int(rng.integers(99))),
    )


def _out_degree(rng: np.random.Generator, left: int, right: int) -> int:
    """A random d_out for which every right neuron has as many edges."""
    step = right // gcd(left, right)
    return step * int(rng.integers(1, right // step + 1))


def _divisor(rng: np.random.Generator, number: int) -> int:
    return int(rng.choice([d for d in range(1, number + 1) if number % d == 0]))
