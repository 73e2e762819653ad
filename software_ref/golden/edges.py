"""The edges of a junction as a trainer walks them: by right neuron forwards, by left backwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.connections.junction_shape import JunctionShape
from software_ref.network import Network

__all__ = ["Edges", "Pattern", "edges_of", "own_patterns"]

_Number = TypeVar("_Number", bound=np.number[Any])


class Pattern(Protocol):
    """Whatever names the left neuron of every edge, such as a `ClashFreePattern`."""

    @property
    def left_neurons(self) -> NDArray[np.int64]:
        """Left neuron of every edge in natural order: int64 (W,)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Edges:
    """The edges of one junction.

    Raises
    ------
    ValueError
        `left` has not W entries, or some left neuron has not d_out edges.
    """

    shape: JunctionShape
    """Sizes of the junction."""
    left: NDArray[np.int64]
    """Left neuron of every edge in natural order: int64 (W,)."""

    def __post_init__(self) -> None:
        shape, where = self.shape, f"junction {self.shape.index}"
        if self.left.shape != (shape.weights,):
            raise ValueError(
                f"pattern of {where} must name the left neurons of its {shape.weights} edges, "
                f"not an array of shape {self.left.shape}"
            )
        if self.left.min() < 0 or self.left.max() >= shape.left:
            wrong = self.left[(self.left < 0) | (self.left >= shape.left)][0]
            raise ValueError(
                f"pattern of {where} must name left neurons 0 to {shape.left - 1}, not {wrong}"
            )
        degree = np.bincount(self.left, minlength=shape.left)
        wrong_neurons = np.flatnonzero(degree != shape.out_degree)
        if len(wrong_neurons):
            neuron = wrong_neurons[0]
            raise ValueError(
                f"pattern of {where} must give every left neuron {shape.out_degree} edges, but "
                f"left neuron {neuron} has {degree[neuron]}"
            )

    @property
    def leaving(self) -> NDArray[np.int64]:
        """Edges that leave each left neuron, in natural order: int64 (N_{i-1}, d_out)."""
        order = np.argsort(self.left, kind="stable").astype(np.int64)
        return order.reshape(self.shape.left, self.shape.out_degree)

    @property
    def right(self) -> NDArray[np.int64]:
        """Right neuron of every edge in natural order: int64 (W,)."""
        return np.repeat(np.arange(self.shape.right), self.shape.in_degree)

    def matrix(self, values: NDArray[_Number]) -> NDArray[_Number]:
        """Values of the edges (W,) as a matrix (N_i, N_{i-1}), 0 where no edge is."""
        matrix = np.zeros((self.shape.right, self.shape.left), values.dtype)
        np.add.at(matrix, (self.right, self.left), values)
        return matrix


def own_patterns(network: Network) -> tuple[ClashFreePattern, ...]:
    """The clash-free patterns that a network draws, before any connection moves."""
    return tuple(generate_pattern(shape, network.connections) for shape in network.junctions)


def edges_of(network: Network, patterns: Sequence[Pattern] | None = None) -> tuple[Edges, ...]:
    """The edges of all junctions, from `patterns` or from the network's own clash-free ones."""
    if patterns is None:
        patterns = own_patterns(network)
    if len(patterns) != len(network.junctions):
        raise ValueError(
            f"patterns must have one entry for each of the {len(network.junctions)} junctions, "
            f"not {len(patterns)}"
        )
    return tuple(
        Edges(shape=shape, left=np.asarray(pattern.left_neurons, dtype=np.int64))
        for shape, pattern in zip(network.junctions, patterns, strict=True)
    )
