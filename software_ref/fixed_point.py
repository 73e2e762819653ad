"""The (sign, integer, fraction) fixed-point format that every stored quantity uses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FixedFormat", "rounding_shift"]

MIN_WIDTH, MAX_WIDTH = 6, 18


@dataclass(frozen=True, kw_only=True)
class FixedFormat:
    """A two's-complement format: one sign bit, `integer` and `fraction` bits.

    A raw integer r stands for the value r / 2**fraction (DESIGN.md section 2).
    """

    integer: int = 3
    """Integer bits i, at least 1: an input and a one-hot label of 1.0 must be representable."""
    fraction: int = 8
    """Fraction bits f, at least 2: the sigmoid's derivative is at most 1/4."""

    def __post_init__(self) -> None:
        for name in ("integer", "fraction"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool):
                raise TypeError(f"format {name} must be an integer, not {value!r}")
        if self.integer < 1:
            raise ValueError(
                f"format integer must be at least 1, not {self.integer}: an input of 1.0 must fit"
            )
        if self.fraction < 2:
            raise ValueError(
                f"format fraction must be at least 2, not {self.fraction}: "
                "the sigmoid's derivative is at most 1/4"
            )
        if not MIN_WIDTH <= self.width <= MAX_WIDTH:
            raise ValueError(
                f"format width 1 + {self.integer} + {self.fraction} = {self.width} must be "
                f"{MIN_WIDTH} to {MAX_WIDTH} bits"
            )

    @property
    def width(self) -> int:
        """Bits B = 1 + i + f of a raw integer."""
        return 1 + self.integer + self.fraction

    @property
    def one(self) -> int:
        """The raw integer of the value 1.0."""
        return 1 << self.fraction

    @property
    def min_raw(self) -> int:
        """The smallest raw integer, -2**(B-1)."""
        return -(1 << (self.width - 1))

    @property
    def max_raw(self) -> int:
        """The largest raw integer, 2**(B-1) - 1."""
        return (1 << (self.width - 1)) - 1

    def saturate(self, raw: ArrayLike) -> NDArray[np.int64]:
        """Clip integers of any size to the format: int64, same shape."""
        return np.clip(np.asarray(raw, dtype=np.int64), self.min_raw, self.max_raw)

    def quantise(self, value: ArrayLike) -> NDArray[np.int64]:
        """Quantise real values: sat(floor(v 2**f + 1/2)) in float64, as int64 raw, same shape."""
        scaled = np.floor(np.asarray(value, dtype=np.float64) * self.one + 0.5)
        return np.clip(scaled, self.min_raw, self.max_raw).astype(np.int64)

    def __str__(self) -> str:
        return f"(1,{self.integer},{self.fraction})"


def rounding_shift(raw: ArrayLike, bits: int) -> NDArray[np.int64]:
    """DESIGN.md's rnd(x, n): floor((x + 2**(n-1)) / 2**n) for n > 0, x for n = 0; int64."""
    raw = np.asarray(raw, dtype=np.int64)
    return raw if bits == 0 else (raw + (1 << (bits - 1))) >> bits
