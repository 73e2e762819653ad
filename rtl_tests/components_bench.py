"""The cocotb bench of test_components: plays tables into a top module, and compares what it shows.

Works on two files in its folder: `trials.json` has the tables of every trial, `mismatches.json`
lists what differed in it. A table has each clock's values of a port as one hexadecimal number of
the port's bits; an output has two, what it must be and which bits of that matter.
"""

from __future__ import annotations

import json
from pathlib import Path

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.triggers import Timer

__all__ = ["MISMATCHES", "TRIALS"]

TRIALS = "trials.json"
MISMATCHES = "mismatches.json"
MOST = 5
"""Mismatches to report of one trial."""


@cocotb.test()
async def play_all(dut: HierarchyObject) -> None:
    """Play all trials at once, from reset values on."""
    trials = json.loads(Path(TRIALS).read_text())
    inputs, outputs = [], []
    for trial, tables in trials.items():
        for name, words in tables["inputs"].items():
            inputs.append((getattr(dut, f"{trial}__{name}"), [int(word, 16) for word in words]))
        for name, pairs in tables["expected"].items():
            wanted = [(int(word, 16), int(mask, 16)) for word, mask in pairs]
            outputs.append((trial, name, getattr(dut, f"{trial}__{name}"), wanted))
    mismatches: dict[str, list[str]] = {trial: [] for trial in trials}
    compared = dict.fromkeys(trials, 0)
    dut.rst.value = 0
    dut.clk.value = 0
    for clock in range(max(len(words) for _, words in inputs)):
        for port, words in inputs:
            if clock < len(words) and (clock == 0 or words[clock] != words[clock - 1]):
                port.value = words[clock]
        await Timer(1, "step")
        for trial, name, port, wanted in outputs:
            if clock >= len(wanted) or not wanted[clock][1]:
                continue
            word, mask = wanted[clock]
            shown = int(str(port.value), 2)
            compared[trial] += 1
            if (shown ^ word) & mask and len(mismatches[trial]) < MOST:
                mismatches[trial].append(f"{name} in clock {clock}: {shown:x}, not {word:x}")
        dut.clk.value = 1
        await Timer(1, "step")
        dut.clk.value = 0
    for trial, count in compared.items():
        assert count > 0, f"nothing compared in {trial}"
    Path(MISMATCHES).write_text(json.dumps(mismatches))
