"""Scatter: how evenly a pattern's edges meet the windows of the other layer.

The scatter of a windowed matrix is the number of its entries from 1 on, over the largest number
that a pattern with these degrees can have. Each of the M neurons on the one side can meet each
window w of the other side; but from w only |w| d edges (paths) leave, where d is their (equivalent)
degree, so that w cannot meet more than min(M, |w| d) neurons:

    S = (entries >= 1) / sum_w min(M, |w| d)

For one junction of equal degrees some pattern reaches that sum; for several it is an upper bound.

Where natural windows divide the layer, |w| d = M, and the sum is the number of entries: S is the
share of entries that are not 0. Where degrees differ, d is the mean degree, and S ends at 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.biadjacency import Biadjacency
from software_ref.connections.pattern import SparsePattern
from software_ref.connections.windows import (
    backward_windowed,
    forward_windowed,
    windows_of_size,
)

__all__ = ["DIRECTIONS", "Scatter", "attainable", "scatter_vector"]

DIRECTIONS = ("forward", "backward")


@dataclass(frozen=True, kw_only=True, eq=False)
class Scatter:
    """One entry of a scatter vector, with the matrix it was counted in."""

    first: int
    """First junction i."""
    last: int
    """Last junction j; i for a junction of its own."""
    direction: str
    """"forward": right neurons against windows of the left layer; "backward": the reverse."""
    windowed: NDArray[np.int64]
    """B^f (N_j, windows) or B^b (windows, N_{i-1}): int64."""
    attainable: Fraction
    """The most entries from 1 on that patterns of these degrees can have."""

    @property
    def met(self) -> int:
        """Entries from 1 on."""
        return int(np.count_nonzero(self.windowed))

    @property
    def value(self) -> float:
        """The scatter, 0 to 1."""
        if self.met == 0:
            return 0.0
        return float(min(self.met / self.attainable, Fraction(1)))

    @property
    def windows(self) -> int:
        """Number of windows."""
        return len(self.windowed.T if self.direction == "forward" else self.windowed)

    @property
    def junctions(self) -> str:
        """The junctions as in B_1 and B_{1:2}: "1" or "1:2"."""
        return str(self.first) if self.first == self.last else f"{self.first}:{self.last}"

    @property
    def name(self) -> str:
        """Its name as in the slides: "S_1^f", "S_1:2^b"."""
        return f"S_{self.junctions}^{self.direction[0]}"


def attainable(bounds: NDArray[np.int64], neurons: int, degree: Fraction) -> Fraction:
    """The most entries from 1 on that a windowed matrix can have: sum_w min(M, |w| d).

    Parameters
    ----------
    bounds : int64 (windows + 1,)
        Windows of the one layer.
    neurons : int
        Neurons M of the other layer.
    degree : Fraction
        Edges (or paths) d that join each neuron of a window to the other layer.
    """
    sizes, counts = np.unique(np.diff(bounds), return_counts=True)
    return sum(
        (
            count * min(Fraction(neurons), size * degree)
            for size, count in zip(sizes.tolist(), counts.tolist(), strict=True)
        ),
        Fraction(0),
    )


def scatter_vector(
    patterns: Sequence[SparsePattern], *, window: int | None = None, all_ranges: bool = False
) -> tuple[Scatter, ...]:
    """The scatter of every junction and, from two junctions on, of the whole network.

    Parameters
    ----------
    patterns : sequence of SparsePattern
        One per junction.
    window : int, optional
        Neurons of a window, in every layer; by default the natural windows (see `Biadjacency`).
    all_ranges : bool
        Take every range of consecutive junctions, not just single ones and the whole network.

    Returns
    -------
    tuple of Scatter
        S_1^f, S_1^b, S_2^f, S_2^b, ..., then ranges from short to long, the whole network last.

    Raises
    ------
    ValueError
        There is no pattern, layers do not fit together, or `window` is below 1.
    """
    if not patterns:
        raise ValueError("patterns must have at least one entry, not 0")
    return tuple(
        _scatter(matrix, direction, window)
        for matrix in _matrices(patterns, all_ranges)
        for direction in DIRECTIONS
    )


def _matrices(patterns: Sequence[SparsePattern], all_ranges: bool) -> Iterator[Biadjacency]:
    products = [Biadjacency.of(pattern, i) for i, pattern in enumerate(patterns, start=1)]
    yield from products
    for length in range(2, len(patterns) + 1):
        # Every range grows by the junction behind it; the last one has none, and ends here.
        products = [
            product.followed_by(patterns[product.last])
            for product in (products[:-1] if all_ranges else products[:1])
        ]
        if all_ranges or length == len(patterns):
            yield from products


def _scatter(matrix: Biadjacency, direction: str, window: int | None) -> Scatter:
    right, left = matrix.matrix.shape
    if direction == "forward":
        bounds = matrix.left_windows if window is None else windows_of_size(left, window)
        windowed = forward_windowed(matrix.matrix, bounds)
        most = attainable(bounds, right, matrix.out_degree)
    else:
        bounds = matrix.right_windows if window is None else windows_of_size(right, window)
        windowed = backward_windowed(matrix.matrix, bounds)
        most = attainable(bounds, left, matrix.in_degree)
    return Scatter(
        first=matrix.first,
        last=matrix.last,
        direction=direction,
        windowed=windowed,
        attainable=most,
    )
