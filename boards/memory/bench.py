"""A memory's controller and its chip in simulation: bursts and writes go in, words come out."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boards.memory.chip_models import chip_instances, chip_sources
from boards.memory.external import ExternalMemory
from boards.memory.linear import LinearMemory
from hwgen.export.verilog import to_verilog
from hwgen.simulation import icarus
from hwgen.simulation.verilator import Source

__all__ = ["Played", "play", "reading", "waiting", "writing"]

_BENCH = Path(__file__).with_name("models") / "memory_bench.v"


@dataclass(frozen=True, kw_only=True)
class Played:
    """What came of it."""

    words: NDArray[np.int64]
    """Words read, (n,); -1 where a bit of one is unknown."""
    clocks: int
    """From the first command to the last word."""
    missing: int
    """Words that did not come."""
    complaints: tuple[str, ...]
    """What the chip found wrong."""


def writing(address: int, word: int) -> str:
    """A word to write."""
    return f"w {address:x} {word:x}"


def reading(address: int, count: int) -> str:
    """A burst to read."""
    return f"r {address:x} {count:x}"


def waiting(clocks: int) -> str:
    """Clocks without a command."""
    return f"i {clocks}"


def play(
    memory: Any,
    external: ExternalMemory,
    clock_hz: int,
    commands: Sequence[str],
    folder: Path,
    *,
    way: float = 0.5,
    stalls: int = 0,
) -> Played:
    """Run commands in Icarus.

    Parameters
    ----------
    memory
        The controller, a LinearMemory with `clocks`.
    external
        The chip, and the way to it.
    clock_hz
        The clock.
    commands
        What `writing`, `reading` and `waiting` give.
    folder
        Folder for files.
    way
        See `chip_instances`.
    stalls
        Of 16 clocks, those in which nobody takes a word.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shape = memory.shape
    program = icarus.build(
        sources=[
            Source.read(_BENCH),
            Source(
                "with_chip.v",
                _with_chip(
                    memory, chip_instances(external, falling=memory.clocks.falling, way=way)
                ),
            ),
            Source("memory.v", to_verilog(memory, "memory_controller")),
            *chip_sources(external),
        ],
        top=_BENCH.stem,
        build_dir=folder,
        parameters={
            "ADDRESS": shape.address_bits,
            "COUNT": shape.count_bits,
            "WIDTH": shape.width,
            "PERIOD_PS": round(1e12 / clock_hz),
            "STALLS": stalls,
        },
    )
    (folder / "commands").write_text("\n".join([*commands, ""]), encoding="ascii")
    run = subprocess.run(
        [icarus.find_program("vvp"), "-N", str(program), "+from=commands", "+to=words"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    *words, end = (folder / "words").read_text(encoding="ascii").splitlines()
    _, clocks, missing, errors = end.split()
    complaints = tuple(line for line in run.stdout.splitlines() if "Error: " in line)
    assert int(errors) == len(complaints), run.stdout
    return Played(
        words=np.array(
            [-1 if set(word) & set("xz") else int(word, 16) for word in words], dtype=np.int64
        ),
        clocks=int(clocks),
        missing=int(missing),
        complaints=complaints,
    )


def _with_chip(memory: LinearMemory, instances: str) -> str:
    """Module `memory_with_chip`: the controller's streams outside, its chip inside."""
    shape = memory.shape
    streams = {
        "input": {"clk": 1, "rst": 1, "reads__valid": 1, "data__ready": 1, "writes__valid": 1}
        | {"reads__payload": shape.burst.size, "writes__payload": shape.write.size},
        "output": {"reads__ready": 1, "data__valid": 1, "writes__ready": 1, "idle": 1}
        | {"initialised": 1, "data__payload": shape.width},
    }
    ports = [
        f"    {way} [{bits - 1}:0] {name}"
        for way, each in streams.items()
        for name, bits in each.items()
    ]
    names = [name for each in streams.values() for name in each]
    if not shape.writable:
        names = [name for name in names if not name.startswith("writes")]
    pins = {
        name: len(getattr(memory, name))
        for name in memory.signature.members
        if name not in shape.members()
    }
    wires = [f"  wire [{bits - 1}:0] {name};" for name, bits in pins.items()]
    connections = ", ".join(f".{name}({name})" for name in (*names, *pins))
    return "\n".join(
        [
            "`timescale 1ns / 1ps",
            f"module memory_with_chip (\n{','.join(chr(10) + each for each in ports)},",
            "    output [31:0] errors);",
            *wires,
            f"  memory_controller controller ({connections});",
            instances,
            "  assign errors = chip_errors;",
            "endmodule",
            "",
        ]
    )
