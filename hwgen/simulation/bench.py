"""The cocotb test that carries out a job on a core inside its player, one operation at a time.

It runs in the folder of the job, reads `job.json` there and writes `outcome.json`, whole or not at
all. It needs nothing but cocotb and the standard library, which keeps a run's start short.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject
from cocotb.triggers import First, Timer, ValueChange

from hwgen.simulation.clock import STEPS_PER_CLOCK

__all__ = ["OPERATIONS", "carry_out_job"]

OPERATIONS = {"reset": 1, "play": 2, "drain": 3, "request": 4, "wait": 5}
"""Numbers of the player's operations."""

_PROGRESS = 5000 * STEPS_PER_CLOCK  # simulation steps between two looks at the progress
_TOTALS = ("samples_accepted", "predictions_accepted", "requests_accepted", "values_accepted")


@cocotb.test()
async def carry_out_job(dut: HierarchyObject) -> None:
    """Carry out the operations of `job.json` and write `outcome.json`."""
    job = json.loads(Path("job.json").read_text(encoding="utf-8"))
    parent = os.getppid()
    progress = os.open("progress", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    # Low first: an edge at time 0 would race against the registers' initial values.
    Clock(dut.clk, STEPS_PER_CLOCK, "step", impl="gpi").start(start_high=False)
    reset = [{"operation": "reset", "count": job["reset_clocks"]}] if job["reset_clocks"] else []
    outcomes = []
    try:
        for number, settings in enumerate([*reset, *job["operations"]], start=1 - len(reset)):
            finished = _start(dut, settings, job["patience"])
            while dut.finished.value != finished:
                await First(ValueChange(dut.finished), Timer(_PROGRESS, "step"))
                os.pwrite(progress, b"%20d" % int(dut.samples_accepted.value), 0)
                if os.getppid() != parent:
                    raise RuntimeError("the process that started the simulation is gone")
            await Timer(1, "step")  # `finished` is not the last to change at its clock edge
            outcome = _outcome(dut)
            if dut.stuck.value:
                raise RuntimeError(
                    f"stuck in operation {number} ({settings['operation']}, "
                    f"count {settings.get('count', 0)}) at clock {outcome['last_clock']}, after "
                    + ", ".join(f"{outcome[name]} {name.replace('_', ' ')}" for name in _TOTALS)
                )
            outcomes.append(outcome)
    except RuntimeError as error:
        Path("error.txt").write_text(str(error), encoding="utf-8")
        raise
    finally:
        os.close(progress)
    text = json.dumps(outcomes[len(reset) :])
    Path("outcome.part").write_text(text, encoding="utf-8")
    Path("outcome.part").replace("outcome.json")


def _start(dut: HierarchyObject, settings: dict[str, Any], patience: int) -> int:
    """Set the control registers; return what `finished` will be when the operation is over."""
    dut.operation.value = OPERATIONS[settings["operation"]]
    dut.patience.value = patience
    for name in ("file", "count"):
        getattr(dut, name).value = settings.get(name, 0)
    stalls = settings.get("stalls", {})
    dut.seed.value = stalls.get("seed", 0)
    dut.stall_length.value = stalls.get("length", 1)
    for stream in ("samples", "predictions", "requests", "values"):
        getattr(dut, f"stall_{stream}").value = int(stalls.get(stream, 0) * 65536)
    finished = 1 - int(dut.finished.value)
    dut.go.value = finished
    return finished


def _outcome(dut: HierarchyObject) -> dict[str, int]:
    names = ("first_clock", "last_clock", *_TOTALS, "last_steps", "last_saturations")
    return {name: int(getattr(dut, name).value) for name in names}
