"""What placement and routing found: the clock, what limits it by unit, and resources."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from hwgen.pnr.path_class import PathClass
from hwgen.pnr.route_timing import RoutedPath, Segment
from software_ref.console.output import table_lines
from software_ref.devices import ECP5

__all__ = ["COLUMNS", "HARNESS", "SHARED", "PlacedUnit", "RouteReport"]

HARNESS = "harness"
"""Row of the cells around the core."""

SHARED = "shared"
"""Row of the cells that belong to the core's top module or to several of its units."""

COLUMNS = {
    "COMB": "TRELLIS_COMB",
    "RAMW": "TRELLIS_RAMW",
    "FF": "TRELLIS_FF",
    "MULT18": ECP5.dsp_block,
    "DP16KD": "DP16KD",
}
"""Cells of an ECP5 that the table shows, by what it calls them."""
_SHOWN_CLASSES = 8


@dataclass(frozen=True, kw_only=True)
class PlacedUnit:
    """One unit of the design, with all units inside it."""

    cells: Counter[str]
    """Cells by type."""
    path: RoutedPath | None
    """The longest path that ends in it; None where none does."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        counts = {kind: self.cells[kind] for kind in COLUMNS.values()}
        return {**counts, "path": None if self.path is None else self.path.to_dict()}


@dataclass(frozen=True, kw_only=True)
class RouteReport:
    """Figures of one core, placed and routed on one device."""

    device: str
    """The vendor's part name."""
    speed: int
    """Speed grade."""
    package: str
    """Package."""
    freq_mhz: float
    """Clock asked for."""
    seed: int
    """Seed of the placer."""
    path: RoutedPath
    """The longest path that starts or ends in the core."""
    path_units: tuple[str, str]
    """Units that it starts and ends in."""
    nextpnr_fmax_mhz: float
    """Highest clock of core and harness together, as nextpnr reports it."""
    inner_ns: float | None
    """The longest path with both ends in the core."""
    input_ns: float | None
    """The longest one from a register of the harness into the core."""
    output_ns: float | None
    """The longest one from the core to a register of the harness."""
    harness_ns: float | None
    """The longest one inside the harness."""
    units: dict[str, PlacedUnit]
    """By hierarchical name, then SHARED and HARNESS. Each unit includes those inside it."""
    classes: tuple[PathClass, ...]
    """Kinds of paths that start or end in the core, slowest first."""
    used: dict[str, int]
    """Cells of the whole design by type, as nextpnr counts them."""
    available: dict[str, int]
    """Cells of the device by type."""
    untimed: tuple[str, ...]
    """Inputs that nextpnr has no timing for."""
    tools: tuple[str, ...]
    """Yosys and nextpnr with their versions."""
    seconds: float
    """Wall-clock time of the run."""

    @property
    def fmax_mhz(self) -> float:
        """Highest clock of the core, its inputs and outputs being registers."""
        return 1000 / self.path.ns

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "device": self.device,
            "speed": self.speed,
            "package": self.package,
            "freq_mhz": self.freq_mhz,
            "seed": self.seed,
            "fmax_mhz": round(self.fmax_mhz, 2),
            "nextpnr_fmax_mhz": round(self.nextpnr_fmax_mhz, 2),
            "path_units": list(self.path_units),
            "path": self.path.to_dict(),
            "inner_ns": self.inner_ns,
            "input_ns": self.input_ns,
            "output_ns": self.output_ns,
            "harness_ns": self.harness_ns,
            "classes": [each.to_dict() for each in self.classes],
            "units": {name: unit.to_dict() for name, unit in self.units.items()},
            "used": self.used,
            "available": {kind: self.available[kind] for kind in self.used},
            "untimed": list(self.untimed),
            "tools": list(self.tools),
            "seconds": self.seconds,
        }

    def format_table(self) -> str:
        """Tables for people."""
        kinds = COLUMNS.values()
        rows = [
            _cells("  " * name.count(".") + name.rsplit(".", 1)[-1], unit)
            for name, unit in self.units.items()
        ]
        shares = [f"{100 * self.used[kind] / self.available[kind]:.1f} %" for kind in kinds]
        rows.append(["whole", *(self.used[kind] for kind in kinds), None, None, None])
        rows.append([f"share of {self.device}", *shares, None, None, None])
        lines = table_lines(("unit", *COLUMNS, "path ns", "cells", "wires"), rows)
        lines += [
            "",
            f"{'ns':>7}{'cells':>8}{'wires':>8}{'levels':>8}{'paths':>7}  kind, slowest first",
        ]
        for each in self.classes[:_SHOWN_CLASSES]:
            lines.append(
                f"{each.ns:>7.2f}{each.cell_ns:>8.2f}{each.wire_ns:>8.2f}{each.levels:>8}"
                f"{each.paths:>7}  {each.start} -> {each.end}"
            )
        start, end = self.path_units
        lines += ["", f"critical path, {self.path.ns:.3f} ns, from {start} to {end}:"]
        for inside, steps in groupby(self.path.segments, key=_in_carry):
            segments = list(steps)
            if inside:
                ns = sum(segment.ns for segment in segments)
                lines.append(f"  {ns:7.3f}  {'carry chain':<16} {segments[0].cell}")
                continue
            for segment in segments:
                what = f"wire to {segment.ports}" if segment.kind == "wire" else segment.ports
                lines.append(f"  {segment.ns:7.3f}  {what:<16} {segment.cell}")
        met = "meets" if self.fmax_mhz >= self.freq_mhz else "misses"
        lines += [
            "",
            f"{self.fmax_mhz:.2f} MHz after routing on {self.device}, speed grade {self.speed}, "
            f"{met} {self.freq_mhz:g} MHz",
        ]
        return "\n".join(line.rstrip() for line in lines)


def _in_carry(segment: Segment) -> bool:
    """Whether a step is from one carry to the next."""
    return segment.ports in ("FCI", "FCI>FCO")


def _cells(label: str, unit: PlacedUnit) -> list[object]:
    """A unit's row of the table."""
    path = unit.path
    ns = ["-"] * 3 if path is None else [f"{x:.3f}" for x in (path.ns, path.cell_ns, path.wire_ns)]
    return [label, *(unit.cells[kind] for kind in COLUMNS.values()), *ns]
