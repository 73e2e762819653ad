"""Yosys' script and the arguments of Vivado and nextpnr for the 7 series."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from hwgen.pnr.nextpnr import DEFAULT_SEED, LOG
from software_ref.devices import Part

__all__ = [
    "PLACERS",
    "REPORT",
    "ROUTED",
    "chipdb_name",
    "himbaechel_arguments",
    "log_step",
    "synthesis_script",
    "vivado_arguments",
    "xilinx_arguments",
]

PLACERS = ("heap", "static")
"""nextpnr-himbaechel's placers, the usual one first: by quadratic wire lengths and cuts, or by an
electrostatic field, which is quicker on a full chip."""
REPORT, ROUTED = "report.json", "routed.json"
"""What nextpnr-himbaechel reports, and the netlist with every cell's place."""


def synthesis_script(sources: Sequence[str], top: str) -> list[str]:
    """Yosys commands that make `netlist.json`, with block RAMs and DSP blocks."""
    return [
        f"read_verilog {' '.join(sources)}",
        # Neither nextpnr has cascaded shift registers, so delays are plain registers.
        f"synth_xilinx -family xc7 -top {top} -flatten -abc9 -nosrl",
        # Scopes are cells to a placer that does not know them.
        "delete t:$scopeinfo",
        "write_json netlist.json",
    ]


def chipdb_name(part: Part) -> str:
    """What nextpnr-xilinx' database of an FPGA is mostly called; all speed grades share one."""
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
    seed: int = DEFAULT_SEED,
    placer: str | None = None,
) -> list[str]:
    """Places and routes `netlist.json` with nextpnr-himbaechel.

    It writes `report.json`, and `routed.json`, which says where every cell is. Without `chipdb` it
    takes the database that came with it, without `placer`, one of PLACERS, its usual one.
    """
    return [
        *("--device", part.name, "-o", f"xdc={constraints}"),
        *(() if fasm is None else ("-o", f"fasm={fasm}")),
        *("--json", "netlist.json", "--freq", f"{freq_mhz:g}"),
        *("--report", REPORT, "--write", ROUTED, "--log", f"{LOG}.log", "--seed", str(seed)),
        *(() if placer is None else ("--placer", placer)),
        *(() if chipdb is None else ("--chipdb", str(chipdb))),
    ]


def xilinx_arguments(
    *,
    constraints: str,
    freq_mhz: float,
    chipdb: str | Path,
    fasm: str,
    seed: int = DEFAULT_SEED,
) -> list[str]:
    """Places and routes `netlist.json` with nextpnr-xilinx, and writes `routed.json`."""
    return [
        *("--chipdb", str(chipdb), "--xdc", constraints, "--json", "netlist.json"),
        *("--fasm", fasm, "--freq", f"{freq_mhz:g}", "--log", f"{LOG}.log"),
        *("--write", ROUTED, "--seed", str(seed)),
    ]


def log_step(line: str) -> str | None:
    """What a line of a log starts: Vivado's commands and phases, nextpnr's messages."""
    if line.startswith(("Command: ", "Phase ")):
        return line.removeprefix("Command: ").strip()
    found = re.match(r"Info: ((?:Packing|Placing|Routing|Running|Creating)\b[^.,]*)", line)
    return found.group(1) if found else None
