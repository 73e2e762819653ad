"""The products of one sparse junction over a minibatch, dense or by edges, whichever is faster.

Activations and deltas have one row a neuron and one column a sample: (N, batch).
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from software_ref.connections.pattern import SparsePattern

__all__ = ["DenseKernel", "EdgeKernel", "Kernel", "choose_kernel"]

Floats: TypeAlias = NDArray[np.floating]

DENSE_FROM = 0.08
"""Density from which masked dense products win (measured: `python -m benchmarks.mlp`)."""
DENSE_GRADIENT_FROM = 0.02
"""Density from which a dense product, of which the edges are picked, gives the gradient faster."""
SMALL = 20_000
"""Pairs of neurons up to which dense products win at any density."""

CHUNK = 1 << 17
"""Elements of a temporary in the gradient by edges: small enough for a core's own cache."""


class Kernel(Protocol):
    """One junction's weights, and its products."""

    pattern: SparsePattern
    """The edges."""

    @property
    def weights(self) -> Floats:
        """The parameter array that an optimiser changes in place, in the kernel's own layout."""

    @property
    def edge_weights(self) -> Floats:
        """Weights in natural edge order (W,), a copy."""

    @edge_weights.setter
    def edge_weights(self, values: Floats) -> None:
        """Set them all."""

    def of_edges(self, array: Floats) -> Floats:
        """Values of the edges (W,) in natural order, of an array in the layout of `weights`."""

    def laid_out(self, values: Floats) -> Floats:
        """Values of the edges (W,) in the layout of `weights`, 0 where no edge is."""

    def feedforward(self, activations: Floats) -> Floats:
        """W a: (N_{i-1}, batch) to (N_i, batch)."""

    def backpropagate(self, deltas: Floats) -> Floats:
        """W^T delta: (N_i, batch) to (N_{i-1}, batch)."""

    def gradient(self, activations: Floats, deltas: Floats) -> Floats:
        """Sum of delta a^T over the batch at the edges, in the layout of `weights`.

        It is 0 wherever the layout has a place without an edge.
        """


def choose_kernel(pattern: SparsePattern, dtype: np.dtype[np.floating]) -> Kernel:
    """The kernel that is faster for a pattern; by its sizes alone, so that results repeat."""
    if pattern.density >= DENSE_FROM or pattern.left * pattern.right <= SMALL:
        return DenseKernel(pattern, dtype)
    return EdgeKernel(pattern, dtype)


class DenseKernel:
    """A matrix (N_i, N_{i-1}) that stays 0 where no edge is."""

    def __init__(self, pattern: SparsePattern, dtype: np.dtype[np.floating]) -> None:
        self.pattern = pattern
        self.weights: Floats = np.zeros((pattern.right, pattern.left), dtype)
        full = pattern.edges == pattern.left * pattern.right
        self._mask = None if full else pattern.biadjacency.astype(dtype)

    @property
    def edge_weights(self) -> Floats:
        """Weights in natural edge order (W,), a copy."""
        return self.of_edges(self.weights)

    @edge_weights.setter
    def edge_weights(self, values: Floats) -> None:
        self.weights[self.pattern.right_neurons, self.pattern.left_neurons] = values

    def of_edges(self, array: Floats) -> Floats:
        """Values of the edges (W,), of a matrix (N_i, N_{i-1})."""
        values: Floats = array[self.pattern.right_neurons, self.pattern.left_neurons]
        return values

    def laid_out(self, values: Floats) -> Floats:
        """A matrix (N_i, N_{i-1}) of the edges' values (W,)."""
        array = np.zeros_like(self.weights)
        array[self.pattern.right_neurons, self.pattern.left_neurons] = values
        return array

    def feedforward(self, activations: Floats) -> Floats:
        """W a."""
        return self.weights @ activations

    def backpropagate(self, deltas: Floats) -> Floats:
        """W^T delta."""
        return self.weights.T @ deltas

    def gradient(self, activations: Floats, deltas: Floats) -> Floats:
        """delta a^T, masked."""
        gradient = deltas @ activations.T
        if self._mask is not None:
            gradient *= self._mask
        return gradient


class EdgeKernel:
    """A vector (W,) of weights in natural order: the data of a compressed sparse row matrix."""

    def __init__(self, pattern: SparsePattern, dtype: np.dtype[np.floating]) -> None:
        self.pattern = pattern
        starts = np.concatenate([[0], np.cumsum(pattern.in_degrees)])
        self._matrix: Any = scipy.sparse.csr_array(
            (np.zeros(pattern.edges, dtype), pattern.left_neurons, starts),
            shape=(pattern.right, pattern.left),
        )
        # The transpose shares the data, as a compressed sparse column matrix.
        self._transpose: Any = self._matrix.T
        self._dense_gradient = pattern.density >= DENSE_GRADIENT_FROM
        self._places = pattern.right_neurons * pattern.left + pattern.left_neurons

    @property
    def weights(self) -> Floats:
        """Weights in natural edge order (W,), the array itself."""
        data: Floats = self._matrix.data
        return data

    @property
    def edge_weights(self) -> Floats:
        """Weights in natural edge order (W,), a copy."""
        return self.of_edges(self.weights)

    @edge_weights.setter
    def edge_weights(self, values: Floats) -> None:
        self.weights[:] = values

    def of_edges(self, array: Floats) -> Floats:
        """Values of the edges (W,), a copy."""
        return array.copy()

    def laid_out(self, values: Floats) -> Floats:
        """Values of the edges (W,), a copy."""
        return values.copy()

    def feedforward(self, activations: Floats) -> Floats:
        """W a."""
        sums: Floats = self._matrix @ np.ascontiguousarray(activations)
        return sums

    def backpropagate(self, deltas: Floats) -> Floats:
        """W^T delta."""
        errors: Floats = self._transpose @ np.ascontiguousarray(deltas)
        return errors

    def gradient(self, activations: Floats, deltas: Floats) -> Floats:
        """Sum of delta a over the batch, for every edge."""
        if self._dense_gradient:
            return (deltas @ activations.T).reshape(-1).take(self._places)
        activations, deltas = np.ascontiguousarray(activations), np.ascontiguousarray(deltas)
        pattern, gradient = self.pattern, np.empty_like(self.weights)
        step = max(1, CHUNK // activations.shape[1])
        for start in range(0, pattern.edges, step):
            edges = slice(start, start + step)
            np.einsum(
                "eb,eb->e",
                deltas[pattern.right_neurons[edges]],
                activations[pattern.left_neurons[edges]],
                out=gradient[edges],
            )
        return gradient
