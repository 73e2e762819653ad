"""Bench of the lamps: state, traffic and the bar of accuracy."""

from __future__ import annotations

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.triggers import FallingEdge

from rtl_tests.board_benches.common import DISPLAY_HZ, begin, clocks

__all__ = ["LEDS", "TESTS"]

LEDS = 12
IDLE = {"lamps__traffic": 0}


@cocotb.test()
async def lamps_show_state_traffic_and_accuracy(dut: HierarchyObject) -> None:
    await begin(dut, IDLE)
    for state in range(8):
        for k, name in enumerate(("running", "paused", "busy")):
            getattr(dut, f"lamps__{name}").value = state >> k & 1
        for per_mille in (0, 124, 125, 500, 999, 1000):
            dut.lamps__per_mille.value = per_mille
            await clocks(dut, 2)
            bar = 2 ** (8 * per_mille // 1000) - 1
            assert int(dut.lamps__leds.value) == state | bar << 4
    dut.lamps__traffic.value = 1
    await FallingEdge(dut.clk)
    dut.lamps__traffic.value = 0
    await FallingEdge(dut.clk)
    assert int(dut.lamps__leds.value) & 8
    await clocks(dut, DISPLAY_HZ // 20 + 2)
    assert not int(dut.lamps__leds.value) & 8


TESTS = ("lamps_show_state_traffic_and_accuracy",)
