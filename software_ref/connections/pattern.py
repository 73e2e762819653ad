"""A connection pattern of any kind: which left neuron each edge joins to which right neuron."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from software_ref.connections.sizes import check_pairs

__all__ = ["SparsePattern"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SparsePattern:
    """The edges of one junction, in natural (right-hand) order: sorted by their right neuron.

    Raises
    ------
    ValueError
        A size is below 1, the arrays differ in length, a neuron does not exist, edges are out of
        order, or a pair of neurons carries two edges.
    """

    left: int
    """Left neurons N_{i-1}."""
    right: int
    """Right neurons N_i."""
    left_neurons: NDArray[np.int64]
    """Left neuron of every edge: int64 (W,)."""
    right_neurons: NDArray[np.int64]
    """Right neuron of every edge, never falling: int64 (W,)."""

    def __post_init__(self) -> None:
        if self.left < 1 or self.right < 1:
            raise ValueError(
                f"pattern must have at least 1 neuron a side, not {self.left} and {self.right}"
            )
        for side, size in (("left", self.left), ("right", self.right)):
            neurons = np.array(getattr(self, f"{side}_neurons"), dtype=np.int64)
            if neurons.ndim != 1 or len(neurons) != len(self.left_neurons):
                raise ValueError(
                    f"{side}_neurons must have shape ({len(self.left_neurons)},), "
                    f"not {neurons.shape}"
                )
            outside = neurons[(neurons < 0) | (neurons >= size)]
            if len(outside):
                raise ValueError(f"{side}_neurons must be 0 to {size - 1}, not {outside[0]}")
            neurons.setflags(write=False)
            object.__setattr__(self, f"{side}_neurons", neurons)
        if (np.diff(self.right_neurons) < 0).any():
            raise ValueError("right_neurons must never fall from one edge to the next")
        places = np.sort(self.right_neurons * self.left + self.left_neurons)
        twice = places[1:][np.diff(places) == 0]
        if len(twice):
            right, left = divmod(int(twice[0]), self.left)
            raise ValueError(
                f"pattern must join a pair of neurons at most once, but left neuron {left} and "
                f"right neuron {right} carry two edges"
            )

    @classmethod
    def from_left_neurons(cls, left: int, right: int, left_neurons: ArrayLike) -> SparsePattern:
        """A pattern of equal in-degrees from the left neurons in natural order, int (W,).

        Raises
        ------
        ValueError
            W is no multiple of `right`, or as the class.
        """
        neurons = np.asarray(left_neurons, dtype=np.int64)
        if len(neurons) % right:
            raise ValueError(
                f"left_neurons must be a multiple of the {right} right neurons, not {len(neurons)}"
            )
        in_degree = len(neurons) // right
        return cls(
            left=left,
            right=right,
            left_neurons=neurons,
            right_neurons=np.repeat(np.arange(right), in_degree),
        )

    @classmethod
    def from_biadjacency(cls, biadjacency: ArrayLike) -> SparsePattern:
        """The pattern of a matrix (N_i, N_{i-1}) that is 1 where an edge is and 0 elsewhere.

        Raises
        ------
        ValueError
            The matrix is not two-dimensional or holds another value.
        """
        matrix = np.asarray(biadjacency)
        if matrix.ndim != 2:
            raise ValueError(
                f"biadjacency must have shape (right, left), not {tuple(matrix.shape)}"
            )
        wrong = matrix[(matrix != 0) & (matrix != 1)]
        if len(wrong):
            raise ValueError(f"biadjacency must hold 0 and 1 only, not {wrong[0]}")
        right_neurons, left_neurons = np.nonzero(matrix)
        return cls(
            left=matrix.shape[1],
            right=matrix.shape[0],
            left_neurons=left_neurons,
            right_neurons=right_neurons,
        )

    @cached_property
    def biadjacency(self) -> NDArray[np.int64]:
        """1 where left neuron n and right neuron r are joined: int64 (N_i, N_{i-1}), read-only.

        Raises
        ------
        ValueError
            It would be too large for memory.
        """
        check_pairs(self.left, self.right, where="a junction")
        matrix = np.zeros((self.right, self.left), dtype=np.int64)
        matrix[self.right_neurons, self.left_neurons] = 1
        matrix.setflags(write=False)
        return matrix

    @property
    def edges(self) -> int:
        """Edges W."""
        return len(self.left_neurons)

    @property
    def density(self) -> float:
        """Share of the N_{i-1} N_i possible edges that exist, rho."""
        return self.edges / (self.left * self.right)

    @property
    def in_degrees(self) -> NDArray[np.int64]:
        """Edges entering each right neuron: int64 (N_i,)."""
        return np.bincount(self.right_neurons, minlength=self.right)

    @property
    def out_degrees(self) -> NDArray[np.int64]:
        """Edges leaving each left neuron: int64 (N_{i-1},)."""
        return np.bincount(self.left_neurons, minlength=self.left)
