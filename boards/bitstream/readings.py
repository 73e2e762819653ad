"""Reads clock and resources from what Vivado and nextpnr report of a 7-series board."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

from boards.bitstream.job import BitstreamJob
from boards.bitstream.report import Routed
from hwgen.pnr.critical_path import of_report
from hwgen.pnr.nextpnr import LOG, PlacementError
from hwgen.pnr.xc7_commands import REPORT
from hwgen.tool_output import read_json, read_text

__all__ = ["read_himbaechel", "read_vivado", "read_xilinx"]


_VIVADO_ROW = re.compile(r"^\| (?P<kind>[\w ]+?)\*? +\|(?P<figures>[ \d.<|]+)\|$", re.MULTILINE)
_VIVADO_KINDS = ("Slice LUTs", "Slice Registers", "Block RAM Tile", "DSPs", "Bonded IOB")
_CLOCK = re.compile(r"Max frequency for clock\s+'(.*)': ([\d.]+) MHz \((PASS|FAIL) at ([\d.]+) MHz")
_CELLS = re.compile(r"Info:\s+(\w+): +(\d+)/ *(\d+) +\d+%")


def read_vivado(job: BitstreamJob, folder: Path) -> Routed:
    """From `slacks.csv` and `utilisation.txt`, which `vivado.tcl` writes.

    Raises
    ------
    PlacementError
        A report is missing, or says nothing.
    """
    lines = read_text(_found(folder, "slacks.csv")).splitlines()
    slacks = {row["kind"]: float(row["slack_ns"]) for row in csv.DictReader(lines)}
    used, available = {}, {}
    text = read_text(_found(folder, "utilisation.txt"))
    for row in _VIVADO_ROW.finditer(text):
        if row["kind"] in _VIVADO_KINDS:
            figures = [float(figure.strip("< ")) for figure in row["figures"].split("|")]
            # Half a block RAM counts as a whole one.
            used[row["kind"]], available[row["kind"]] = -int(-figures[0] // 1), int(figures[-2])
    if slacks.keys() != {"setup", "hold"} or not used:
        raise PlacementError(f"vivado reported no slacks or no cells (see {folder / LOG}.log)")
    return Routed(
        fmax_mhz=1000 / (1000 / job.clock_mhz - slacks["setup"]),
        timing_met=min(slacks.values()) >= 0,
        used=used,
        available=available,
    )


def read_himbaechel(job: BitstreamJob, folder: Path) -> Routed:
    """From `report.json`.

    Raises
    ------
    PlacementError
        It is missing, or has not the logic's clock.
    """
    file = _found(folder, REPORT)
    report = read_json(file, PlacementError)
    clocks = [(entry["achieved"], entry["constraint"]) for entry in report["fmax"].values()]
    usage = report.get("utilization", {})
    cells = {kind: (entry["used"], entry["available"]) for kind, entry in usage.items()}
    return replace(_reading(job, clocks, cells, file), path=of_report(report))


def read_xilinx(job: BitstreamJob, folder: Path) -> Routed:
    """From the log: the last figures of every clock.

    Raises
    ------
    PlacementError
        It has not the logic's clock.
    """
    file = _found(folder, f"{LOG}.log")
    text = read_text(file)
    clocks = {name: (float(fmax), float(goal)) for name, fmax, _, goal in _CLOCK.findall(text)}
    cells = {kind: (int(used), int(of)) for kind, used, of in _CELLS.findall(text)}
    return _reading(job, list(clocks.values()), cells, file)


def _reading(
    job: BitstreamJob,
    clocks: list[tuple[float, float]],
    cells: dict[str, tuple[int, int]],
    file: Path,
) -> Routed:
    """Figures of nextpnr; `clocks` are pairs of what was reached and what was asked for."""
    of_logic = [fmax for fmax, goal in clocks if abs(goal / job.clock_mhz - 1) < _ROUNDING]
    if not of_logic:
        raise PlacementError(f"{file} must have a clock of {job.clock_mhz:g} MHz")
    return Routed(
        fmax_mhz=min(of_logic),
        timing_met=all(fmax >= goal for fmax, goal in clocks),
        used={_named(kind): used for kind, (used, _) in cells.items() if used},
        available={_named(kind): of for kind, (used, of) in cells.items() if used},
    )


def _named(kind: str) -> str:
    return _HALVES.get(kind, kind)


_HALVES = {"SLICE_LUTX": "SLICE_LUTX (halves of LUTs)"}
"""Cells whose name misleads: a LUT of six inputs takes both halves."""
_ROUNDING = 1e-3
"""nextpnr rounds periods to picoseconds."""


def _found(folder: Path, name: str) -> Path:
    file = folder / name
    if not file.exists():
        raise PlacementError(f"there is no {name} (see {folder / LOG}.log)")
    return file
