"""The plain float reference: sparse SGD sample by sample, without rounding and without lags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from software_ref.connections.clash_free import ClashFreePattern
from software_ref.connections.rewiring import rewire
from software_ref.golden.edges import Edges, Pattern, edges_of, own_patterns
from software_ref.golden.parameters import Parameters
from software_ref.golden.samples import Progress, RunResult, Samples, check_features
from software_ref.network import Network
from software_ref.sample_trainer import SampleTrainer

__all__ = ["FloatTrainer"]

Floats: TypeAlias = NDArray[np.floating]
"""A float64 or float32 array."""

CHUNK = 256
"""Samples between two calls of `progress`."""


class FloatTrainer(SampleTrainer):
    """Trains a network in floating point, as a textbook does: the yardstick of the fixed point.

    Each training sample goes through FF, BP and UP before the next one enters. Hidden layers are a
    sigmoid or a ReLU, capped only where the network names a cap; the output is a sigmoid with
    cross-entropy, trained towards 0 and 1; the learning rate is eta = 2**-k.

    Parameters
    ----------
    network : Network
    weights : sequence of ndarray
        Initial weights in natural edge order, real (W_i,) each; see `initial_weight_values`.
    biases : sequence of ndarray, optional
        Initial biases, real (N_i,) each; by default 0.
    patterns : sequence of Pattern, optional
        One per junction; by default the network's own clash-free patterns.
    dtype : numpy.float64 or numpy.float32
        Of all arithmetic.

    Raises
    ------
    ValueError
        There is not one array of the right size per junction, or `dtype` is another type.
    """

    def __init__(
        self,
        network: Network,
        weights: Sequence[ArrayLike],
        biases: Sequence[ArrayLike] | None = None,
        patterns: Sequence[Pattern] | None = None,
        dtype: type[np.float64 | np.float32] = np.float64,
    ) -> None:
        if dtype not in (np.float64, np.float32):
            raise ValueError(f"dtype must be numpy.float64 or numpy.float32, not {dtype!r}")
        if biases is None:
            biases = [np.zeros(shape.right) for shape in network.junctions]
        for name, arrays in (("weights", weights), ("biases", biases)):
            if len(arrays) != len(network.junctions):
                raise ValueError(
                    f"{name} must have one array for each of the {len(network.junctions)} "
                    f"junctions, not {len(arrays)}"
                )
        self._network = network
        self.dtype: np.dtype[np.floating] = np.dtype(dtype)
        self._patterns: tuple[ClashFreePattern, ...] | None = None
        if network.rewire is not None:
            if patterns is not None:
                raise ValueError("patterns must be left out where connections move")
            patterns = self._patterns = own_patterns(network)
        self._junctions = self._made_of(edges_of(network, patterns), weights, biases)
        self._samples = 0

    def _made_of(
        self, edges: Sequence[Edges], weights: Sequence[ArrayLike], biases: Sequence[ArrayLike]
    ) -> list[_FloatJunction]:
        return [
            _FloatJunction(self.network, *each, self.dtype)
            for each in zip(edges, weights, biases, strict=True)
        ]

    @property
    def weights(self) -> tuple[Floats, ...]:
        """Weights now: `dtype` (W_i,) each, copies."""
        return tuple(junction.weights.reshape(-1).copy() for junction in self._junctions)

    @property
    def biases(self) -> tuple[Floats, ...]:
        """Biases now: `dtype` (N_i,) each, copies."""
        return tuple(junction.biases.copy() for junction in self._junctions)

    @property
    def parameters(self) -> Parameters:
        """Weights and biases now, quantised to the network's format."""
        quantise = self.network.format.quantise_stored
        return Parameters(
            network=self.network,
            weights=tuple(quantise(weights) for weights in self.weights),
            biases=tuple(quantise(biases) for biases in self.biases),
            patterns=self._patterns,
        )

    def rewire(self, epoch: int, epochs: int) -> None:
        """Move connections between an epoch, from 0, and the next of so many, by these weights."""
        options = self.network.rewire
        if options is None or self._patterns is None:
            return
        step = rewire(options, self._patterns, self.weights, epoch=epoch, epochs=epochs)
        self._patterns = step.patterns
        self._junctions = self._made_of(
            edges_of(self.network, step.patterns), step.weights, self.biases
        )

    @property
    def network(self) -> Network:
        """See SampleTrainer."""
        return self._network

    def run_samples(
        self, samples: Samples, *, progress: Progress | None = None, drain: bool = True
    ) -> RunResult:
        """See SampleTrainer; `drain` changes nothing, as no sample is ever left in flight."""
        predictions = np.empty(len(samples), np.int64)
        with np.errstate(over="ignore"):  # exp of a large negative sum: the sigmoid is 0 then
            for start in range(0, len(samples), CHUNK):
                end = min(start + CHUNK, len(samples))
                rows = self._values(samples.features[start:end])
                for n, row in enumerate(rows, start):
                    label, exponent = samples.labels[n], samples.rate_exponent[n]
                    predictions[n] = self._run_sample(row, label, samples.train[n], exponent)
                if progress is not None:
                    progress(end - start)
        first, self._samples = self._samples, self._samples + len(samples)
        return RunResult(
            first=first, predictions=predictions, correct=predictions == samples.labels
        )

    def infer(self, features: ArrayLike) -> NDArray[np.int64]:
        """Predict the classes of raw inputs (n, N_0) in one batch: int64 (n,)."""
        activations = self._values(check_features(self.network, features))
        with np.errstate(over="ignore"):
            for junction in self._junctions:
                activations = junction.activate(activations @ junction.dense().T + junction.biases)
        competing = activations[:, : self.network.competing]
        predictions: NDArray[np.int64] = competing.argmax(axis=1)
        return predictions

    def _values(self, raw: NDArray[np.integer]) -> Floats:
        values: Floats = np.array(raw, self.dtype, order="C")
        values /= self.network.format.one
        return values

    def _run_sample(
        self, features: Floats, label: np.int64, train: np.bool_, exponent: np.int64
    ) -> int:
        activations = features
        for junction in self._junctions:
            activations = junction.feedforward(activations)
        prediction = int(activations[: self.network.competing].argmax())
        if train:
            rate = self.dtype.type(2.0 ** -float(exponent))
            delta = activations.copy()
            delta[label] -= 1
            for i in range(len(self._junctions) - 1, -1, -1):
                junction = self._junctions[i]
                left_delta = junction.backpropagate(delta, self._junctions[i - 1]) if i else delta
                junction.update(delta, rate)
                delta = left_delta
        return prediction


class _FloatJunction:
    """Junction i: its parameters, and what it keeps of the sample between FF and UP."""

    def __init__(
        self,
        network: Network,
        edges: Edges,
        weights: ArrayLike,
        biases: ArrayLike,
        dtype: np.dtype[np.floating],
    ) -> None:
        shape = edges.shape
        self._edges = edges
        self.left, self.leaving = edges.left, edges.leaving
        self.weights: Floats = self._checked("weights", weights, shape.index, shape.weights, dtype)
        self.weights = self.weights.reshape(shape.right, shape.in_degree)
        self.biases: Floats = self._checked("biases", biases, shape.index, shape.right, dtype)
        self.function = network.activation_of(shape.index)
        self.gathered: Floats = np.empty_like(self.weights)
        self.sums: Floats = np.empty_like(self.biases)
        self.activation: Floats = np.empty_like(self.biases)
        self._product: Floats = np.empty_like(self.weights)
        self._left_product: Floats = np.empty(self.leaving.shape, dtype)

    @staticmethod
    def _checked(
        noun: str, values: ArrayLike, junction: int, size: int, dtype: np.dtype[np.floating]
    ) -> Floats:
        array = np.array(values, dtype)
        if array.shape != (size,):
            raise ValueError(
                f"{noun} of junction {junction} must have shape ({size},), not {array.shape}"
            )
        return array

    def dense(self) -> Floats:
        """The weights as a matrix (N_i, N_{i-1}), 0 where no edge is."""
        return self._edges.matrix(self.weights.reshape(-1))

    def activate(self, sums: Floats) -> Floats:
        """The activation of pre-activations of any shape."""
        return self.function.value(sums)

    def derivative(self) -> Floats:
        """h' of the sample last fed forward: (N_i,)."""
        return self.function.derivative(self.sums, self.activation)

    def feedforward(self, activations: Floats) -> Floats:
        """a_i of a sample from a_{i-1}."""
        activations.take(self.left, out=self.gathered.reshape(-1), mode="clip")
        np.multiply(self.weights, self.gathered, out=self._product)
        np.add.reduce(self._product, axis=1, out=self.sums)
        np.add(self.sums, self.biases, out=self.sums)
        self.activation = self.activate(self.sums)
        return self.activation

    def backpropagate(self, delta: Floats, left: _FloatJunction) -> Floats:
        """delta_{i-1} from delta_i, for junction i - 1 on the `left`."""
        np.multiply(self.weights, delta[:, None], out=self._product)
        self._product.reshape(-1).take(self.leaving, out=self._left_product, mode="clip")
        error: Floats = np.add.reduce(self._left_product, axis=1) * left.derivative()
        return error

    def update(self, delta: Floats, rate: np.floating) -> None:
        """w <- w - rate a_{i-1} delta_i, b <- b - rate delta_i."""
        step = delta * rate
        np.multiply(self.gathered, step[:, None], out=self._product)
        np.subtract(self.weights, self._product, out=self.weights)
        np.subtract(self.biases, step, out=self.biases)
