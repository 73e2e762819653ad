"""The cocotb bench of test_components: plays tables into a top module, and compares what it shows.

Works on two files in its folder: `trials.json`, as `tables_of` makes it, and `mismatches.json`,
which lists for every trial what differed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.triggers import Timer

__all__ = ["MISMATCHES", "TRIALS", "tables_of"]

TRIALS = "trials.json"
MISMATCHES = "mismatches.json"
MOST = 5
"""Mismatches to report of one trial."""


def tables_of(trial: Any) -> dict[str, Any]:
    """A trial's tables, each clock's values of a port as one hexadecimal number.

    Numbers are the ports' bits; of an output there are two, what it must be and which bits of that
    matter.
    """
    # Amaranth is not needed where the simulator imports this module.
    from hwgen.testing.simulation import Port

    component = trial.component
    inputs = {
        name: [f"{word:x}" for word in Port(component, name).encode(table)]
        for name, table in trial.inputs.items()
    }
    expected = {}
    for name, wanted in trial.expected.items():
        port = Port(component, name)
        pairs = zip(port.encode(wanted.table), port.mask(wanted.known), strict=True)
        expected[name] = [[f"{word:x}", f"{mask:x}"] for word, mask in pairs]
    return {"inputs": inputs, "expected": expected}


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
