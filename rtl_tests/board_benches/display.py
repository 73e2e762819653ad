"""Bench of the display: what a person reads from its digits."""

from __future__ import annotations

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.triggers import FallingEdge

from rtl_tests.board_benches.common import begin, clocks

__all__ = ["COUNT_BITS", "TESTS"]

COUNT_BITS = 10
IDLE = {"display__recorded": 0, "display__forget": 0}


SHOWN = {
    "abcdef": "0",
    "bc": "1",
    "abdeg": "2",
    "abcdg": "3",
    "bcfg": "4",
    "acdfg": "5",
    "acdefg": "6",
    "abc": "7",
    "abcdefg": "8",
    "abcdfg": "9",
    "": " ",
}


async def read_display(dut: HierarchyObject) -> str:
    """What a person reads, digit by digit, over a whole turn."""
    text = {}
    for _ in range(8 * 8 * 3):
        await FallingEdge(dut.clk)
        lit = int(dut.display__digits.value)
        assert lit.bit_count() == 1
        segments = int(dut.display__segments.value)
        letters = "".join(letter for k, letter in enumerate("abcdefg") if segments >> k & 1)
        text[lit.bit_length() - 1] = SHOWN[letters] + ("." if segments >> 7 else "")
    return "".join(text[place] for place in reversed(range(8)))


@cocotb.test()
async def display_shows_epoch_and_accuracy(dut: HierarchyObject) -> None:
    await begin(dut, IDLE)
    dut.display__epoch.value = 0
    assert await read_display(dut) == "   0  0.0"
    for epoch, right, whole, shown in (
        (7, 987, 1000, "   7 98.7"),
        (1234, 1000, 1000, "1234100.0"),
        (99999, 1, 3, "9999 33.3"),
        (10, 0, 0, "  10  0.0"),
        (305, 5, 999, " 305  0.5"),
    ):
        dut.display__epoch.value = epoch
        dut.display__right.value = right
        dut.display__whole.value = whole
        dut.display__recorded.value = 1
        await FallingEdge(dut.clk)
        dut.display__recorded.value = 0
        await clocks(dut, 200)
        assert await read_display(dut) == shown
    dut.display__forget.value = 1
    await FallingEdge(dut.clk)
    dut.display__forget.value = 0
    await clocks(dut, 200)
    assert await read_display(dut) == " 305  0.0"


TESTS = ("display_shows_epoch_and_accuracy",)
