"""A float SGD loop over a network's edges, compiled like the golden kernel to compare with it.

What somebody would write in Numba who wants speed and no particular bits: one sample at a time
through all junctions, float32, sums in any order. Updates have no lag.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from software_ref.golden import edges_of
from software_ref.network import Network

__all__ = ["CompiledFloatTrainer"]

Floats = NDArray[np.float32]
Starts = NDArray[np.int64]


@njit(nogil=True, fastmath=True, boundscheck=False)
def _dot(a: Floats, b: Floats) -> float:
    total = np.float32(0)
    for e in range(a.size):
        total += a[e] * b[e]
    return total


@njit(nogil=True, fastmath=True, boundscheck=False)
def _add_scaled(out: Floats, values: Floats, factor: float) -> None:
    for e in range(out.size):
        out[e] += factor * values[e]


@njit(nogil=True, fastmath=True, boundscheck=False)
def _train(
    features: Floats,
    labels: NDArray[np.int64],
    rate: float,
    weights: Floats,
    biases: Floats,
    left: NDArray[np.uint32],
    edges: Starts,
    neurons: Starts,
    activations: Floats,
    deltas: Floats,
    gathered: Floats,
) -> int:
    correct = 0
    junctions = edges.size - 1
    for n in range(labels.size):
        activations[: neurons[1]] = features[n]
        for i in range(junctions):
            first = neurons[i + 1]
            width = (edges[i + 1] - edges[i]) // (neurons[i + 2] - first)
            for e in range(edges[i], edges[i + 1]):
                gathered[e] = activations[neurons[i] + left[e]]
            for r in range(first, neurons[i + 2]):
                start = edges[i] + (r - first) * width
                row = slice(start, start + width)
                s = biases[r] + _dot(weights[row], gathered[row])
                activations[r] = np.float32(1) / (np.float32(1) + np.exp(-s))
        first = neurons[junctions]
        outputs = activations[first:]
        correct += int(np.argmax(outputs) == labels[n])
        deltas[first:] = outputs
        deltas[first + labels[n]] -= np.float32(1)
        for i in range(junctions - 1, -1, -1):
            first = neurons[i + 1]
            width = (edges[i + 1] - edges[i]) // (neurons[i + 2] - first)
            deltas[neurons[i] : first] = 0
            for r in range(first, neurons[i + 2]):
                start = edges[i] + (r - first) * width
                row = slice(start, start + width)
                if i > 0:
                    for e in range(start, start + width):
                        deltas[neurons[i] + left[e]] += weights[e] * deltas[r]
                _add_scaled(weights[row], gathered[row], -rate * deltas[r])
                biases[r] -= rate * deltas[r]
            if i > 0:
                for r in range(neurons[i], first):
                    deltas[r] *= activations[r] * (np.float32(1) - activations[r])
    return correct


class CompiledFloatTrainer:
    """Trains a network of sigmoids in float32 by plain SGD.

    Parameters
    ----------
    network : Network
    weights : sequence of ndarray
        Initial values of each junction, one per edge in natural order.
    """

    def __init__(self, network: Network, weights: Sequence[NDArray[np.float64]]) -> None:
        sizes = [shape.weights for shape in network.junctions]
        self.network = network
        self._edges = np.concatenate(([0], np.cumsum(sizes)))
        self._neurons = np.concatenate(([0], np.cumsum(network.layers)))
        self._left = np.concatenate([each.left for each in edges_of(network)]).astype(np.uint32)
        self._weights = np.concatenate(weights).astype(np.float32)
        neurons = sum(network.layers)
        self._biases, self._activations, self._deltas = np.zeros((3, neurons), np.float32)
        self._gathered = np.zeros(sum(sizes), np.float32)

    def run(
        self, features: NDArray[np.integer], labels: NDArray[np.integer], exponent: int
    ) -> float:
        """Train on raw features (n, N_0) and labels (n,) at the rate 2**-exponent.

        Returns the share of the samples predicted rightly before they were learnt.
        """
        correct = _train(
            (features / self.network.format.one).astype(np.float32),
            labels.astype(np.int64),
            np.float32(2.0**-exponent),
            self._weights,
            self._biases,
            self._left,
            self._edges,
            self._neurons,
            self._activations,
            self._deltas,
            self._gathered,
        )
        return correct / len(labels)
