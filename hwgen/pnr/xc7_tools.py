"""Placement and routing of a core for the 7 series by a program that the user has installed."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hwgen.pnr.critical_path import CriticalPath, of_report
from hwgen.pnr.harness import CORE, SOURCES, TOP
from hwgen.pnr.nextpnr import DEFAULT_SEED, LOG, PlacementError
from hwgen.pnr.xc7_commands import (
    REPORT,
    chipdb_name,
    himbaechel_arguments,
    log_step,
    vivado_arguments,
    xilinx_arguments,
)
from hwgen.pnr.xc7_engines import Program
from hwgen.synthesis.kept import kept_netlist
from hwgen.tool import Progress, Tool, run_tool
from hwgen.tool_output import read_json, read_text
from software_ref.devices import Part

__all__ = ["run_xc7_tool"]


@dataclass(frozen=True, kw_only=True)
class Xc7Tool:
    """How to use programs of one style in the folder of a plan."""

    needs_yosys: bool
    """Whether it takes a netlist, not Verilog."""
    arguments: Callable[[Part, float, Path | None, int], list[str]]
    """Its arguments, by FPGA, clock in MHz, device database and seed."""
    fmax: Callable[[Path, float], tuple[float, CriticalPath | None]]
    """Highest clock in MHz, and the critical path if it tells one, by folder and clock."""


def run_xc7_tool(
    program: Program,
    folder: Path,
    progress: Progress | None = None,
    *,
    part: Part,
    freq_mhz: float,
    chipdb: Path | None = None,
    seed: int = DEFAULT_SEED,
) -> tuple[float, CriticalPath | None]:
    """Run a program on the plan in a folder: the highest clock in MHz, and what limits it.

    Raises
    ------
    SynthesisError, PlacementError
        Yosys or the tool failed, or wrote no figures; the message names the log.
    ValueError
        The tool needs a device database, and there is none.
    """
    tool = _TOOLS[program.style]
    if tool.needs_yosys:
        script = (folder / "synthesis.ys").read_text(encoding="utf-8").splitlines()
        kept_netlist(script, SOURCES, folder, progress)
    runner = Tool(
        title=Path(program.command).name,
        command=(program.command,),
        step=log_step,
        failure=PlacementError,
    )
    arguments = tool.arguments(part, freq_mhz, chipdb, seed)
    run_tool(runner, arguments, folder, name=LOG, progress=progress)
    return tool.fmax(folder, freq_mhz)


def _himbaechel_arguments(part: Part, freq_mhz: float, chipdb: Path | None, seed: int) -> list[str]:
    database = None if chipdb is None else chipdb.resolve()
    arguments = himbaechel_arguments(
        part, constraints="harness.xdc", freq_mhz=freq_mhz, chipdb=database, seed=seed
    )
    return [*arguments, "--timing-allow-fail"]


def _xilinx_arguments(part: Part, freq_mhz: float, chipdb: Path | None, seed: int) -> list[str]:
    if chipdb is None:
        raise ValueError(
            f"nextpnr-xilinx must be given the device's database: --chipdb {chipdb_name(part)}"
        )
    arguments = xilinx_arguments(
        constraints="harness.xdc",
        freq_mhz=freq_mhz,
        chipdb=chipdb.resolve(),
        fasm=f"{TOP}.fasm",
        seed=seed,
    )
    return [*arguments, "--timing-allow-fail"]


def _vivado_fmax(folder: Path, freq_mhz: float) -> tuple[float, CriticalPath]:
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
    path = CriticalPath(
        start=worst["start"],
        end=worst["end"],
        cell_ns=float(worst["cell_ns"]),
        wire_ns=float(worst["wire_ns"]),
        levels=int(worst["levels"]),
        path_units=(_unit(worst["start"]), _unit(worst["end"])),
    )
    return 1000 / (1000 / freq_mhz - float(worst["slack_ns"])), path


def _unit(pin: str) -> str:
    """`core/junction_1/update/product3_m_reg[7]/C` stands in `junction_1.update`."""
    parts = pin.split("/")[:-2]
    return ".".join(parts[1:]) or "shared" if parts[:1] == [CORE] else TOP


def _report_fmax(folder: Path, freq_mhz: float) -> tuple[float, CriticalPath | None]:
    file = folder / REPORT
    report = read_json(file, PlacementError) if file.exists() else {"fmax": {}}
    clocks = report["fmax"]
    if not clocks:
        raise PlacementError(f"nextpnr-himbaechel found no clock (see {folder / LOG}.log)")
    return min(float(entry["achieved"]) for entry in clocks.values()), of_report(report)


def _log_fmax(folder: Path, freq_mhz: float) -> tuple[float, None]:
    log = folder / f"{LOG}.log"
    found = re.findall(r"Max frequency for clock '.*': ([\d.]+) MHz", read_text(log))
    if not found:
        raise PlacementError(f"nextpnr-xilinx found no clock (see {log})")
    return float(found[-1]), None


_TOOLS = {
    "vivado": Xc7Tool(
        needs_yosys=False,
        arguments=lambda part, freq_mhz, chipdb, seed: vivado_arguments(),
        fmax=_vivado_fmax,
    ),
    "himbaechel": Xc7Tool(needs_yosys=True, arguments=_himbaechel_arguments, fmax=_report_fmax),
    "xilinx": Xc7Tool(needs_yosys=True, arguments=_xilinx_arguments, fmax=_log_fmax),
}
"""By style of program."""
