"""What a network has learnt: weights and biases as raw integers, and connections that move."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.clash_free import ClashFreePattern
from software_ref.connections.rewiring import rewire
from software_ref.golden.edges import Edges, edges_of, own_patterns
from software_ref.network import Network

__all__ = ["Parameters", "initial_parameters", "initial_weight_values"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Parameters:
    """Weights and biases of every junction; the arrays are copied and made read-only.

    Raises
    ------
    TypeError
        An array does not hold integers.
    ValueError
        An array has the wrong shape, or a value lies outside the network's format.
    """

    network: Network
    """The network they belong to."""
    weights: tuple[NDArray[np.int64], ...]
    """Weights of each junction in natural edge order: int64 raw (W_i,)."""
    biases: tuple[NDArray[np.int64], ...]
    """Biases of each junction's right neurons: int64 raw (N_i,)."""
    patterns: tuple[ClashFreePattern, ...] | None = None
    """Connections now, where `[rewire]` lets some move; elsewhere None: the network's own."""

    def __post_init__(self) -> None:
        self._check_patterns()
        shapes = self.network.junctions
        expected = {"weights": [s.weights for s in shapes], "biases": [s.right for s in shapes]}
        for name, sizes in expected.items():
            arrays = getattr(self, name)
            if len(arrays) != len(sizes):
                raise ValueError(
                    f"{name} must have one array for each of the {len(sizes)} junctions, "
                    f"not {len(arrays)}"
                )
            checked = tuple(
                self._checked(f"{name} of junction {i}", array, size)
                for i, (array, size) in enumerate(zip(arrays, sizes, strict=True), start=1)
            )
            object.__setattr__(self, name, checked)

    def _check_patterns(self) -> None:
        shapes, moving = self.network.junctions, self.network.rewire is not None
        if moving != (self.patterns is not None):
            given = "given" if moving else "left out"
            those = "can move" if moving else "cannot move"
            raise ValueError(f"patterns must be {given}, as the network's connections {those}")
        if self.patterns is None:
            return
        object.__setattr__(self, "patterns", tuple(self.patterns))
        if tuple(pattern.shape for pattern in self.patterns) != shapes:
            raise ValueError(
                f"patterns must be those of the network's {len(shapes)} junctions, not others"
            )

    @cached_property
    def connections(self) -> tuple[ClashFreePattern, ...]:
        """The patterns of all junctions, whether they may move or not."""
        return own_patterns(self.network) if self.patterns is None else self.patterns

    @cached_property
    def edges(self) -> tuple[Edges, ...]:
        """The edges of all junctions."""
        return edges_of(self.network, self.connections)

    def rewired(self, epoch: int, epochs: int) -> Parameters:
        """After the step between an epoch, from 0, and the next (docs/numerics.md, "Rewiring").

        Parameters
        ----------
        epoch : int
            The epoch that is over.
        epochs : int
            How many there are in all.
        """
        options = self.network.rewire
        if options is None:
            return self
        step = rewire(options, self.connections, self.weights, epoch=epoch, epochs=epochs)
        return replace(self, weights=step.weights, patterns=step.patterns)

    def _checked(self, noun: str, array: NDArray[np.int64], size: int) -> NDArray[np.int64]:
        fmt = self.network.format
        array = np.asarray(array)
        if array.dtype.kind not in "iu":
            raise TypeError(f"{noun} must be integers, not {array.dtype}")
        if array.shape != (size,):
            raise ValueError(f"{noun} must have shape ({size},), not {array.shape}")
        lowest, highest = fmt.stored_min_raw, fmt.stored_max_raw
        outside = array[(array < lowest) | (array > highest)]
        if len(outside):
            raise ValueError(
                f"{noun} must be {lowest} to {highest} in format {fmt}, not {outside[0]}"
            )
        array = array.astype(np.int64)
        array.setflags(write=False)
        return array

    @property
    def sha256(self) -> str:
        """SHA-256, in hexadecimal, of all values as little-endian int64: by junction, weights, then
        biases; and where connections move, all left neurons behind them, in natural edge order.
        """
        checksum = hashlib.sha256()
        for weights, biases in zip(self.weights, self.biases, strict=True):
            checksum.update(weights.astype("<i8").tobytes())
            checksum.update(biases.astype("<i8").tobytes())
        for pattern in self.patterns or ():
            checksum.update(pattern.left_neurons.astype("<i8").tobytes())
        return checksum.hexdigest()

    def first_difference(self, other: Parameters) -> str | None:
        """Say where `other` differs first: connections, then by junction, weights before biases.

        Returns
        -------
        str or None
            For example "weight of junction 2 in row 3, lane 5 (edge 101): 12, not 14", this
            value first, the other's second; None where all values are equal.
        """
        return next(self._differences(other), None)

    def _differences(self, other: Parameters) -> Iterator[str]:
        if len(self.weights) != len(other.weights):
            yield f"junctions: {len(self.weights)}, not {len(other.weights)}"
            return
        if self.patterns is not None or other.patterns is not None:
            yield from self._moved(other)
        for i, shape in enumerate(self.network.junctions):
            for name in ("weights", "biases"):
                mine, its = getattr(self, name)[i], getattr(other, name)[i]
                where = f"of junction {shape.index}"
                if mine.shape != its.shape:
                    yield f"{name} {where}: {len(mine)} values, not {len(its)}"
                    continue
                for at in np.flatnonzero(mine != its):
                    row, lane = divmod(int(at), shape.parallelism)
                    yield (
                        f"weight {where} in row {row}, lane {lane} (edge {at})"
                        if name == "weights"
                        else f"bias {where}, neuron {at}"
                    ) + f": {mine[at]}, not {its[at]}"

    def _moved(self, other: Parameters) -> Iterator[str]:
        """Edges that start elsewhere in `other`."""
        for mine, its in zip(self.connections, other.connections, strict=True):
            where = f"of junction {mine.shape.index}"
            if mine.shape != its.shape:
                yield f"connections {where}: {mine.shape}, not {its.shape}"
                continue
            left, other_left = mine.left_neurons, its.left_neurons
            for at in np.flatnonzero(left != other_left):
                row, lane = divmod(int(at), mine.shape.parallelism)
                yield (
                    f"left neuron {where} in row {row}, lane {lane} (edge {at}): {left[at]}, "
                    f"not {other_left[at]}"
                )

    def __eq__(self, other: object) -> bool:
        """Whether all values are equal, and connections that move."""
        if not isinstance(other, Parameters):
            return NotImplemented
        return self.first_difference(other) is None

    __hash__ = None  # type: ignore[assignment]  # the arrays have no hash


def initial_weight_values(network: Network, seed: int) -> list[NDArray[np.float64]]:
    """Draw the initial weights before quantisation: Glorot normal, float64 (W_i,) each.

    The standard deviation is sqrt(2 / (d_in + d_out)). One generator draws junction 1's weights in
    natural order, then junction 2's, and so on.
    """
    rng = np.random.default_rng(seed)
    return [
        rng.normal(0.0, sqrt(2 / (shape.in_degree + shape.out_degree)), shape.weights)
        for shape in network.junctions
    ]


def initial_parameters(network: Network, seed: int) -> Parameters:
    """Draw and quantise the initial weights; biases are 0, and no connection has moved."""
    values = initial_weight_values(network, seed)
    return Parameters(
        network=network,
        weights=tuple(network.format.quantise_stored(value) for value in values),
        biases=tuple(np.zeros(shape.right, dtype=np.int64) for shape in network.junctions),
        patterns=own_patterns(network) if network.rewire is not None else None,
    )
