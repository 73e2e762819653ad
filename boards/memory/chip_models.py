"""Models of memory chips in Verilog, with the pads between them and a controller.

The text has an instance of the pads and one of the chip, on wires that are called as the members of
the controller are. The chip gets the nanoseconds of its datasheet; it knows nothing of clocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from boards.memory.external import ExternalMemory
from hwgen.simulation.verilator import Source

__all__ = ["chip_instances", "chip_sources", "words_in_chip"]

_MODELS = Path(__file__).with_name("models")
_SIZES = {
    "row_bits": "ROW_BITS",
    "column_bits": "COLUMN_BITS",
    "init_refreshes": "INIT_REFRESHES",
    "address_bits": "ADDRESS_BITS",
    "page_bits": "PAGE_BITS",
}
"""Parameters of the models that are no times."""


def chip_sources(external: ExternalMemory) -> list[Source]:
    """The Verilog files of a chip and its pads."""
    return [Source.read(_MODELS / f"{external.kind}_{part}.v") for part in ("model", "pins")]


def chip_instances(
    external: ExternalMemory,
    *,
    falling: bool,
    way: float = 0.5,
    prefix: str = "",
    programmed: bool = False,
) -> str:
    """Instances of a chip, whose complaints are counted in `chip_errors`, and of its pads.

    Parameters
    ----------
    external
        The chip, and the way to it.
    falling
        Whether a falling edge takes data.
    way
        Where between the shortest (0) and the longest (1) way there and back the simulated one is.
    prefix
        What the names of the wires to the controller begin with.
    programmed
        Whether a flash holds the file that `+flash=FILE` names.
    """
    times = {name: value for name, value in vars(external.chip).items() if name != "width"}
    if programmed:
        times["PROGRAMMED"] = 1
    pads = external.pads
    both = pads.least + way * (pads.most - pads.least)
    out = round(0.6 * both, 3)
    return _CHIPS[external.kind].format(
        pads=_parameters({"CAPTURE_FALLING": int(falling), "OUT": out, "IN": round(both - out, 3)}),
        chip=_parameters({_SIZES.get(name, name): value for name, value in times.items()}),
        pins=", ".join(f".{name}({prefix}{name})" for name in external.pins),
    )


def words_in_chip(external: ExternalMemory, words: NDArray[Any]) -> NDArray[Any]:
    """A whole memory's words in the order in which the model of its chip has them in `words`.

    Parameters
    ----------
    external
        The memory.
    words
        A word for each address: (n,), n = 2**(bits of its addresses).

    Returns
    -------
    The same, (n,): an SDRAM's are by bank, row and column, while addresses count through a row of
    every bank before the next row; all others are as they were.
    """
    if external.kind != "sdram":
        return words
    rows, columns = 1 << external.chip.row_bits, 1 << external.chip.column_bits
    return words.reshape(rows, -1, columns).swapaxes(0, 1).reshape(-1)


def _parameters(values: Mapping[str, float]) -> str:
    return ", ".join(f".{name}({value})" for name, value in values.items())


_CHIPS = {
    "sdram": """\
  wire chip_clk, chip_cs_n, chip_ras_n, chip_cas_n, chip_we_n;
  wire [1:0] chip_ba;
  wire [12:0] chip_a;
  wire [15:0] chip_dq;
  sdram_pins #({pads}) pads (
      .clk(clk), {pins},
      .chip_clk(chip_clk), .chip_cs_n(chip_cs_n), .chip_ras_n(chip_ras_n),
      .chip_cas_n(chip_cas_n), .chip_we_n(chip_we_n), .chip_ba(chip_ba), .chip_a(chip_a),
      .chip_dq(chip_dq));
  sdram_model #({chip}) chip (
      .clk(chip_clk), .cke(1'b1), .cs_n(chip_cs_n), .ras_n(chip_ras_n), .cas_n(chip_cas_n),
      .we_n(chip_we_n), .ba(chip_ba), .dqm(2'b00), .a(chip_a), .dq(chip_dq));
  wire [31:0] chip_errors = chip.errors;
""",
    "cellular": """\
  wire chip_ce_n, chip_oe_n, chip_we_n, chip_cre;
  wire [22:0] chip_a;
  wire [15:0] chip_dq;
  cellular_pins #({pads}) pads (
      .clk(clk), {pins},
      .chip_ce_n(chip_ce_n), .chip_oe_n(chip_oe_n), .chip_we_n(chip_we_n), .chip_cre(chip_cre),
      .chip_a(chip_a), .chip_dq(chip_dq));
  cellular_model #({chip}) chip (
      .ce_n(chip_ce_n), .oe_n(chip_oe_n), .we_n(chip_we_n), .cre(chip_cre), .a(chip_a),
      .dq(chip_dq));
  wire [31:0] chip_errors = chip.errors;
""",
    "flash": """\
  wire chip_cs_n, chip_sck;
  wire [3:0] chip_dq;
  flash_pins #({pads}) pads (
      .clk(clk), {pins},
      .chip_cs_n(chip_cs_n), .chip_sck(chip_sck), .chip_dq(chip_dq));
  flash_model #({chip}) chip (.cs_n(chip_cs_n), .sck(chip_sck), .dq(chip_dq));
  wire [31:0] chip_errors = chip.errors;
""",
}
"""Pads and chip of every kind of memory."""
