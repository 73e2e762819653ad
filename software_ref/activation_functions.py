"""Activation functions: what each answers to the plan, the trainers and the generator, by name.

A new one is a class here (or anywhere that adds it to `ACTIVATIONS`) and a unit of that name in
`hwgen.units.activation`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from math import ceil, log, log2
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from software_ref.fixed_point import FixedFormat

__all__ = [
    "ACTIVATIONS",
    "NEGLIGIBLE",
    "OUTPUT",
    "ActivationFunction",
    "Relu",
    "Sigmoid",
    "sigmoid_derivative_table",
    "sigmoid_table",
]

Floats: TypeAlias = NDArray[np.floating]
Tables: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int64]]

TABLE_READ = 2
"""Clocks of a table in hardware: a block RAM and its output register."""
NEGLIGIBLE = 1e-20
"""Values below it are taken for 0. They change no sum, but the subnormal numbers that they lead to
make matrix products up to a hundred times slower."""


class ActivationFunction(ABC):
    """The function a = h(s) of a layer's neurons, over raw integers and in floating point."""

    name: ClassVar[str]
    """Its name in `[activation] hidden`, of its hardware unit and of its table."""
    tabulated: ClassVar[bool] = True
    """Whether the hardware looks a and h' up in a table over all s."""
    signed: ClassVar[bool] = False
    """Whether a may be negative; no unit takes such activations yet."""
    gates: ClassVar[bool] = False
    """Whether h' is 0 or 1.0 only: it is then stored as one flag, and gates the error."""
    exact_zero: ClassVar[bool] = False
    """Whether an a or h' of 0 is the function's own, and frequent, not a small value rounded."""
    takes_cap: ClassVar[bool] = False
    """Whether `[activation] relu_cap` is for it, as the argument `cap`."""

    @property
    def latency(self) -> int:
        """Clocks from s to a and h' in hardware."""
        return TABLE_READ if self.tabulated else 1

    def check_format(self, fmt: FixedFormat) -> None:
        """Raise ValueError where the format cannot hold what the function gives."""
        if self.signed:
            raise ValueError(f"activation {self.name} must not be signed: lanes take a of 0 and up")

    @abstractmethod
    def maximum(self, fmt: FixedFormat) -> int:
        """The largest raw activation of a hidden layer."""

    @abstractmethod
    def derivative_maximum(self, fmt: FixedFormat) -> int:
        """The largest raw derivative h'."""

    def derivative_width(self, fmt: FixedFormat) -> int:
        """Bits in which h' is stored, unsigned."""
        return 1 if self.gates else self.derivative_maximum(fmt).bit_length()

    @abstractmethod
    def tables(self, fmt: FixedFormat, low_bits: int) -> Tables:
        """A[s] and A'[s] for every raw s from min_raw up: int64 raw (2**B,) each.

        The `low_bits` lowest bits of every A[s] are 0.
        """

    def cap_raw(self, fmt: FixedFormat) -> int | None:
        """The raw c of a function that is s clipped to 0..c, with h' = 1 inside; else None."""
        return None

    def flat_from(self, fraction: int) -> int | None:
        """The least i so that a is constant for s <= -2**i and for s >= 2**i; None: nowhere."""
        return None

    @abstractmethod
    def value(self, sums: Floats) -> Floats:
        """h(s) of sums of any shape."""

    @abstractmethod
    def derivative(self, sums: Floats, values: Floats) -> Floats:
        """h'(s) where s and h(s) are at hand."""

    def apply(self, sums: Floats) -> None:
        """Put h(s) in the place of s, for minibatches."""
        sums[...] = self.value(sums)

    @abstractmethod
    def derivative_of(self, values: Floats) -> Floats | NDArray[np.bool_]:
        """h' where only h(s) is at hand, for minibatches; a cap is left out of account."""

    def initial_variance(self, in_degree: float, out_degree: float) -> float:
        """Variance of initial weights before it: that of Glorot."""
        return 2 / (in_degree + out_degree)


@dataclass(frozen=True)
class Sigmoid(ActivationFunction):
    """The logistic function, which the output layer always has."""

    name = "sigmoid"

    def maximum(self, fmt: FixedFormat) -> int:
        return fmt.one

    def derivative_maximum(self, fmt: FixedFormat) -> int:
        return int(sigmoid_derivative_table(fmt).max())

    def tables(self, fmt: FixedFormat, low_bits: int) -> Tables:
        return sigmoid_table(fmt, low_bits), sigmoid_derivative_table(fmt)

    def flat_from(self, fraction: int) -> int:
        # sigma(-s) 2**f < 1/2, where quantising gives 0, is s > ln(2**(f + 1) - 1).
        return ceil(log2(log((2 << fraction) - 1)))

    def value(self, sums: Floats) -> Floats:
        values: Floats = 1 / (1 + np.exp(-sums))
        return values

    def derivative(self, sums: Floats, values: Floats) -> Floats:
        return values * (1 - values)

    def apply(self, sums: Floats) -> None:
        expit(sums, out=sums)
        sums[sums < NEGLIGIBLE] = 0

    def derivative_of(self, values: Floats) -> Floats:
        return values * (1 - values)


@dataclass(frozen=True)
class Relu(ActivationFunction):
    """s where it is positive, up to a cap; else 0."""

    cap: float | None = None
    """Largest value; None stands for the format's, and for none in floating point."""

    name = "relu"
    tabulated = False
    gates = True
    exact_zero = True
    takes_cap = True

    def check_format(self, fmt: FixedFormat) -> None:
        super().check_format(fmt)
        if self.cap is None:
            return
        raw = int(np.floor(self.cap * fmt.one + 0.5))
        least = 1 << fmt.activation_shift
        if not least <= raw <= fmt.max_raw:
            raise ValueError(
                f"activation relu_cap must be {least / fmt.one} to {fmt.max_raw / fmt.one} in "
                f"format {fmt}, not {self.cap}"
            )

    def cap_raw(self, fmt: FixedFormat) -> int:
        return fmt.max_raw if self.cap is None else int(fmt.quantise(self.cap))

    def maximum(self, fmt: FixedFormat) -> int:
        return self.cap_raw(fmt) >> fmt.activation_shift << fmt.activation_shift

    def derivative_maximum(self, fmt: FixedFormat) -> int:
        return fmt.one

    def tables(self, fmt: FixedFormat, low_bits: int) -> Tables:
        s = np.arange(fmt.min_raw, fmt.max_raw + 1, dtype=np.int64)
        cap = self.cap_raw(fmt)
        values = np.clip(s, 0, cap) >> low_bits << low_bits
        return values, np.where((s > 0) & (s <= cap), fmt.one, 0)

    def value(self, sums: Floats) -> Floats:
        cap = np.inf if self.cap is None else self.cap
        values: Floats = np.minimum(np.maximum(sums, 0), sums.dtype.type(cap))
        return values

    def derivative(self, sums: Floats, values: Floats) -> Floats:
        cap = sums.dtype.type(np.inf if self.cap is None else self.cap)
        inside: Floats = ((sums > 0) & (sums <= cap)).astype(sums.dtype)
        return inside

    def apply(self, sums: Floats) -> None:
        np.maximum(sums, 0, out=sums)

    def derivative_of(self, values: Floats) -> NDArray[np.bool_]:
        positive: NDArray[np.bool_] = values > 0
        return positive

    def initial_variance(self, in_degree: float, out_degree: float) -> float:
        """That of He: half of the neurons are silent."""
        return 2 / in_degree


ACTIVATIONS: dict[str, type[ActivationFunction]] = {each.name: each for each in (Sigmoid, Relu)}
"""By name; `[activation] hidden` takes these."""

OUTPUT = Sigmoid()
"""The output layer's."""


@cache
def sigmoid_table(fmt: FixedFormat, low_bits: int = 0) -> NDArray[np.int64]:
    """A[s] = quantise(sigma(s / 2**f)) for every raw s from min_raw up: int64 raw (2**B,).

    Hidden layers' activations may have fewer fraction bits than f: `low_bits` fewer.
    """
    kept = np.floor(_sigma(fmt) * (fmt.one >> low_bits) + 0.5).astype(np.int64)
    return _read_only(kept << low_bits)


@cache
def sigmoid_derivative_table(fmt: FixedFormat) -> NDArray[np.int64]:
    """A'[s] = quantise(sigma (1 - sigma)) for every raw s from min_raw up: int64 raw (2**B,)."""
    sigma = _sigma(fmt)
    return _read_only(fmt.quantise(sigma * (1 - sigma)))


def _sigma(fmt: FixedFormat) -> NDArray[np.float64]:
    value = np.arange(fmt.min_raw, fmt.max_raw + 1) / fmt.one
    with np.errstate(over="ignore"):  # exp overflows to infinity, whose sigma is the right 0
        return 1 / (1 + np.exp(-value))


def _read_only(table: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tables are shared by all who ask for the format's."""
    table.setflags(write=False)
    return table
