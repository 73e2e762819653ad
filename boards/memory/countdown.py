"""A counter that waits for so many clocks, with its end in a register."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module, Signal

__all__ = ["countdown", "start"]


def countdown(m: Module, name: str, clocks: int) -> tuple[Signal, Signal]:
    """Add a counter that stops at 0, and whether it is over; it begins with so many clocks.

    It can count as many clocks again, and fewer: see `start`.
    """
    left = Signal(range(max(clocks, 3)), init=clocks - 1, name=f"{name}_left")
    over = Signal(name=f"{name}_over")
    with m.If(left != 0):
        m.d.sync += left.eq(left - 1)
    m.d.sync += over.eq(left <= 1)
    return left, over


def start(left: Signal, over: Signal, clocks: int) -> list[Any]:
    """What lets a countdown be over so many clocks from now, after it in the module's text."""
    return [left.eq(clocks - 1), over.eq(clocks == 1)]
