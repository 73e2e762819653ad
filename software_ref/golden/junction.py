"""One junction of the golden trainer: FF, BP and UP of one sample, fast and exact in integers.

Every sum provably fits its dtype (`exact_dtype`), so a sum is exact whatever its order. Three
identities save passes over the arrays without changing a bit:

- rnd(x + b 2**f, f) = rnd(x, f) + b, as b 2**f is a multiple of 2**f;
- adding -min_raw 2**n to x before the shift by n gives the result as an index r - min_raw into a
  table of all 2**B raws, and r saturates exactly where that index, read as unsigned, is above
  2**B - 1;
- rnd(x, n) = 0 for all |x| <= 2**(n-1-R) - 1, so a huge shift may be cut down to any such n.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from software_ref.golden.edges import Edges
from software_ref.golden.noise import RoundingNoise
from software_ref.network import Network

__all__ = [
    "GoldenJunction",
    "Integers",
    "exact_dtype",
    "largest_updates",
    "vanishing_bias",
    "vanishing_shift",
]

Integers: TypeAlias = NDArray[np.signedinteger[Any]]
"""An int32 or int64 array, as `exact_dtype` has it."""


def exact_dtype(network: Network) -> np.dtype[np.signedinteger[Any]]:
    """int32 where every sum and product over a junction's edges fits it, else int64.

    Raises
    ------
    ValueError
        Some back-propagated sum could leave even int64.
    """
    fmt = network.format
    raw, f = -fmt.min_raw, fmt.fraction  # the largest magnitude of a weight, bias or delta
    largest = 0
    for shape in network.junctions:
        activation = network.activation_maximum(shape.index - 1)
        forward = shape.in_degree * raw * activation + (raw << f) + fmt.one
        backward = raw * raw  # one edge; their sum is always taken in int64:
        most = ((1 << 63) - 1 - (2 * raw << 2 * f)) // (raw * raw << f)  # sum, rounding and offset
        if shape.index > 1 and shape.out_degree > most:
            raise ValueError(
                f"out_degree of junction {shape.index} must keep back-propagated sums in 64 bits, "
                f"at most {most} in format {fmt}, not {shape.out_degree}"
            )
        largest = max(largest, forward, backward, *largest_updates(network, activation))
    return np.dtype(np.int32 if largest < 1 << 31 else np.int64)


def largest_updates(network: Network, activation: int) -> tuple[int, int, int]:
    """Bounds of what an update computes: of weights, of biases, and before it saturates.

    `activation` is the largest one of the left layer.
    """
    fmt, random_bits = network.format, network.update.random_bits
    change = activation * -fmt.min_raw
    bias = vanishing_bias(network)
    weights, biases = (
        bound + ((2 << random_bits) - 1 << vanishing_shift(bound, random_bits) - random_bits - 1)
        for bound in (change, bias)
    )
    return weights, biases, max(change, bias) - fmt.stored_min_raw


class GoldenJunction:
    """Junction i with its parameters and what it keeps of the samples in flight.

    A sample in flight has a slot; the arrays of all slots are allocated once. `feedforward` of a
    slot must come before its `update`, and `backpropagate` of junction i + 1 before `update` of i.

    Parameters
    ----------
    network : Network
    edges : Edges
        The junction's own.
    weights, biases
        Initial values: int64 raw (W,), (N_i,).
    slots : int
        Samples in flight.
    """

    def __init__(
        self,
        network: Network,
        edges: Edges,
        weights: NDArray[np.int64],
        biases: NDArray[np.int64],
        slots: int,
    ) -> None:
        self.shape = shape = edges.shape
        fmt, dtype = network.format, exact_dtype(network)
        self.dtype = dtype
        self.min_raw, self.max_raw = fmt.min_raw, fmt.max_raw
        self.width, self.fraction = fmt.width, fmt.fraction
        grid = (shape.right, shape.in_degree)
        self.stored_weights: Integers = weights.astype(dtype).reshape(grid)
        """The weights as stored: dtype raw (N_i, d_in); row r holds right neuron r's edges."""
        self.stored_biases: Integers = biases.astype(dtype)
        """The biases as stored: dtype raw (N_i,)."""
        self._extra = np.array(fmt.extra_bits, dtype)
        self.weights = self.stored_weights >> self._extra if fmt.extra_bits else self.stored_weights
        """The weights now as products take them, without the extra bits: the same shape."""
        self.biases = self.stored_biases >> self._extra if fmt.extra_bits else self.stored_biases
        """The biases now as sums take them: the same shape."""
        self.left, self.leaving = edges.left, edges.leaving
        function, low_bits = (
            network.activation_of(shape.index),
            network.activation_shift(shape.index),
        )
        activations, derivatives = function.tables(fmt, low_bits)
        self.activation_table = activations.astype(dtype)
        self.derivative_table = derivatives
        self.gathered = [np.empty(grid, dtype) for _ in range(slots)]
        """Left activation a_{i-1} of every edge, per slot: dtype raw (N_i, d_in)."""
        self.activation = [np.empty(shape.right, dtype) for _ in range(slots)]
        """a_i per slot: dtype raw (N_i,)."""
        self.derivative = [np.empty(shape.right, np.int64) for _ in range(slots)]
        """h'_i per slot: int64 raw (N_i,)."""
        self.delta = [np.empty(shape.right, dtype) for _ in range(slots)]
        """delta_i per slot: dtype raw (N_i,)."""
        self.saturated_ff = self.saturated_bp = self.saturated_up = 0
        self._gathered_flat = [array.reshape(-1) for array in self.gathered]
        self._delta_column = [array.reshape(-1, 1) for array in self.delta]
        self._initial = _half(self.fraction) - (fmt.min_raw << self.fraction)
        self._product = np.empty(grid, dtype)
        self._product_flat = self._product.reshape(-1)
        self._index = np.empty(shape.right, dtype)
        self._bias_change = np.empty(shape.right, dtype)
        self._left_product = np.empty((shape.left, shape.out_degree), dtype)
        self._left_sum = np.empty(shape.left, np.int64)
        # 0-d arrays: NumPy takes them as operands faster than Python integers.
        self._fraction = np.array(self.fraction, dtype)
        self._minimum = np.array(fmt.min_raw, dtype)
        back_shift = 2 * self.fraction
        self._back_initial = np.array(_half(back_shift) - (fmt.min_raw << back_shift), np.int64)
        self._back_shift = np.array(back_shift, np.int64)
        self._left_flag = _Overflow(fmt.width, self._left_sum)
        self._index_flag = _Overflow(fmt.width, self._index)
        self._stored_minimum = np.array(fmt.stored_min_raw, dtype)
        self._stored_limits = fmt.stored_min_raw, fmt.stored_max_raw
        self._weight_flag = _Overflow(fmt.stored_width, self._product)
        self._bias_flag = _Overflow(fmt.stored_width, self._bias_change)
        left_maximum = network.activation_maximum(shape.index - 1)
        self._random_bits = network.update.random_bits
        self.noise = RoundingNoise(shape, network.update) if self._random_bits else None
        """Generator of the updates' random bits, if they have any."""
        self._weight_shift_limit = vanishing_shift(left_maximum * -fmt.min_raw, self._random_bits)
        self._bias_shift_limit = vanishing_shift(vanishing_bias(network), self._random_bits)
        self._shifts: dict[int, tuple[Integers, ...]] = {}

    def feedforward(self, slot: int, activations: Integers) -> None:
        """Compute a_i and h'_i of a sample from its a_{i-1}: dtype raw (N_{i-1},), contiguous."""
        # mode="clip" never clips a left neuron; the default mode would buffer `out`.
        activations.take(self.left, out=self._gathered_flat[slot], mode="clip")
        np.multiply(self.weights, self.gathered[slot], out=self._product)
        index = self._index
        np.add.reduce(self._product, axis=1, dtype=self.dtype, out=index, initial=self._initial)
        np.right_shift(index, self._fraction, out=index)
        np.add(index, self.biases, out=index)
        self.saturated_ff += self._index_flag.count()
        self.activation_table.take(index, out=self.activation[slot], mode="clip")
        self.derivative_table.take(index, out=self.derivative[slot], mode="clip")

    def feedforward_batch(self, activations: Integers) -> Integers:
        """Compute a_i of n samples from a_{i-1}: dtype raw (n, N_{i-1}) to (n, N_i)."""
        products = activations.take(self.left, axis=1) * self.weights.reshape(-1)
        sums = np.add.reduce(
            products.reshape(-1, *self.weights.shape),
            axis=2,
            dtype=self.dtype,
            initial=self._initial,
        )
        index = (sums >> self.fraction) + self.biases
        self.saturated_ff += _Overflow(self.width, index).count()
        activations = self.activation_table.take(index, mode="clip")
        return activations

    def backpropagate(self, slot: int, left: GoldenJunction) -> None:
        """Compute delta_{i-1} of a sample from delta_i, for junction i - 1 on the `left`."""
        np.multiply(self.weights, self._delta_column[slot], out=self._product)
        self._product_flat.take(self.leaving, out=self._left_product, mode="clip")
        error = self._left_sum
        np.add.reduce(self._left_product, axis=1, dtype=np.int64, out=error)
        np.multiply(error, left.derivative[slot], out=error)
        np.add(error, self._back_initial, out=error)
        np.right_shift(error, self._back_shift, out=error)
        saturated = self._left_flag.count()
        if saturated:
            left.saturated_bp += saturated
            np.clip(error, 0, self.max_raw - self.min_raw, out=error)
        np.add(error, self._minimum, out=left.delta[slot], casting="same_kind")

    def update(self, slot: int, rate_exponent: int) -> None:
        """Update weights and biases with a sample's a_{i-1} and delta_i at rate 2**-k."""
        if rate_exponent not in self._shifts:
            self._shifts[rate_exponent] = self._shifts_for(rate_exponent)
        weight_half, weight_shift, bias_half, bias_shift = self._shifts[rate_exponent]
        if self.noise is not None:
            edges, neurons = self.noise.draw()
            weight_half = self._random_parts(edges.reshape(self.weights.shape), weight_shift)
            bias_half = self._random_parts(neurons, bias_shift)
        change = self._product
        np.multiply(self.gathered[slot], self._delta_column[slot], out=change)
        np.add(change, weight_half, out=change)
        np.right_shift(change, weight_shift, out=change)
        self._subtract(self.stored_weights, change, self._weight_flag)
        np.left_shift(self.delta[slot], self._extra, out=self._bias_change)
        np.add(self._bias_change, bias_half, out=self._bias_change)
        np.right_shift(self._bias_change, bias_shift, out=self._bias_change)
        self._subtract(self.stored_biases, self._bias_change, self._bias_flag)
        if self.weights is not self.stored_weights:
            np.right_shift(self.stored_weights, self._extra, out=self.weights)
            np.right_shift(self.stored_biases, self._extra, out=self.biases)

    def _random_parts(self, numbers: NDArray[np.int64], shift: Integers) -> Integers:
        """What rounding by `shift` adds: floor((2 r + 1) 2**(shift - R - 1)) for each number r."""
        places = int(shift) - self._random_bits - 1
        centred = 2 * numbers + 1
        parts = centred << places if places >= 0 else centred >> -places
        return parts.astype(self.dtype)

    def _subtract(self, stored: Integers, change: Integers, overflow: _Overflow) -> None:
        """Take `change` from `stored` and saturate; `change`, which `overflow` watches, is lost."""
        np.subtract(stored, change, out=stored)
        np.subtract(stored, self._stored_minimum, out=change)
        saturated = overflow.count()
        if saturated:
            self.saturated_up += saturated
            np.clip(stored, *self._stored_limits, out=stored)

    def _shifts_for(self, rate_exponent: int) -> tuple[Integers, ...]:
        extra = int(self._extra)
        weight = min(self.fraction - extra + rate_exponent, self._weight_shift_limit)
        bias = min(rate_exponent, self._bias_shift_limit)
        values = (_half(weight), weight, _half(bias), bias)
        return tuple(np.array(value, self.dtype) for value in values)


class _Overflow:
    """Counts the entries of an array of indices r - min_raw whose raw r does not fit the format."""

    def __init__(self, width: int, indices: Integers) -> None:
        self._unsigned = indices.view(np.uint32 if indices.dtype == np.int32 else np.uint64)
        self._largest = np.array((1 << width) - 1, self._unsigned.dtype)
        self._flags = np.empty(indices.shape, np.bool_)

    def count(self) -> int:
        np.greater(self._unsigned, self._largest, out=self._flags)
        return int(np.count_nonzero(self._flags))


def _half(bits: int) -> int:
    """What rnd adds before its shift."""
    return 1 << (bits - 1) if bits else 0


def vanishing_shift(bound: int, random_bits: int) -> int:
    """The least n with 2**(n-1-R) > bound: any x with |x| <= bound is rounded to 0 by n places."""
    return bound.bit_length() + 1 + random_bits


def vanishing_bias(network: Network) -> int:
    """The largest magnitude of a delta with the extra bits of a stored bias."""
    return -network.format.min_raw << network.format.extra_bits
