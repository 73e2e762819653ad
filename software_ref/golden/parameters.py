"""The stored weights and biases of a network as raw integers, and how training starts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

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

    def __post_init__(self) -> None:
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
        biases.
        """
        checksum = hashlib.sha256()
        for weights, biases in zip(self.weights, self.biases, strict=True):
            checksum.update(weights.astype("<i8").tobytes())
            checksum.update(biases.astype("<i8").tobytes())
        return checksum.hexdigest()

    def first_difference(self, other: Parameters) -> str | None:
        """Say where `other` differs first, junction by junction, weights before biases.

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

    def __eq__(self, other: object) -> bool:
        """Whether all values are equal."""
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
    """Draw and quantise the initial weights; biases are 0."""
    values = initial_weight_values(network, seed)
    return Parameters(
        network=network,
        weights=tuple(network.format.quantise_stored(value) for value in values),
        biases=tuple(np.zeros(shape.right, dtype=np.int64) for shape in network.junctions),
    )
