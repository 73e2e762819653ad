"""From nanoseconds in a datasheet to clocks of the logic: the one place that rounds.

What passes between a register in the logic and one in a memory takes time in pads and on the board
too. `Pads` has it, and `capture` says at which edge of the clock what a memory answers is there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["ECP5_PADS", "XC7_PADS", "Capture", "Clocks", "Pads", "exact"]

_NANOSECONDS = 10**9


def exact(ns: float) -> Fraction:
    """A datasheet's decimal number as it is written there."""
    return Fraction(str(ns))


@dataclass(frozen=True, kw_only=True)
class Pads:
    """Nanoseconds from the clock's edge at an output register to the memory's pin, and from its pin
    into an input register, set-up included: there and back together.

    The clock's own way counts for both registers and so drops out.
    """

    least: float
    """Shortest way; what is new can disturb what is read no earlier."""
    most: float
    """Longest way; what is read is there no later."""

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most:
            raise ValueError(f"pads must have 0 <= least <= most, not {self.least}, {self.most}")


ECP5_PADS = Pads(least=2.0, most=5.5)
"""Registers in the pads of an ECP5, LVCMOS33 with fast edges, and 5 cm of board: an estimate from
Lattice's FPGA-DS-02012, which has no shortest times. No board was measured."""
XC7_PADS = Pads(least=2.5, most=8.5)
"""Registers in the pads of an Artix-7, grade 1, LVCMOS33 with fast edges (Xilinx DS181: 3.1 ns out,
1.4 ns in), and 5 cm of board; up to 3 ns more where open tools put the register beside the pad. An
estimate: no board was measured."""


@dataclass(frozen=True, kw_only=True)
class Capture:
    """When an answer is looked at."""

    half_clocks: int
    """Halves of a clock from the edge that sent the question; odd ones end at a falling edge."""

    @property
    def falling(self) -> bool:
        """Whether a falling edge takes it."""
        return self.half_clocks % 2 == 1

    @property
    def clocks(self) -> int:
        """Clocks from the question's edge to the first rising edge at which the logic has it."""
        return -(-self.half_clocks // 2)


@dataclass(frozen=True, kw_only=True)
class Clocks:
    """A clock, which turns times into numbers of its periods."""

    clock_hz: int
    """Frequency."""

    @property
    def period_ns(self) -> Fraction:
        """One clock in nanoseconds."""
        return Fraction(_NANOSECONDS, self.clock_hz)

    def at_least(self, ns: float) -> int:
        """Clocks that last no less than so many nanoseconds, 1 at least."""
        return max(math.ceil(exact(ns) / self.period_ns), 1)

    def at_most(self, name: str, ns: float) -> int:
        """Clocks that last no more than so many nanoseconds.

        Raises
        ------
        ValueError
            Not one does.
        """
        clocks = math.floor(exact(ns) / self.period_ns)
        if clocks < 1:
            raise ValueError(
                f"clock of a memory with {name} of at most {ns:g} ns must be at least "
                f"{1000 / ns:.4g} MHz, not {self._mhz:g}"
            )
        return clocks

    def no_shorter(self, name: str, ns: float) -> None:
        """Refuse a period shorter than a memory's shortest, `name`.

        Raises
        ------
        ValueError
            It is shorter; the message names the fastest clock.
        """
        if self.period_ns < exact(ns):
            raise ValueError(
                f"clock of a memory with {name} of {ns:g} ns must be at most {1000 / ns:.4g} MHz, "
                f"not {self._mhz:g}"
            )

    def captures(self, first: Fraction, last: Fraction) -> list[Capture]:
        """Every edge from one time to another, in nanoseconds from the edge of the question."""
        half = self.period_ns / 2
        edges = range(max(math.ceil(first / half), 1), math.floor(last / half) + 1)
        return [Capture(half_clocks=edge) for edge in edges]

    def capture(self, name: str, first: Fraction, last: Fraction) -> Capture:
        """The edge that is farthest from both ends of the time in which an answer is there.

        Parameters
        ----------
        name
            What is read, for the message.
        first, last
            Nanoseconds from the edge that sent the question.

        Raises
        ------
        ValueError
            No edge is inside.
        """
        half = self.period_ns / 2
        found = self.captures(first, last)
        if not found:
            before = math.floor(first / half)
            raise ValueError(
                f"clock must have an edge while {name} is there, {float(first):.4g} to "
                f"{float(last):.4g} ns after the question, not one of {self._mhz:g} MHz, with "
                f"edges at {float(before * half):.4g} and {float((before + 1) * half):.4g} ns; "
                "take a lower clock"
            )
        return min(found, key=lambda edge: abs(edge.half_clocks * half - (first + last) / 2))

    @property
    def _mhz(self) -> float:
        return self.clock_hz / 1e6
