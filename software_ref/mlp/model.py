"""A sparse multilayer perceptron: its parameters, its loss, and the loss's gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from software_ref.activation_functions import ACTIVATIONS, NEGLIGIBLE, OUTPUT
from software_ref.connections.pattern import SparsePattern
from software_ref.mlp.kernels import Kernel, choose_kernel
from software_ref.mlp.options import MlpOptions

__all__ = ["MlpModel"]

Floats: TypeAlias = NDArray[np.floating]
Labels: TypeAlias = NDArray[np.integer]


class MlpModel:
    """A multilayer perceptron with one connection pattern per junction.

    Weights start from a normal distribution around 0 of variance 2 / d_in before a ReLU (He) and
    2 / (d_in + d_out) elsewhere (Glorot), where the degrees are the pattern's mean ones: a sparse
    junction starts with larger weights, so that its sums have the spread of a dense one's.

    Parameters
    ----------
    patterns : sequence of SparsePattern
        Junctions 1 to L; the right layer of one is the left layer of the next.
    options : MlpOptions
        `hidden`, `output`, `bias`, `l2`, `seed` and `dtype` are used here.
    kernel : callable, optional
        Makes the kernel of a pattern and a dtype; by default the faster one.

    Raises
    ------
    ValueError
        There is no pattern, or layers do not fit.
    """

    def __init__(
        self,
        patterns: Sequence[SparsePattern],
        options: MlpOptions,
        kernel: Callable[[SparsePattern, np.dtype[np.floating]], Kernel] = choose_kernel,
    ) -> None:
        if not patterns:
            raise ValueError("patterns must hold at least one junction, not 0")
        for i, (this, following) in enumerate(pairwise(patterns), start=1):
            if this.right != following.left:
                raise ValueError(
                    f"junction {i + 1} must start from the {this.right} right neurons of junction "
                    f"{i}, not from {following.left} neurons"
                )
        self.options = options
        self.hidden = ACTIVATIONS[options.hidden]()
        self.dtype: np.dtype[np.floating] = np.dtype(options.dtype)
        self.patterns = tuple(patterns)
        self._kernel = kernel
        self.kernels = [kernel(pattern, self.dtype) for pattern in patterns]
        self.biases: list[Floats] = [
            np.full(pattern.right, options.bias, self.dtype) for pattern in patterns
        ]
        rng = np.random.default_rng([options.seed, 0])
        for i, each in enumerate(self.kernels):
            each.edge_weights = self._initial_weights(i, rng)

    def _initial_weights(self, junction: int, rng: np.random.Generator) -> Floats:
        pattern = self.patterns[junction]
        in_degree, out_degree = pattern.edges / pattern.right, pattern.edges / pattern.left
        function = self.hidden if junction < len(self.patterns) - 1 else OUTPUT
        variance = function.initial_variance(in_degree, out_degree)
        values: Floats = rng.normal(0.0, variance**0.5, pattern.edges).astype(self.dtype)
        return values

    def reconnect(self, patterns: Sequence[SparsePattern], weights: Sequence[Floats]) -> None:
        """Take other connections of the same sizes, with weights in natural order, (W_i,) each.

        `parameters` are other arrays then: who holds the old ones must take the new ones.
        """
        self.patterns = tuple(patterns)
        self.kernels = [self._kernel(pattern, self.dtype) for pattern in patterns]
        for each, values in zip(self.kernels, weights, strict=True):
            each.edge_weights = values

    @property
    def inputs(self) -> int:
        """Input neurons N_0."""
        return self.patterns[0].left

    @property
    def outputs(self) -> int:
        """Output neurons N_L."""
        return self.patterns[-1].right

    @property
    def parameters(self) -> list[Floats]:
        """The arrays that training changes in place: all weights, then all biases."""
        return [*(kernel.weights for kernel in self.kernels), *self.biases]

    @property
    def trainable(self) -> int:
        """Trainable parameters: edges and biases."""
        return sum(pattern.edges + pattern.right for pattern in self.patterns)

    @property
    def density(self) -> float:
        """Overall density rho_net."""
        possible = sum(pattern.left * pattern.right for pattern in self.patterns)
        return sum(pattern.edges for pattern in self.patterns) / possible

    def forward(self, features: Floats) -> list[Floats]:
        """Activations of the hidden layers and sums of the output layer.

        Parameters
        ----------
        features : float (N_0, batch)

        Returns
        -------
        list of L arrays (N_i, batch)
            a_1 .. a_{L-1}, then s_L, on which softmax or sigmoid are still to be applied.
        """
        layers: list[Floats] = []
        values = features
        for i, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True)):
            values = kernel.feedforward(values)
            values += bias[:, None]
            if i < len(self.kernels) - 1:
                self.hidden.apply(values)
            layers.append(values)
        return layers

    def predict(self, features: Floats, classes: int | None = None) -> NDArray[np.int64]:
        """The lowest index among the largest outputs of each sample: int64 (batch,).

        Only the first `classes` outputs compete, by default all.
        """
        predictions: NDArray[np.int64] = self.forward(features)[-1][:classes].argmax(axis=0)
        return predictions

    def data_loss(self, sums: Floats, labels: Labels) -> float:
        """Mean cross-entropy of a batch in nats, without the penalty on weights.

        Parameters
        ----------
        sums : float (N_L, batch)
            s_L.
        labels : int (batch,)
        """
        right = sums[labels, np.arange(len(labels))]
        if self.options.output == "softmax":
            largest = sums.max(axis=0)
            total = np.log(np.exp(sums - largest).sum(axis=0)) + largest - right
            return float(total.mean(dtype=np.float64))
        # -y ln a - (1 - y) ln(1 - a) = ln(1 + e^s) - y s
        total = np.logaddexp(0, sums).sum(axis=0) - right
        return float(total.mean(dtype=np.float64))

    def loss(self, features: Floats, labels: Labels) -> float:
        """Mean cross-entropy of a batch plus lambda times the sum of all squared weights."""
        squares = sum(
            float(np.square(k.edge_weights, dtype=np.float64).sum()) for k in self.kernels
        )
        return self.data_loss(self.forward(features)[-1], labels) + self.options.l2 * squares

    def gradients(self, features: Floats, labels: Labels) -> tuple[list[Floats], Floats]:
        """Gradients of `loss`.

        Returns
        -------
        gradients : list of ndarray
            In the order and layout of `parameters`; 0 where no edge is.
        sums : float (N_L, batch)
            s_L, from which loss and predictions follow.
        """
        layers = self.forward(features)
        weights: list[Floats] = []
        biases: list[Floats] = []
        for kernel, left, deltas in self._backwards(features, layers, labels):
            gradient = kernel.gradient(left, deltas)
            if self.options.l2:
                gradient += 2 * self.options.l2 * kernel.weights
            weights.append(gradient)
            biases.append(deltas.sum(axis=1))
        return [*weights[::-1], *biases[::-1]], layers[-1]

    def all_gradients(self, features: Floats, labels: Labels) -> list[Floats]:
        """Gradients of the data's loss by the weights of all pairs of neurons, joined or not.

        Returns
        -------
        list of L arrays (N_i, N_{i-1})
        """
        found = self._backwards(features, self.forward(features), labels)
        gradients: list[Floats] = [deltas @ left.T for _, left, deltas in found]
        return gradients[::-1]

    def _backwards(
        self, features: Floats, layers: Sequence[Floats], labels: Labels
    ) -> Iterator[tuple[Kernel, Floats, Floats]]:
        """From the last junction to the first: kernel, a_{i-1} and delta_i of a batch."""
        batch = len(labels)
        deltas = self._probabilities(layers[-1])
        deltas[labels, np.arange(batch)] -= 1
        deltas /= batch
        for i in range(len(self.kernels) - 1, -1, -1):
            kernel = self.kernels[i]
            left = layers[i - 1] if i else features
            yield kernel, left, deltas
            if i:
                deltas = kernel.backpropagate(deltas)
                deltas *= self.hidden.derivative_of(left)

    def _probabilities(self, sums: Floats) -> Floats:
        if self.options.output == "sigmoid":
            values: Floats = expit(sums)
        else:
            values = np.exp(sums - sums.max(axis=0))
            values /= values.sum(axis=0)
        values[values < NEGLIGIBLE] = 0
        return values
