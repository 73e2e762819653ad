"""Yosys' script and the arguments of Vivado and nextpnr for the 7 series."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from software_ref.devices import Part

__all__ = [
    "LOG",
    "chipdb_name",
    "himbaechel_arguments",
    "log_step",
    "synthesis_script",
    "vivado_arguments",
    "xilinx_arguments",
]

LOG = "place_and_route"
"""Stem of the tools' logs."""


def synthesis_script(sources: Sequence[str], top: str) -> list[str]:
    """Yosys commands that make `netlist.json`, with block RAMs and DSP blocks."""
    return [
        f"read_verilog {' '.join(sources)}",
        f"synth_xilinx -family xc7 -top {top} -flatten -abc9",
        "write_json netlist.json",
    ]


def chipdb_name(part: Part) -> str:
    """What nextpnr's database of an FPGA is mostly called; all speed grades share one."""
    return f"{part.device.name}{part.package}.bin"


def vivado_arguments() -> list[str]:
    """Runs `vivado.tcl`."""
    return ["-mode", "batch", "-source", "vivado.tcl", "-nojournal", "-log", f"{LOG}.log"]


def himbaechel_arguments(
    part: Part,
    *,
    constraints: str,
    freq_mhz: float,
    chipdb: str | Path | None = None,
    fasm: str | None = None,
) -> list[str]:
    """Places and routes `netlist.json` with nextpnr-himbaechel, and writes `report.json`."""
    return [
        *("--device", part.name, "-o", f"xdc={constraints}"),
        *(() if fasm is None else ("-o", f"fasm={fasm}")),
        *("--json", "netlist.json", "--freq", f"{freq_mhz:g}"),
        *("--report", "report.json", "--log", f"{LOG}.log"),
        *(() if chipdb is None else ("--chipdb", str(chipdb))),
    ]


def xilinx_arguments(
    *, constraints: str, freq_mhz: float, chipdb: str | Path, fasm: str
) -> list[str]:
    """Places and routes `netlist.json` with nextpnr-xilinx."""
    return [
        *("--chipdb", str(chipdb), "--xdc", constraints, "--json", "netlist.json"),
        *("--fasm", fasm, "--freq", f"{freq_mhz:g}", "--log", f"{LOG}.log"),
    ]


def log_step(line: str) -> str | None:
    """What a line of a log starts: Vivado's commands and phases, nextpnr's messages."""
    if line.startswith(("Command: ", "Phase ")):
        return line.removeprefix("Command: ").strip()
    found = re.match(r"Info: ((?:Packing|Placing|Routing|Running|Creating)\b[^.,]*)", line)
    return found.group(1) if found else None
