"""A board's logic with the model of its memory: the same ports, and `memory_errors`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from amaranth.hdl import Shape

from boards.design import MEMORY_PREFIX, TOP, BoardDesign
from boards.memory.chip_models import chip_instances, chip_sources
from boards.panel.display import DIGITS
from hwgen.simulation.verilator import Source

__all__ = ["WITH_MEMORY", "with_memory"]

WITH_MEMORY = f"{TOP}_with_memory"
"""Name of the module."""
_INPUTS = ("clk", "rst", "rx", "run_button", "pause_button", "reset_button")


def with_memory(design: BoardDesign, chip: Any = None) -> list[Source]:
    """The module, the model of the memory's chip, and what Verilator is told of them.

    It need not complain of them, and what is in the chip's memory can be seen from outside.

    Parameters
    ----------
    design
        The logic; its samples are in a memory beside the FPGA.
    chip
        The chip's datasheet; default: the one that the controller goes by.
    """
    assert design.external is not None
    external = design.external
    if chip is not None:
        external = replace(external, chip=chip)
    chips = chip_sources(external)
    outputs = {"tx": 1, "leds": design.leds, "segments": DIGITS, "digits": DIGITS}
    pins = {name: Shape.cast(member.shape).width for name, member in external.pins.items()}
    ports = [f"input {name}" for name in _INPUTS]
    ports += [f"output [{bits - 1}:0] {name}" for name, bits in outputs.items()]
    wires = [f"  wire [{bits - 1}:0] {MEMORY_PREFIX}{name};" for name, bits in pins.items()]
    names = (*_INPUTS, *outputs, *(f"{MEMORY_PREFIX}{name}" for name in pins))
    falling = design.external.falling(design.clock_hz)
    text = "\n".join(
        [
            "`timescale 1ns / 1ps",
            f"module {WITH_MEMORY} (",
            *(f"    {port}," for port in ports),
            "    output [31:0] memory_errors",
            ");",
            *wires,
            f"  {TOP} board ({', '.join(f'.{name}({name})' for name in names)});",
            chip_instances(
                external, falling=falling, prefix=MEMORY_PREFIX, programmed=design.read_only
            ),
            "  assign memory_errors = chip_errors;",
            "endmodule",
            "",
        ]
    )
    source = Source(f"{WITH_MEMORY}.v", text)
    told = [f'lint_off -file "{each.name}"' for each in (*chips, source)]
    if not design.read_only:
        told.append(f'public_flat_rw -module "{external.kind}_model" -var "words"')
    control = "\n".join(["`verilator_config", *told, ""])
    return [Source(f"{WITH_MEMORY}.vlt", control), *chips, source]
