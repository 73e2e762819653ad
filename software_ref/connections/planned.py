"""Patterns planned for their scatter: the best, the worst, and random walks from either."""

from __future__ import annotations

from math import gcd

import numpy as np

from software_ref.connections.pattern import SparsePattern
from software_ref.connections.sizes import check_out_degree, nearest

__all__ = ["local_pattern", "planned_pattern", "planned_window", "rewired"]


def planned_pattern(
    left: int,
    right: int,
    out_degree: int,
    rng: np.random.Generator,
    *,
    where: str = "the junction",
) -> SparsePattern:
    """Draw a pattern in which every neuron meets every window of the other layer exactly once.

    Windows of w = N_{i-1} / d_in = N_i / d_out consecutive neurons cut the left layer into d_in
    windows and the right one into d_out. For left window p and right window q a permutation t of
    the w neurons is drawn, and left neuron p w + j joins right neuron q w + t[j].

    Parameters
    ----------
    left, right, out_degree : int
        N_{i-1}, N_i and d_out.
    rng : numpy.random.Generator
    where : str
        What an error calls the junction.

    Raises
    ------
    ValueError
        No pattern has these degrees, or w is no whole number.
    """
    window = planned_window(left, right, out_degree, where=where)
    left_windows = left // window
    pairs = np.tile(np.arange(window), (left_windows * out_degree, 1))
    joins = rng.permuted(pairs, axis=1).reshape(out_degree, left_windows, window)
    # Right neuron q w + k meets in left window p the j with t[j] = k; the inverse of t is a
    # permutation as random as t itself, so k reads joins[q, p, k].
    left_neurons = joins.transpose(0, 2, 1) + np.arange(left_windows) * window
    return SparsePattern.from_left_neurons(left, right, left_neurons.reshape(-1))


def planned_window(left: int, right: int, out_degree: int, *, where: str = "the junction") -> int:
    """The w neurons of a planned pattern's windows.

    Raises
    ------
    ValueError
        As `planned_pattern`.
    """
    check_out_degree(left, right, out_degree, where=where)
    if right % out_degree:
        shared = gcd(left, right)
        legal = [right // w for w in range(shared, 0, -1) if shared % w == 0]
        raise ValueError(
            f"out_degree of {where} must divide its right neurons for a planned pattern: "
            f"{right} / {out_degree} is no whole number of neurons a window; "
            f"nearest legal out_degree: {nearest(out_degree, legal)}"
        )
    return right // out_degree


def local_pattern(
    left: int, right: int, out_degree: int, *, where: str = "the junction"
) -> SparsePattern:
    """Join right neuron n to the d_in left neurons from floor(n N_{i-1} / N_i) on, wrapping.

    Neighbours read nearly the same left neurons and meet few windows, so the scatter is low in both
    directions. Every left neuron still has d_out edges.

    Raises
    ------
    ValueError
        No pattern has these degrees.
    """
    check_out_degree(left, right, out_degree, where=where)
    in_degree = left * out_degree // right
    first = np.arange(right) * left // right
    left_neurons = (first[:, None] + np.arange(in_degree)) % left
    return SparsePattern.from_left_neurons(left, right, np.sort(left_neurons, axis=1).reshape(-1))


def rewired(pattern: SparsePattern, swaps: int, rng: np.random.Generator) -> SparsePattern:
    """Walk to another pattern of the same degrees by double-edge swaps.

    A swap draws two edges (a, x) and (b, y) and replaces them by (b, x) and (a, y), unless one of
    these exists. Refused swaps count: then the walk has no favourites, and after many swaps all
    patterns of these degrees are equally likely.

    Parameters
    ----------
    pattern : SparsePattern
        Where to start; it stays as it is.
    swaps : int
        Swaps tried, 0 or more; some 10 W forget the start.
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        `swaps` is negative.
    """
    if swaps < 0:
        raise ValueError(f"swaps must be at least 0, not {swaps}")
    if pattern.edges == 0:
        return pattern
    lefts, rights = pattern.left_neurons.tolist(), pattern.right_neurons.tolist()
    joined = set(zip(lefts, rights, strict=True))
    for this, other in rng.integers(pattern.edges, size=(swaps, 2)).tolist():
        a, x, b, y = lefts[this], rights[this], lefts[other], rights[other]
        if (b, x) in joined or (a, y) in joined:
            continue
        joined -= {(a, x), (b, y)}
        joined |= {(b, x), (a, y)}
        lefts[this], lefts[other] = b, a
    return SparsePattern(
        left=pattern.left,
        right=pattern.right,
        left_neurons=np.array(lefts, dtype=np.int64),
        right_neurons=pattern.right_neurons,
    )
