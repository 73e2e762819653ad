"""Rewiring: one step in which connections exchange their left ends, and stay clash-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.clash_free import ClashFreePattern
from software_ref.connections.rewire_options import RewireOptions

__all__ = ["Rewired", "moved_words", "rewire", "rewire_junction"]

_Number = TypeVar("_Number", bound=np.number[Any])

_REWIRE_STREAM = 1
"""Keeps the generator of a step apart from those of other seeds of the network file."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rewired:
    """What a step makes of a network's connections and weights."""

    patterns: tuple[ClashFreePattern, ...]
    """One per junction; the same objects where nothing moves."""
    weights: tuple[NDArray[Any], ...]
    """Weights in natural edge order, of the same type as before: (W_i,) each; moved ones are 0."""


def rewire(
    options: RewireOptions,
    patterns: Sequence[ClashFreePattern],
    weights: Sequence[NDArray[Any]],
    *,
    epoch: int,
    epochs: int,
) -> Rewired:
    """The step between an epoch and the next (docs/numerics.md, "Rewiring").

    Parameters
    ----------
    options : RewireOptions
    patterns : sequence of ClashFreePattern
        Those of all junctions, of kind `free`.
    weights : sequence of ndarray
        Stored weights in natural edge order: raw integers, or floats, (W_i,) each.
    epoch : int
        The epoch that is over, from 0.
    epochs : int
        How many there are in all; nothing moves after the last.
    """
    moved, values = list(patterns), list(weights)
    moving = options.moving([pattern.shape for pattern in patterns])
    for place, pattern in enumerate(patterns):
        index = pattern.shape.index
        count = options.moved_after(epoch, epochs, pattern.shape.weights)
        if index in moving and count:
            rng = np.random.default_rng([options.seed, index, epoch, _REWIRE_STREAM])
            moved[place], values[place] = rewire_junction(pattern, values[place], count, rng)
    return Rewired(patterns=tuple(moved), weights=tuple(values))


def rewire_junction(
    pattern: ClashFreePattern, weights: NDArray[_Number], count: int, rng: np.random.Generator
) -> tuple[ClashFreePattern, NDArray[_Number]]:
    """Exchange left ends among the `count` edges of the smallest weights of one junction.

    Parameters
    ----------
    pattern : ClashFreePattern
    weights : ndarray
        (W,) in natural edge order.
    count : int
        0 to W.
    rng : numpy.random.Generator
        Shuffles the edges that may meet.

    Returns
    -------
    pattern, weights
        A new pattern and new weights, 0 where an edge has moved.
    """
    shape = pattern.shape
    z, depth = shape.parallelism, shape.depth
    words, moved = pattern.words.copy(), weights.copy()
    left = pattern.left_neurons.reshape(shape.right, shape.in_degree).copy()
    chosen = np.zeros(shape.weights, np.bool_)
    chosen[np.argsort(np.abs(weights), kind="stable")[:count]] = True
    by_lane = chosen.reshape(shape.out_degree, depth, z)
    lanes = np.argsort(pattern.memory, axis=1)  # of each memory, (d_out, z)
    for sweep in range(shape.out_degree):
        for memory in range(z):
            lane = int(lanes[sweep, memory])
            cycles = np.flatnonzero(by_lane[sweep, :, lane])
            if len(cycles) < 2:
                continue
            cycles = cycles[rng.permutation(len(cycles))]
            for a, b in zip(cycles[::2].tolist(), cycles[1::2].tolist(), strict=False):
                edges = [(sweep * depth + cycle) * z + lane for cycle in (a, b)]
                (right_a, place_a), (right_b, place_b) = (
                    divmod(edge, shape.in_degree) for edge in edges
                )
                left_a, left_b = left[right_a, place_a], left[right_b, place_b]
                if right_a == right_b or left_b in left[right_a] or left_a in left[right_b]:
                    continue
                left[right_a, place_a], left[right_b, place_b] = left_b, left_a
                words[sweep, memory, [a, b]] = words[sweep, memory, [b, a]]
                moved[edges] = 0
    return replace(pattern, words=words), moved


def moved_words(before: ClashFreePattern, after: ClashFreePattern) -> NDArray[np.int64]:
    """What an address memory must be told to read `after` in place of `before`.

    Returns
    -------
    int64 (n, 3): row s D + c, memory v and the new word, for each that differs, in rising order of
    row, then memory.
    """
    changed = (after.words != before.words).transpose(0, 2, 1)  # (d_out, D, z)
    sweep, cycle, memory = np.nonzero(changed)
    words = after.words[sweep, memory, cycle]
    return np.stack([sweep * after.shape.depth + cycle, memory, words], axis=1)
