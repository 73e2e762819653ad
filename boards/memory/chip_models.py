"""Models of memory chips in Verilog, with the pads between them and a controller.

The text has an instance of the pads and one of the chip, on wires that are called as the members of
the controller are. The chip gets the nanoseconds of its datasheet; it knows nothing of clocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from boards.memory.cellular import CellularMemory
from boards.memory.linear import LinearMemory
from boards.memory.sdram import SdramMemory
from boards.memory.timings import Pads
from hwgen.simulation.verilator import Source

__all__ = ["chip_instances", "chip_sources"]

_MODELS = Path(__file__).with_name("models")


def chip_sources(memory: LinearMemory) -> list[Source]:
    """The Verilog files of a controller's chip and its pads."""
    return [Source.read(_MODELS / f"{_kind(memory)}_{part}.v") for part in ("model", "pins")]


def chip_instances(memory: LinearMemory, pads: Pads, *, chip: Any = None, way: float = 0.5) -> str:
    """Instances of a controller's chip and pads.

    Parameters
    ----------
    memory
        The controller.
    pads
        The way to the chip and back.
    chip
        The datasheet that the model has; default: the controller's own.
    way
        Where between the shortest (0) and the longest (1) way there and back the simulated one is.
    """
    return _INSTANCES[type(memory)](memory, chip or memory.chip, _there_and_back(pads, way))


def _there_and_back(pads: Pads, way: float) -> dict[str, float]:
    both = pads.least + way * (pads.most - pads.least)
    return {"OUT": round(both * 0.6, 3), "IN": round(both - round(both * 0.6, 3), 3)}


def _kind(memory: LinearMemory) -> str:
    return {SdramMemory: "sdram", CellularMemory: "cellular"}[type(memory)]


def _parameters(values: Mapping[str, float]) -> str:
    return ", ".join(f".{name}({value})" for name, value in values.items())


def _sdram(memory: SdramMemory, chip: Any, pads: Mapping[str, float]) -> str:
    values = {each.name: getattr(chip, each.name) for each in fields(chip)}
    values = {
        {"row_bits": "ROW_BITS", "column_bits": "COLUMN_BITS"}.get(name, name): value
        for name, value in values.items()
    }
    values["INIT_REFRESHES"] = values.pop("init_refreshes")
    del values["width"]
    pins = {"CAPTURE_FALLING": int(memory.clocks.capture.falling), **pads}
    lines = ("clk", "cs_n", "ras_n", "cas_n", "we_n")
    return f"""\
  wire {", ".join(f"chip_{name}" for name in lines)};
  wire [1:0] chip_ba;
  wire [12:0] chip_a;
  wire [15:0] chip_dq;
  sdram_pins #({_parameters(pins)}) pads (
      .clk(clk), .ras(ras), .cas(cas), .we(we), .dq_oe(dq_oe), .ba(ba), .a(a), .dq_o(dq_o),
      .dq_i(dq_i), {", ".join(f".chip_{name}(chip_{name})" for name in lines)},
      .chip_ba(chip_ba), .chip_a(chip_a), .chip_dq(chip_dq));
  sdram_model #({_parameters(values)}) chip (
      {", ".join(f".{name}(chip_{name})" for name in lines)}, .cke(1'b1),
      .ba(chip_ba), .dqm(2'b00), .a(chip_a), .dq(chip_dq));
  wire [31:0] chip_errors = chip.errors;
"""


def _cellular(memory: CellularMemory, chip: Any, pads: Mapping[str, float]) -> str:
    values = {each.name: getattr(chip, each.name) for each in fields(chip)}
    values["ADDRESS_BITS"] = values.pop("address_bits")
    values["PAGE_BITS"] = values.pop("page_bits")
    del values["width"]
    pins = {"CAPTURE_FALLING": int(memory.clocks.page_capture.falling), **pads}
    lines = ("ce_n", "oe_n", "we_n", "cre")
    return f"""\
  wire {", ".join(f"chip_{name}" for name in lines)};
  wire [22:0] chip_a;
  wire [15:0] chip_dq;
  cellular_pins #({_parameters(pins)}) pads (
      .clk(clk), .ce(ce), .oe(oe), .we(we), .cre(cre), .dq_oe(dq_oe), .a(23'd0 | a),
      .dq_o(dq_o), .dq_i(dq_i), {", ".join(f".chip_{name}(chip_{name})" for name in lines)},
      .chip_a(chip_a), .chip_dq(chip_dq));
  cellular_model #({_parameters(values)}) chip (
      {", ".join(f".{name}(chip_{name})" for name in lines)}, .a(chip_a), .dq(chip_dq));
  wire [31:0] chip_errors = chip.errors;
"""


_INSTANCES = {SdramMemory: _sdram, CellularMemory: _cellular}
