"""Placement and routing for the 7 series by a tool that the user has installed.

Vivado's delays are the vendor's own, so it comes first; nextpnr-xilinx' are estimates.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hwgen.pnr.harness import CORE, TOP
from hwgen.pnr.nextpnr import PlacementError
from hwgen.pnr.xc7_commands import (
    LOG,
    chipdb_name,
    himbaechel_arguments,
    log_step,
    vivado_arguments,
    xilinx_arguments,
)
from hwgen.synthesis.yosys import run_yosys
from hwgen.tool import Progress, Tool, run_tool
from hwgen.tool_output import read_json, read_text
from software_ref.devices import Part

__all__ = ["XC7_TOOLS", "Xc7Tool", "find_tool", "run_xc7_tool"]


@dataclass(frozen=True, kw_only=True)
class Xc7Tool:
    """A program, and how to use it in the folder of a plan."""

    program: str
    """Name on the search path."""
    needs_yosys: bool
    """Whether it takes a netlist, not Verilog."""
    arguments: Callable[[Part, float, Path | None], list[str]]
    """Its arguments, by FPGA, clock in MHz and device database."""
    fmax: Callable[[Path, float], tuple[float, dict[str, Any] | None]]
    """Highest clock in MHz, and the critical path if it tells one, by folder and clock."""


def find_tool() -> Xc7Tool | None:
    """The first tool of XC7_TOOLS that is installed."""
    return next((tool for tool in XC7_TOOLS if shutil.which(tool.program)), None)


def run_xc7_tool(
    tool: Xc7Tool,
    folder: Path,
    progress: Progress | None = None,
    *,
    part: Part,
    freq_mhz: float,
    chipdb: Path | None = None,
) -> dict[str, Any]:
    """Run a tool on the plan in a folder, and return its figures for JSON.

    Raises
    ------
    SynthesisError, PlacementError
        Yosys or the tool failed, or wrote no figures; the message names the log.
    ValueError
        The tool needs a device database, and there is none.
    """
    if tool.needs_yosys:
        script = (folder / "synthesis.ys").read_text(encoding="utf-8").splitlines()
        run_yosys(script, folder, name="synthesis", progress=progress)
    runner = Tool(
        title=tool.program,
        command=(tool.program,),
        step=log_step,
        failure=PlacementError,
    )
    run_tool(runner, tool.arguments(part, freq_mhz, chipdb), folder, name=LOG, progress=progress)
    fmax, path = tool.fmax(folder, freq_mhz)
    return {
        "device": part.name,
        "tool": tool.program,
        "freq_mhz": freq_mhz,
        "fmax_mhz": round(fmax, 2),
        "path": path,
    }


def _himbaechel_arguments(part: Part, freq_mhz: float, chipdb: Path | None) -> list[str]:
    database = None if chipdb is None else chipdb.resolve()
    arguments = himbaechel_arguments(
        part, constraints="harness.xdc", freq_mhz=freq_mhz, chipdb=database
    )
    return [*arguments, "--timing-allow-fail"]


def _xilinx_arguments(part: Part, freq_mhz: float, chipdb: Path | None) -> list[str]:
    if chipdb is None:
        raise ValueError(
            f"nextpnr-xilinx must be given the device's database: --chipdb {chipdb_name(part)}"
        )
    arguments = xilinx_arguments(
        constraints="harness.xdc", freq_mhz=freq_mhz, chipdb=chipdb.resolve(), fasm=f"{TOP}.fasm"
    )
    return [*arguments, "--timing-allow-fail"]


def _vivado_fmax(folder: Path, freq_mhz: float) -> tuple[float, dict[str, Any]]:
    """From the slowest path with an end in the core."""
    file = folder / "paths.csv"
    if not file.exists():
        raise PlacementError(f"vivado wrote no paths.csv (see {folder / LOG}.log)")
    rows = [
        row
        for row in csv.DictReader(read_text(file).splitlines())
        if row["start"].startswith(f"{CORE}/") or row["end"].startswith(f"{CORE}/")
    ]
    if not rows:
        raise PlacementError(f"{file} must list a path of the core")
    worst = min(rows, key=lambda row: float(row["slack_ns"]))
    path = {
        "start": worst["start"],
        "end": worst["end"],
        "path_units": [_unit(worst["start"]), _unit(worst["end"])],
        "cell_ns": float(worst["cell_ns"]),
        "wire_ns": float(worst["wire_ns"]),
        "levels": int(worst["levels"]),
    }
    return 1000 / (1000 / freq_mhz - float(worst["slack_ns"])), path


def _unit(pin: str) -> str:
    """`core/junction_1/update/product3_m_reg[7]/C` stands in `junction_1.update`."""
    parts = pin.split("/")[:-2]
    return ".".join(parts[1:]) or "shared" if parts[:1] == [CORE] else TOP


def _report_fmax(folder: Path, freq_mhz: float) -> tuple[float, None]:
    file = folder / "report.json"
    clocks = read_json(file, PlacementError)["fmax"] if file.exists() else {}
    if not clocks:
        raise PlacementError(f"nextpnr-himbaechel found no clock (see {folder / LOG}.log)")
    return min(float(entry["achieved"]) for entry in clocks.values()), None


def _log_fmax(folder: Path, freq_mhz: float) -> tuple[float, None]:
    log = folder / f"{LOG}.log"
    found = re.findall(r"Max frequency for clock '.*': ([\d.]+) MHz", read_text(log))
    if not found:
        raise PlacementError(f"nextpnr-xilinx found no clock (see {log})")
    return float(found[-1]), None


XC7_TOOLS = (
    Xc7Tool(
        program="vivado",
        needs_yosys=False,
        arguments=lambda part, freq_mhz, chipdb: vivado_arguments(),
        fmax=_vivado_fmax,
    ),
    Xc7Tool(
        program="nextpnr-himbaechel",
        needs_yosys=True,
        arguments=_himbaechel_arguments,
        fmax=_report_fmax,
    ),
    Xc7Tool(
        program="nextpnr-xilinx", needs_yosys=True, arguments=_xilinx_arguments, fmax=_log_fmax
    ),
)
"""Tools that can place and route for the device, the best first."""
