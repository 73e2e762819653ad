"""Delays of a routed design, from the standard delay format (SDF) that nextpnr writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hwgen.pnr.nextpnr import PlacementError

__all__ = ["CellDelays", "DelayFile", "Pin", "read_delay_file"]

Pin = tuple[str, str]
"""Cell and port."""

_TRIPLE = r"\((-?\d+):(-?\d+):(-?\d+)\)"
_WIRE = re.compile(rf"\s*\(INTERCONNECT (\S+)/(\S+) (\S+)/(\S+) {_TRIPLE}")
_TYPE = re.compile(r'\s*\(CELLTYPE "(.*)"\)')
_INSTANCE = re.compile(r"\s*\(INSTANCE (\S*)\)")
_THROUGH = re.compile(rf"\s*\(IOPATH (\S+) (\S+) {_TRIPLE}")
_EDGE = r"\((?:pos|neg)edge (\S+)\)"
_SETUP = re.compile(rf"\s*\(SETUPHOLD {_EDGE} {_EDGE} {_TRIPLE}")


@dataclass
class CellDelays:
    """Longest delays of one cell in picoseconds."""

    type: str
    """`TRELLIS_FF`."""
    through: dict[tuple[str, str], int] = field(default_factory=dict)
    """From port to port; from a clock, until the output changes."""
    setup: dict[str, int] = field(default_factory=dict)
    """From a port to the next clock edge."""
    clocks: set[str] = field(default_factory=set)
    """Ports that `setup` refers to."""


@dataclass
class DelayFile:
    """All delays of a design."""

    cells: dict[str, CellDelays] = field(default_factory=dict)
    """Cells by name."""
    wires: dict[Pin, tuple[Pin, int]] = field(default_factory=dict)
    """For every driven pin, the pin that drives it and the delay between them, in picoseconds."""


def read_delay_file(path: Path) -> DelayFile:
    """Read an SDF file as nextpnr writes it, one delay a line.

    Raises
    ------
    PlacementError
        It has no delays in picoseconds.
    """
    found = DelayFile()
    kind, cell = "", CellDelays("")
    with path.open(encoding="utf-8", errors="replace") as lines:
        _check_head(lines, path)
        for line in lines:
            if match := _WIRE.match(line):
                source, output, sink, port, _, _, longest = match.groups()
                start, end = (_plain(source), _plain(output)), (_plain(sink), _plain(port))
                found.wires[end] = (start, int(longest))
            elif match := _THROUGH.match(line):
                start_port, end_port, _, _, longest = match.groups()
                key = (_plain(start_port), _plain(end_port))
                cell.through[key] = max(int(longest), cell.through.get(key, 0))
            elif match := _SETUP.match(line):
                port, clock, _, _, longest = match.groups()
                port = _plain(port)
                cell.setup[port] = max(int(longest), cell.setup.get(port, int(longest)))
                cell.clocks.add(_plain(clock))
            elif match := _TYPE.match(line):
                kind = match.group(1)
            elif (match := _INSTANCE.match(line)) and match.group(1):
                cell = found.cells.setdefault(_plain(match.group(1)), CellDelays(kind))
    return found


def _check_head(lines: Iterator[str], path: Path) -> None:
    for line in lines:
        if "TIMESCALE" in line:
            if "1ps" in line:
                return
            break
    raise PlacementError(f"{path} must give delays in picoseconds")


def _plain(name: str) -> str:
    """A name without SDF's backslashes."""
    return name.replace("\\", "") if "\\" in name else name
