"""What a synthesis run found: resources, their split by unit, and the longest path."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from hwgen.synthesis.resources import Resources
from hwgen.synthesis.static_timing import TimingPath
from software_ref.console.output import table_lines
from software_ref.devices import Device

__all__ = ["SHARED", "SynthesisReport", "UnitReport"]

SHARED = "shared"
"""Row of the cells that belong to the top module itself or to several of its units."""


@dataclass(frozen=True, kw_only=True)
class UnitReport:
    """One unit of the design, with all units inside it."""

    resources: Resources
    """Its cells and those of the units inside it."""

    path_ns: float | None
    """Longest register-to-register path that ends in it; None where none does."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**asdict(self.resources), "path_ns": self.path_ns}


@dataclass(frozen=True, kw_only=True)
class SynthesisReport:
    """Figures of one design on one device, before placement."""

    top: str
    """Top module."""

    device: Device
    """FPGA that the shares refer to."""

    resources: Resources
    """Whole design, flattened."""

    units: dict[str, UnitReport]
    """By hierarchical name (`junction_1.update`), then SHARED. Each unit includes those inside it,
    so the names without a dot, SHARED among them, add up to the whole."""

    path: TimingPath | None
    """Longest register-to-register path; None without registers."""

    input_ns: float | None
    """Longest path from an input port to a register."""

    output_ns: float | None
    """Longest path from a register to an output port."""

    through_ns: float | None
    """Longest path from an input port to an output port."""

    untimed: tuple[str, ...]
    """Pins and cells that the library of delays leaves out."""

    tool: str
    """Yosys and its version."""

    seconds: float
    """Wall-clock time of the run."""

    @property
    def path_ns(self) -> float | None:
        """Cell delay of the longest register-to-register path, without wires."""
        return None if self.path is None else self.path.ns

    @property
    def fits(self) -> bool:
        """Whether the device has enough of everything."""
        return self.resources.fits(self.device)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "top": self.top,
            "device": self.device.title,
            "tool": self.tool,
            **asdict(self.resources),
            "percent": self.resources.percent(self.device),
            "fits": self.fits,
            "path_ns": self.path_ns,
            "path": None if self.path is None else self.path.to_dict(),
            "input_ns": self.input_ns,
            "output_ns": self.output_ns,
            "through_ns": self.through_ns,
            "untimed": list(self.untimed),
            "units": {name: unit.to_dict() for name, unit in self.units.items()},
            "seconds": self.seconds,
        }

    def format_table(self) -> str:
        """A table for people, with the longest path below it."""
        header = ("unit", "LUT", "memory", "shift", "CARRY4", "FF", "DSP", "BRAM36", "path ns")
        rows = [
            _cells("  " * name.count(".") + name.rsplit(".", 1)[-1], unit.resources, unit.path_ns)
            for name, unit in self.units.items()
        ]
        rows.append(_cells(self.top, self.resources, self.path_ns))
        share = self.resources.percent(self.device)
        rows.append(
            [
                f"share of {self.device.title}",
                f"{share['lut']:.1f} %",
                f"{share['memory_lut']:.1f} %",
                None,
                f"{share['carry']:.1f} %",
                f"{share['ff']:.1f} %",
                f"{share['dsp']:.1f} %",
                f"{share['bram36']:.1f} %",
                "fits" if self.fits else "does not fit",
            ]
        )
        lines = table_lines(header, rows)
        if self.path is not None:
            lines += ["", f"longest path, {self.path.ns:.3f} ns of cell delay (wires come on top):"]
            lines += [
                f"  {cell.arrival_ns:7.3f}  {cell.type:<24} {cell.name}" for cell in self.path.cells
            ]
        return "\n".join(lines)


def _cells(label: str, found: Resources, path_ns: float | None) -> list[object]:
    """A unit's row of the table."""
    return [
        *(label, found.lut, found.lutram, found.srl, found.carry, found.ff, found.dsp),
        f"{found.bram36:g}",
        "-" if path_ns is None else f"{path_ns:.3f}",
    ]
