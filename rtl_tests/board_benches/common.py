"""What the benches share: the start of every test, and clocks that go by."""

from __future__ import annotations

import random
from collections.abc import Mapping

from cocotb.clock import Clock
from cocotb.handle import HierarchyObject
from cocotb.triggers import ClockCycles, FallingEdge

__all__ = ["CLOCK_HZ", "DISPLAY_HZ", "begin", "clocks"]

CLOCK_HZ = 50_000_000
CLOCK_NS = 20
DISPLAY_HZ = 64_000
"""Clock that display and lamps are built for, so slow that a digit's turn takes eight clocks."""


async def begin(dut: HierarchyObject, idle: Mapping[str, int]) -> random.Random:
    """Start the clock, reset all parts, and return what a test draws from.

    `idle` has the inputs of the part under test as they are while nothing happens.
    """
    Clock(dut.clk, CLOCK_NS, "ns", impl="gpi").start()
    for name, level in idle.items():
        getattr(dut, name).value = level
    dut.rst.value = 1
    await ClockCycles(dut.clk, 3)
    dut.rst.value = 0
    await FallingEdge(dut.clk)
    return random.Random(1)


async def clocks(dut: HierarchyObject, count: int = 1) -> None:
    """Let clocks go by, from falling edge to falling edge."""
    for _ in range(count):
        await FallingEdge(dut.clk)
