"""The ECP5 devices that a core can be placed on, and their synthesis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ECP5_DEVICES", "LFE5U_85F", "Ecp5Device", "synthesis_script"]

_BLOCK_RAM_BITS = 18 * 1024
_DISTRIBUTED_BITS = 64


@dataclass(frozen=True, kw_only=True)
class Ecp5Device:
    """One device of the family, in one package and speed grade."""

    name: str
    """The vendor's part name."""
    option: str
    """What nextpnr-ecp5 calls it."""
    package: str
    """Package; the harness needs three of its pins."""
    speed: int
    """Speed grade: 6 is the slowest, 8 the fastest."""
    block_ram: int
    """Block RAMs of 18 kbit (DP16KD)."""
    distributed_ram: int
    """Slices that can be a memory of 16 words of 4 bits (TRELLIS_RAMW)."""

    @property
    def memory_bits(self) -> int:
        """Bits of all memories."""
        return self.block_ram * _BLOCK_RAM_BITS + self.distributed_ram * _DISTRIBUTED_BITS

    @property
    def arguments(self) -> list[str]:
        """Arguments of nextpnr-ecp5."""
        return [self.option, "--package", self.package, "--speed", str(self.speed)]


LFE5U_85F = Ecp5Device(
    name="LFE5U-85F",
    option="--85k",
    package="CABGA756",
    speed=6,
    block_ram=208,
    distributed_ram=10_455,
)
"""The largest ECP5, in its slowest speed grade (Lattice data sheet FPGA-DS-02012)."""

ECP5_DEVICES = {device.name.lower(): device for device in (LFE5U_85F,)}
"""Every device, by its name in a network file's `[target]`."""


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
