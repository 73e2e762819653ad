"""Yosys' script for an ECP5, and what nextpnr-ecp5 calls its parts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from software_ref.devices import Part

__all__ = ["package_name", "part_arguments", "synthesis_script"]

_PACKAGES = {"BG": "CABGA", "MG": "CSFBGA", "TG": "TQFP"}
"""nextpnr's names of packages, by Lattice's codes of them in part names."""


def part_arguments(part: Part) -> list[str]:
    """Arguments of nextpnr-ecp5 that name a part.

    Raises
    ------
    ValueError
        It is no ECP5, or in none of its packages.
    """
    found = re.fullmatch(r"lfe5(u|um|um5g)-(\d+)f", part.device.name)
    if found is None:
        raise ValueError(f"device for nextpnr-ecp5 must be an LFE5U, not {part.device.title}")
    kind, size = found.groups()
    option = f"--{size}k" if kind == "u" else f"--{kind}-{size}k"
    return [option, "--package", package_name(part), "--speed", part.speed]


def package_name(part: Part) -> str:
    """What nextpnr-ecp5 calls a part's package."""
    kind = _PACKAGES.get(part.package[:2])
    if kind is None:
        raise ValueError(
            f"package of {part.device.title} must start with {' or '.join(_PACKAGES)}, "
            f"not {part.package!r}"
        )
    return kind + part.package[2:]


def synthesis_script(sources: Sequence[str], top: str) -> list[str]:
    """Yosys commands that make `netlist.json` from Verilog files."""
    return [
        f"read_verilog {' '.join(sources)}",
        f"hierarchy -top {top}",
        "proc",
        # Before synth_ecp5, which would flatten too, but forget where registers come from.
        "flatten -scopename",
        # Up to autoname, whose names hide which unit a cell belongs to.
        f"synth_ecp5 -top {top} -run begin:check",
        "stat",
        "blackbox =A:whitebox",
        "write_json netlist.json",
    ]
