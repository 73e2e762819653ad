"""Delays inside the device's cells, as Yosys' own library of the family states them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwgen.synthesis.netlist import Cell
from hwgen.synthesis.yosys import SynthesisError, run_yosys
from hwgen.tool_output import read_json

__all__ = ["CellTiming", "Pin", "Variant", "read_cell_timing", "variant"]

Pin = tuple[str, int]
"""Port of a cell and place in it."""

Variant = tuple[str, tuple[tuple[str, str], ...]]
"""Cell type, and those of its parameters that may bear on its delays."""

# Contents of memories and LUTs, never their delays.
_CONTENTS = ("INIT", "SRVAL")


@dataclass(frozen=True)
class CellTiming:
    """Delays of one cell in picoseconds."""

    through: dict[tuple[Pin, Pin], int]
    """From an input to an output."""

    arrival: dict[Pin, int]
    """From the clock edge to an output."""

    setup: dict[Pin, int]
    """From an input to the next clock edge; negative ones count as 0."""

    clocks: frozenset[str]
    """Clock pins."""


# RAM64M lacks the delay of its highest address bit; RAM64X1D, the same LUT, has it.
_ADDITIONS = {
    "RAM64M": {((f"ADDR{side}", 5), (f"DO{side}", 0)): 127 for side in "ABCD"},
}


def variant(cell: Cell) -> Variant:
    """What a cell's delays may depend on."""
    relevant = {
        name: value
        for name, value in cell.parameters.items()
        if not name.startswith(_CONTENTS) and not cell.type.startswith("LUT")
    }
    return cell.type, tuple(sorted(relevant.items()))


def read_cell_timing(variants: Iterable[Variant], work_dir: Path) -> dict[Variant, CellTiming]:
    """Let Yosys work out the delays of cells.

    The library gives the delays as `specify` blocks whose figures depend on the parameters (the
    registers used in a DSP block, say), so Yosys elaborates one cell of each variant.

    Raises
    ------
    SynthesisError
        Yosys failed.
    """
    variants = sorted(set(variants))
    lines = ["module probe;"]
    for index, (kind, parameters) in enumerate(variants):
        values = ", ".join(f".{name}({_literal(value)})" for name, value in parameters)
        lines.append(
            f"  {kind} #({values}) cell{index} ();" if values else f"  {kind} cell{index} ();"
        )
    (work_dir / "cells.v").write_text("\n".join([*lines, "endmodule"]) + "\n", encoding="utf-8")
    script = [
        "read_verilog -lib -specify +/xilinx/cells_sim.v",
        "read_verilog cells.v",
        "hierarchy -top probe",
        "sta probe",  # elaborates each cell with its parameters
        "delete =*/p:*",  # behaviour, which is not wanted and which JSON cannot hold
        "write_json cells.json",
    ]
    run_yosys(script, work_dir, name="cells")
    modules = read_json(work_dir / "cells.json", SynthesisError)["modules"]
    library: dict[str, list[dict[str, Any]]] = {}
    for name, module in modules.items():
        library.setdefault(name.rsplit("\\", 1)[-1], []).append(module)
        kind = name.split("\\")[1] if name.startswith("$paramod\\") else None
        if kind is not None:
            library.setdefault(kind, []).append(module)
    return {each: _cell_timing(each[0], _elaborated(each, library)) for each in variants}


def _literal(value: str) -> str:
    """A Verilog constant from Yosys' JSON, where numbers are strings of bits."""
    if value and set(value) <= set("01x"):
        return f"{len(value)}'b{value}"
    return f'"{value.rstrip(" ")}"'


def _elaborated(wanted: Variant, library: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The module whose parameters are the wanted ones."""
    kind, parameters = wanted
    for module in library[kind]:
        values = module.get("parameter_default_values", {})
        if all(_same(values.get(name), value) for name, value in parameters):
            return module
    raise AssertionError(f"Yosys elaborated no {kind} with {parameters}")


def _same(left: str | None, right: str) -> bool:
    if left is None:
        return False
    if set(left) <= set("01") and set(right) <= set("01"):
        return left.lstrip("0") == right.lstrip("0")
    return left.strip() == right.strip()


def _cell_timing(kind: str, module: dict[str, Any]) -> CellTiming:
    places = {
        net: (port, place)
        for port, entry in module["ports"].items()
        for place, net in enumerate(entry["bits"])
    }
    through: dict[tuple[Pin, Pin], int] = dict(_ADDITIONS.get(kind, {}))
    arrival: dict[Pin, int] = {}
    setup: dict[Pin, int] = {}
    clocks: set[str] = set()
    for cell in module["cells"].values():
        if cell["type"] not in ("$specify2", "$specify3", "$specrule"):
            continue
        source = [places[net] for net in cell["connections"]["SRC"]]
        target = [places[net] for net in cell["connections"]["DST"]]
        if cell["type"] == "$specify2":
            delay = _longest(cell)
            full = int(cell["parameters"]["FULL"], 2)
            for pair in _all_pairs(source, target) if full else zip(source, target, strict=True):
                through[pair] = max(delay, through.get(pair, 0))
        elif cell["type"] == "$specify3":
            clocks.update(port for port, _ in source)
            for pin in target:
                arrival[pin] = max(_longest(cell), arrival.get(pin, 0))
        elif cell["parameters"]["TYPE"] in ("$setup", "$setuphold"):
            clocks.update(port for port, _ in target)
            for pin in source:
                limit = _signed(cell["parameters"]["T_LIMIT_MAX"])
                setup[pin] = max(limit, setup.get(pin, 0))
    return CellTiming(through, arrival, setup, frozenset(clocks))


def _all_pairs(source: list[Pin], target: list[Pin]) -> Iterator[tuple[Pin, Pin]]:
    return ((start, end) for start in source for end in target)


def _longest(cell: dict[str, Any]) -> int:
    parameters = cell["parameters"]
    return max(_signed(parameters["T_RISE_MAX"]), _signed(parameters["T_FALL_MAX"]))


def _signed(bits: str) -> int:
    # The library leaves out combinations of parameters that make no sense: all x, which Yosys
    # reads as 0.
    bits = bits.replace("x", "0")
    return int(bits, 2) - (1 << len(bits) if bits[0] == "1" else 0)
