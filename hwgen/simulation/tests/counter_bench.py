"""Cocotb tests for test_process.py, on the counter that it builds."""

from __future__ import annotations

import os
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject
from cocotb.triggers import ClockCycles


@cocotb.test()
async def count(dut: HierarchyObject) -> None:
    """Let the counter run; leave what it counted, or fail, as the plusargs want."""
    assert "COCOTB_TEST_FILTER" not in os.environ
    Clock(dut.clk, 2, "step").start()
    await ClockCycles(dut.clk, 10)
    Path("counted").write_text(str(int(dut.inner.value)))
    if "wait" in cocotb.plusargs:
        while True:
            Path("progress").write_text(str(int(dut.inner.value)))
            await ClockCycles(dut.clk, 1000)
    assert "fail" not in cocotb.plusargs, "the counter was told to fail"
