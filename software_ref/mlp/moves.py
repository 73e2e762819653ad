"""Connections that move between the epochs of minibatch training: clash-free, or anywhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.clash_free import ClashFreePattern
from software_ref.connections.pattern import SparsePattern
from software_ref.connections.rewire_options import RewireOptions
from software_ref.connections.rewiring import rewire, smallest

__all__ = ["ClashFreeMoves", "FreeMoves", "Moved", "Moves"]

Floats: TypeAlias = NDArray[np.floating]

_FREE_STREAM = 3
"""Keeps the generator of free moves apart from those of other seeds."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Moved:
    """What a step makes of connections and weights; edges keep their numbers and right neurons."""

    patterns: tuple[SparsePattern, ...]
    """One per junction."""
    weights: tuple[Floats, ...]
    """In natural order, (W_i,) each; 0 where an edge moved, and there alone it may have."""
    moved: tuple[NDArray[np.bool_], ...]
    """Whether each edge starts elsewhere now: bool (W_i,) each."""


class Moves(ABC):
    """How connections move between two epochs."""

    options: RewireOptions
    """How many edges move, and the seed."""
    by_worth = False
    """Whether a step must be told what an edge of each pair of neurons would be worth."""

    @property
    def settings(self) -> dict[str, Any]:
        """What they are, as plain values: equal where they move the same edges."""
        return {"kind": type(self).__name__, "by_worth": self.by_worth, **asdict(self.options)}

    @abstractmethod
    def step(
        self,
        patterns: Sequence[SparsePattern],
        weights: Sequence[Floats],
        *,
        epoch: int,
        epochs: int,
        worth: Sequence[Floats] | None = None,
    ) -> Moved:
        """The step between an epoch, from 0, and the next of so many.

        Parameters
        ----------
        patterns : sequence of SparsePattern
            Connections now.
        weights : sequence of ndarray
            In natural order, (W_i,) each.
        epoch, epochs : int
            As `rewire` has them.
        worth : sequence of float (N_i, N_{i-1}), optional
            With `by_worth`: what an edge of each pair would be worth.
        """


class ClashFreeMoves(Moves):
    """What the hardware does (docs/numerics.md, "Rewiring"), with weights in floating point.

    Parameters
    ----------
    options : RewireOptions
    drawn : sequence of ClashFreePattern
        Connections before any moved.
    by_worth : bool
        Whether edges that may meet are paired by what they gain, in place of at random.
    """

    def __init__(
        self, options: RewireOptions, drawn: Sequence[ClashFreePattern], *, by_worth: bool = False
    ) -> None:
        self.options = options
        self.drawn = tuple(drawn)
        self.by_worth = by_worth

    def step(
        self,
        patterns: Sequence[SparsePattern],
        weights: Sequence[Floats],
        *,
        epoch: int,
        epochs: int,
        worth: Sequence[Floats] | None = None,
    ) -> Moved:
        """See Moves."""
        before = [
            drawn.with_left_neurons(pattern.left_neurons)
            for drawn, pattern in zip(self.drawn, patterns, strict=True)
        ]
        step = rewire(self.options, before, weights, epoch=epoch, epochs=epochs, worth=worth)
        return Moved(
            patterns=tuple(
                old if one is other else one.sparse
                for old, one, other in zip(patterns, step.patterns, before, strict=True)
            ),
            weights=step.weights,
            moved=tuple(
                one.left_neurons != other.left_neurons
                for one, other in zip(step.patterns, before, strict=True)
            ),
        )


class FreeMoves(Moves):
    """Moves that keep the in-degrees alone, as in sparse evolutionary training (SET; Mocanu 2018).

    The edges with the smallest weights, as many as the options say, each leave their left neuron
    for one that is drawn among those that the right neuron had no edge from.
    """

    def __init__(self, options: RewireOptions) -> None:
        self.options = options

    def step(
        self,
        patterns: Sequence[SparsePattern],
        weights: Sequence[Floats],
        *,
        epoch: int,
        epochs: int,
        worth: Sequence[Floats] | None = None,
    ) -> Moved:
        """See Moves."""
        found, values, moved = [], [], []
        for i, (pattern, weight) in enumerate(zip(patterns, weights, strict=True), start=1):
            rng = np.random.default_rng([self.options.seed, i, epoch, _FREE_STREAM])
            chosen = smallest(weight, self.options.moved_after(epoch, epochs, pattern.edges))
            left = pattern.left_neurons.copy()
            for right in np.unique(pattern.right_neurons[chosen]):
                own = np.flatnonzero(pattern.right_neurons == right)
                leaving = own[chosen[own]]
                others = np.setdiff1d(np.arange(pattern.left), left[own], assume_unique=True)
                drawn = rng.permutation(others)[: len(leaving)]
                left[leaving[: len(drawn)]] = drawn
            away = left != pattern.left_neurons
            moved.append(away)
            values.append(np.where(away, 0, weight).astype(weight.dtype))
            found.append(
                SparsePattern(
                    left=pattern.left,
                    right=pattern.right,
                    left_neurons=left,
                    right_neurons=pattern.right_neurons,
                )
            )
        return Moved(patterns=tuple(found), weights=tuple(values), moved=tuple(moved))
