"""Activation functions: the sigmoid's tables and the capped ReLU, over raw integers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from software_ref.console.errors import Mistakes
from software_ref.fixed_point import FixedFormat

__all__ = ["Activation", "hidden_sigmoid_table", "sigmoid_derivative_table", "sigmoid_table"]


@dataclass(frozen=True, kw_only=True)
class Activation:
    """The activation of the hidden layers; the output layer is always a sigmoid."""

    hidden: str = "sigmoid"
    """"sigmoid" or "relu"."""
    relu_cap: float | None = None
    """Largest value a ReLU gives; None stands for the format's largest value."""

    def __post_init__(self) -> None:
        mistakes = Mistakes()
        with mistakes.noted():
            if self.hidden not in ("sigmoid", "relu"):
                raise ValueError(
                    f'activation hidden must be "sigmoid" or "relu", not {self.hidden!r}'
                )
        with mistakes.noted():
            self._check_cap()
        mistakes.raise_any()

    def _check_cap(self) -> None:
        if self.relu_cap is None:
            return
        if not isinstance(self.relu_cap, int | float) or isinstance(self.relu_cap, bool):
            raise TypeError(f"activation relu_cap must be a number, not {self.relu_cap!r}")
        if self.hidden == "sigmoid":
            raise ValueError('activation relu_cap needs hidden = "relu"')
        if not 0 < self.relu_cap < float("inf"):
            raise ValueError(f"activation relu_cap must be above 0 and finite, not {self.relu_cap}")

    def check_format(self, fmt: FixedFormat) -> None:
        """Raise ValueError where the cap is no positive raw integer of the format."""
        if self.relu_cap is None:
            return
        raw = int(np.floor(self.relu_cap * fmt.one + 0.5))
        least = 1 << fmt.activation_shift
        if not least <= raw <= fmt.max_raw:
            raise ValueError(
                f"activation relu_cap must be {least / fmt.one} to {fmt.max_raw / fmt.one} in "
                f"format {fmt}, not {self.relu_cap}"
            )

    def cap_raw(self, fmt: FixedFormat) -> int:
        """The ReLU's cap as a raw integer."""
        if self.relu_cap is None:
            return fmt.max_raw
        return int(fmt.quantise(self.relu_cap))

    def maximum(self, fmt: FixedFormat) -> int:
        """The largest raw activation a hidden neuron can have."""
        if self.hidden == "sigmoid":
            return fmt.one
        return self.cap_raw(fmt) >> fmt.activation_shift << fmt.activation_shift

    def derivative_maximum(self, fmt: FixedFormat) -> int:
        """The largest raw derivative h' a hidden neuron can have."""
        if self.hidden == "relu":
            return fmt.one
        return int(sigmoid_derivative_table(fmt).max())


@cache
def sigmoid_table(fmt: FixedFormat) -> NDArray[np.int64]:
    """A[s] = quantise(sigma(s / 2**f)) for every raw s from min_raw up: int64 raw (2**B,)."""
    return _read_only(fmt.quantise(_sigma(fmt)))


@cache
def hidden_sigmoid_table(fmt: FixedFormat) -> NDArray[np.int64]:
    """The same for hidden layers, whose activations may have fewer fraction bits than f."""
    shift = fmt.activation_shift
    kept = np.floor(_sigma(fmt) * (fmt.one >> shift) + 0.5).astype(np.int64)
    return _read_only(kept << shift)


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
