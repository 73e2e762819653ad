"""Bench of a button: one pulse a press, however it bounces."""

from __future__ import annotations

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.triggers import FallingEdge

from rtl_tests.board_benches.common import begin

__all__ = ["BOUNCE_CLOCKS", "TESTS"]

BOUNCE_CLOCKS = 5
IDLE = {"button__pin": 0}


@cocotb.test()
async def button_gives_one_pulse_for_a_bouncing_press(dut: HierarchyObject) -> None:
    rng = await begin(dut, IDLE)
    pulses = 0

    async def hold(level: int, count: int) -> None:
        nonlocal pulses
        dut.button__pin.value = level
        for _ in range(count):
            await FallingEdge(dut.clk)
            pulses += int(dut.button__pressed.value)

    for press in range(1, 20):
        for level in (1, 0) * 3:
            await hold(level, rng.randrange(1, BOUNCE_CLOCKS))
        assert pulses == press - 1
        await hold(1, 4 * BOUNCE_CLOCKS)
        assert pulses == press
        for level in (0, 1) * 3:
            await hold(level, rng.randrange(1, BOUNCE_CLOCKS))
        await hold(0, 4 * BOUNCE_CLOCKS)
        assert pulses == press


TESTS = ("button_gives_one_pulse_for_a_bouncing_press",)
