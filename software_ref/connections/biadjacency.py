"""Biadjacency matrices over several junctions: how many paths join an early and a late neuron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.pattern import SparsePattern
from software_ref.connections.sizes import check_pairs
from software_ref.connections.windows import balanced_windows

__all__ = ["MOST_PATHS", "Biadjacency", "biadjacency_of"]

MOST_PATHS = (1 << 31) - 1
"""Where counts of paths end; more count as this many. Products stay exact in float64 then."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Biadjacency:
    """The matrix B_{i:j} = B_j ... B_i of junctions i to j, and what follows from their degrees."""

    first: int
    """Junction i, from 1."""
    last: int
    """Junction j."""
    matrix: NDArray[np.int64]
    """Paths from left neuron n to right neuron r, at most MOST_PATHS: int64 (N_j, N_{i-1})."""
    in_degree: Fraction
    """Equivalent in-degree: the product of the junctions' in-degrees (the mean ones where they
    differ), which is the number of paths that enter a right neuron."""
    out_degree: Fraction
    """Equivalent out-degree, likewise."""

    @classmethod
    def of(cls, pattern: SparsePattern, junction: int = 1) -> Biadjacency:
        """The matrix of one junction."""
        return cls(
            first=junction,
            last=junction,
            matrix=pattern.biadjacency,
            in_degree=Fraction(pattern.edges, pattern.right),
            out_degree=Fraction(pattern.edges, pattern.left),
        )

    def followed_by(self, pattern: SparsePattern) -> Biadjacency:
        """The matrix B_{i:j+1} = B_{j+1} B_{i:j}, for the pattern of junction j + 1.

        Raises
        ------
        ValueError
            The pattern does not start from the layer where this matrix ends, or the product would
            be too large for memory.
        """
        right = self.matrix.shape[0]
        if pattern.left != right:
            raise ValueError(
                f"pattern of junction {self.last + 1} must have the {right} left neurons that "
                f"junction {self.last} ends in, not {pattern.left}"
            )
        check_pairs(
            self.matrix.shape[1], pattern.right, where=f"junctions {self.first} to {self.last + 1}"
        )
        # Sums of at most 2^20 counts below 2^31: exact in float64, whose product is far quicker.
        paths = pattern.biadjacency.astype(np.float64) @ self.matrix.astype(np.float64)
        return Biadjacency(
            first=self.first,
            last=self.last + 1,
            matrix=np.minimum(paths, MOST_PATHS).astype(np.int64),
            in_degree=self.in_degree * Fraction(pattern.edges, pattern.right),
            out_degree=self.out_degree * Fraction(pattern.edges, pattern.left),
        )

    @cached_property
    def left_windows(self) -> NDArray[np.int64]:
        """Bounds of the natural (forward) windows, as many as the equivalent in-degree.

        The degree is rounded to the nearest number of windows (half up) from 1 to N_{i-1}; the
        windows are balanced, so of equal size where their number divides N_{i-1}.
        """
        return _natural(self.matrix.shape[1], self.in_degree)

    @cached_property
    def right_windows(self) -> NDArray[np.int64]:
        """Bounds of the natural (backward) windows, as many as the equivalent out-degree."""
        return _natural(self.matrix.shape[0], self.out_degree)


def biadjacency_of(
    patterns: Sequence[SparsePattern], first: int = 1, last: int | None = None
) -> Biadjacency:
    """The matrix B_{first:last} of a network's patterns; by default of the whole network.

    Raises
    ------
    ValueError
        The junctions are not 1 <= first <= last <= L, or layers do not fit together.
    """
    last = len(patterns) if last is None else last
    if not 1 <= first <= last <= len(patterns):
        raise ValueError(
            f"junctions must be 1 <= first <= last <= {len(patterns)}, not {first} to {last}"
        )
    product = Biadjacency.of(patterns[first - 1], first)
    for pattern in patterns[first:last]:
        product = product.followed_by(pattern)
    return product


def _natural(size: int, degree: Fraction) -> NDArray[np.int64]:
    rounded = int(degree + Fraction(1, 2))
    return balanced_windows(size, min(max(rounded, 1), size))
