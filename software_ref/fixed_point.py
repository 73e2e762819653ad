"""The (sign, integer, fraction) fixed-point format that every stored quantity uses."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from software_ref.console.errors import Mistakes
from software_ref.key_metadata import legal

__all__ = ["FixedFormat", "rounding_shift"]

MIN_WIDTH, MAX_WIDTH = 6, 18
MAX_STORED_WIDTH = 32
_BITS = f"1 + i + f is {MIN_WIDTH} to {MAX_WIDTH} bits"


@dataclass(frozen=True, kw_only=True)
class FixedFormat:
    """A two's-complement format: one sign bit, `integer` and `fraction` bits.

    A raw integer r stands for the value r / 2**fraction (docs/numerics.md, "Format"). Weights and
    biases may be stored with more fraction bits than everything else has: small updates add up in
    those, and products take the upper bits alone. Activations may have fewer ("Options of the
    format").
    """

    integer: int = field(default=3, metadata=legal(f"at least 1; {_BITS}"))
    """Integer bits i: an input and a one-hot label of 1.0 must be representable."""
    fraction: int = field(default=8, metadata=legal(f"at least 2; {_BITS}"))
    """Fraction bits f: the sigmoid's derivative is at most 1/4."""
    stored_fraction: int | None = field(
        default=None,
        metadata=legal(f"f to 2 f, and at most {MAX_STORED_WIDTH} bits", usual="f"),
    )
    """Fraction bits of stored weights and biases."""
    activation_fraction: int | None = field(default=None, metadata=legal("1 to f", usual="f"))
    """Fraction bits of inputs and hidden activations."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        for name in ("integer", "fraction", "stored_fraction", "activation_fraction"):
            value = getattr(self, name)
            if name.endswith("_fraction") and value is None:
                continue
            with mistakes.noted():
                if not isinstance(value, int) or isinstance(value, bool):
                    raise TypeError(f"format {name} must be an integer, not {value!r}")
        mistakes.raise_any()
        for check in (self._check_integer, self._check_fraction):
            with mistakes.noted():
                check()
        mistakes.raise_any()
        for check in (self._check_width, self._check_stored, self._check_activations):
            with mistakes.noted():
                check()
        mistakes.raise_any()

    def _check_integer(self) -> None:
        if self.integer < 1:
            raise ValueError(
                f"format integer must be at least 1, not {self.integer}: an input of 1.0 must fit"
            )

    def _check_fraction(self) -> None:
        if self.fraction < 2:
            raise ValueError(
                f"format fraction must be at least 2, not {self.fraction}: "
                "the sigmoid's derivative is at most 1/4"
            )

    def _check_width(self) -> None:
        if not MIN_WIDTH <= self.width <= MAX_WIDTH:
            raise ValueError(
                f"format width 1 + {self.integer} + {self.fraction} = {self.width} must be "
                f"{MIN_WIDTH} to {MAX_WIDTH} bits"
            )

    def _check_stored(self) -> None:
        stored = self.stored_fraction
        if stored is None:
            return
        largest = min(2 * self.fraction, MAX_STORED_WIDTH - 1 - self.integer)
        if not self.fraction <= stored <= largest:
            raise ValueError(
                f"format stored_fraction must be {self.fraction} to {largest}, not {stored}: "
                f"at least fraction, at most twice fraction and {MAX_STORED_WIDTH} bits in all"
            )
        if stored == self.fraction:
            object.__setattr__(self, "stored_fraction", None)

    def _check_activations(self) -> None:
        kept = self.activation_fraction
        if kept is None:
            return
        if not 1 <= kept <= self.fraction:
            raise ValueError(
                f"format activation_fraction must be 1 to fraction, {self.fraction}, not {kept}"
            )
        if kept == self.fraction:
            object.__setattr__(self, "activation_fraction", None)

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

    @property
    def extra_bits(self) -> int:
        """Fraction bits E that stored weights and biases have beyond f."""
        return 0 if self.stored_fraction is None else self.stored_fraction - self.fraction

    @property
    def activation_shift(self) -> int:
        """Low bits of inputs and hidden activations that are always 0."""
        kept = self.activation_fraction
        return 0 if kept is None else self.fraction - kept

    @property
    def stored_width(self) -> int:
        """Bits B + E of a stored weight or bias."""
        return self.width + self.extra_bits

    @property
    def stored_min_raw(self) -> int:
        """The smallest raw integer of a stored weight or bias."""
        return self.min_raw << self.extra_bits

    @property
    def stored_max_raw(self) -> int:
        """The largest raw integer of a stored weight or bias."""
        return -self.stored_min_raw - 1

    def saturate(self, raw: ArrayLike) -> NDArray[np.int64]:
        """Clip integers of any size to the format: int64, same shape."""
        return np.clip(np.asarray(raw, dtype=np.int64), self.min_raw, self.max_raw)

    def quantise(self, value: ArrayLike) -> NDArray[np.int64]:
        """Quantise real values: sat(floor(v 2**f + 1/2)) in float64, as int64 raw, same shape."""
        scaled = np.floor(np.asarray(value, dtype=np.float64) * self.one + 0.5)
        return np.clip(scaled, self.min_raw, self.max_raw).astype(np.int64)

    def quantise_stored(self, value: ArrayLike) -> NDArray[np.int64]:
        """The same for weights and biases as they are stored."""
        scaled = np.floor(np.ldexp(np.asarray(value, np.float64), self._stored_places) + 0.5)
        return np.clip(scaled, self.stored_min_raw, self.stored_max_raw).astype(np.int64)

    @property
    def _stored_places(self) -> int:
        return self.fraction + self.extra_bits

    def __str__(self) -> str:
        text = f"(1,{self.integer},{self.fraction})"
        if self.extra_bits:
            text += f", stored (1,{self.integer},{self._stored_places})"
        if self.activation_shift:
            text += f", activations of {self.activation_fraction} fraction bits"
        return text


def rounding_shift(raw: ArrayLike, bits: int) -> NDArray[np.int64]:
    """rnd(x, n) of docs/numerics.md: floor((x + 2**(n-1)) / 2**n) for n > 0, x for n = 0; int64."""
    raw = np.asarray(raw, dtype=np.int64)
    return raw if bits == 0 else (raw + (1 << (bits - 1))) >> bits
