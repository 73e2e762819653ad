"""What every kind of clocking has in common: the clock it makes, and how the nearest is found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeVar

from amaranth.hdl import Module, Signal

__all__ = ["MHZ", "TOLERANCE", "Clocking", "check_range", "clamped", "nearest"]

MHZ = 1_000_000
TOLERANCE = Fraction(1, 200)
"""How far a clock may be from the one asked for."""


class Clocking(ABC):
    """Settings that make a clock from an oscillator's."""

    @property
    @abstractmethod
    def clock_hz(self) -> Fraction:
        """The clock that they make."""

    @abstractmethod
    def add_to(self, m: Module, oscillator: Signal, locked: Signal) -> None:
        """Let a module's `sync` domain have the clock, and `locked` tell that it is steady."""


_C = TypeVar("_C", bound=Clocking)


def nearest(found: Iterable[_C], worth: Callable[[_C], tuple[object, ...]], clock_hz: int) -> _C:
    """The settings that are worth the least number.

    Raises
    ------
    ValueError
        Their clock is not within TOLERANCE of the one asked for; the message names it.
    """
    best: _C = min(found, key=worth)
    if abs(best.clock_hz - clock_hz) > TOLERANCE * clock_hz:
        raise ValueError(
            f"clock must be within {float(100 * TOLERANCE):g} % of one that the board can make, "
            f"not {clock_hz / MHZ:g} MHz; the nearest is {float(best.clock_hz) / MHZ:.9g} MHz"
        )
    return best


def clamped(value: int, least: int, most: int) -> int:
    """The integer nearest to a value that is within limits."""
    return int(min(max(value, least), most))


def check_range(
    name: str, value: Fraction | int, least: Fraction | int, most: Fraction | int
) -> None:
    """Refuse what is out of range."""
    if not least <= value <= most:
        raise ValueError(f"{name} must be from {float(least):g} to {float(most):g}, not {value}")
