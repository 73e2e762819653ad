"""Rewiring: one step in which connections exchange their left ends, and stay clash-free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.clash_free import ClashFreePattern
from software_ref.connections.rewire_options import RewireOptions

__all__ = ["Rewired", "moved_words", "rewire", "rewire_junction", "smallest"]

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
    worth: Sequence[NDArray[np.floating[Any]]] | None = None,
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
    worth : sequence of float (N_i, N_{i-1}), optional
        For studies, which pair edges by it as `rewire_junction` says; the hardware's are shuffled.
    """
    moved, values = list(patterns), list(weights)
    moving = options.moving([pattern.shape for pattern in patterns])
    for place, pattern in enumerate(patterns):
        index = pattern.shape.index
        count = options.moved_after(epoch, epochs, pattern.shape.weights)
        if index in moving and count:
            rng = np.random.default_rng([options.seed, index, epoch, _REWIRE_STREAM])
            moved[place], values[place] = rewire_junction(
                pattern, values[place], count, rng, worth=None if worth is None else worth[place]
            )
    return Rewired(patterns=tuple(moved), weights=tuple(values))


def rewire_junction(
    pattern: ClashFreePattern,
    weights: NDArray[_Number],
    count: int,
    rng: np.random.Generator,
    *,
    worth: NDArray[np.floating[Any]] | None = None,
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
    worth : float (N_i, N_{i-1}), optional
        What an edge of each pair of neurons would be worth. Given, edges that may meet are not
        shuffled: the two that gain the most together exchange first.

    Returns
    -------
    pattern, weights
        A new pattern and new weights, 0 where an edge has moved.
    """
    shape = pattern.shape
    z, depth = shape.parallelism, shape.depth
    words, moved = pattern.words.copy(), weights.copy()
    left = pattern.left_neurons.reshape(shape.right, shape.in_degree).copy()
    by_lane = smallest(weights, count).reshape(shape.out_degree, depth, z)
    lanes = np.argsort(pattern.memory, axis=1)  # of each memory, (d_out, z)
    for sweep in range(shape.out_degree):
        for memory in range(z):
            lane = int(lanes[sweep, memory])
            cycles = np.flatnonzero(by_lane[sweep, :, lane])
            if len(cycles) < 2:
                continue
            edges = (sweep * depth + cycles) * z + lane
            if worth is None:
                cycles = cycles[rng.permutation(len(cycles))]
            else:
                rights = edges // shape.in_degree
                order = _by_worth(worth[np.ix_(rights, left.reshape(-1)[edges])])
                cycles = cycles[order]
            for a, b in zip(cycles[::2].tolist(), cycles[1::2].tolist(), strict=False):
                edge_a, edge_b = ((sweep * depth + cycle) * z + lane for cycle in (a, b))
                right_a, place_a = divmod(edge_a, shape.in_degree)
                right_b, place_b = divmod(edge_b, shape.in_degree)
                left_a, left_b = left[right_a, place_a], left[right_b, place_b]
                if right_a == right_b or left_b in left[right_a] or left_a in left[right_b]:
                    continue
                left[right_a, place_a], left[right_b, place_b] = left_b, left_a
                words[sweep, memory, [a, b]] = words[sweep, memory, [b, a]]
                moved[[edge_a, edge_b]] = 0
    return replace(pattern, words=words), moved


def smallest(weights: NDArray[_Number], count: int) -> NDArray[np.bool_]:
    """Which `count` weights (W,) are the smallest in magnitude, of equals the first: bool (W,)."""
    chosen = np.zeros(len(weights), np.bool_)
    chosen[np.argsort(np.abs(weights), kind="stable")[:count]] = True
    return chosen


def _by_worth(gain: NDArray[np.floating[Any]]) -> list[int]:
    """Places of m edges, those that gain the most by an exchange next to each other, best first.

    `gain` (m, m) is what the right neuron of one edge gains by the left neuron of another.
    """
    both = gain + gain.T
    first, second = np.triu_indices(len(gain), 1)
    left_over, order = set(range(len(gain))), []
    for place in np.argsort(-both[first, second], kind="stable").tolist():
        pair = [int(first[place]), int(second[place])]
        if left_over.issuperset(pair):
            left_over.difference_update(pair)
            order += pair
    return [*order, *left_over]


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
