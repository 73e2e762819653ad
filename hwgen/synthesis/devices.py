"""What each supported 7-series FPGA holds, and what Yosys calls its family."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEVICES", "XC7A100T", "Device"]

_BLOCK_RAM_BITS = 36 * 1024
_LUT_BITS = 64


@dataclass(frozen=True, kw_only=True)
class Device:
    """One FPGA.

    Raises
    ------
    ValueError
        A resource is negative, or more LUTs can be memory than there are.
    """

    name: str
    """The vendor's part name, without package and speed grade."""

    family: str
    """Argument of Yosys' `synth_xilinx -family`."""

    lut: int
    """Six-input LUTs."""

    memory_lut: int
    """LUTs (of those) that can be memory or shift registers."""

    ff: int
    """Flip-flops."""

    carry: int
    """Four-bit carry elements (CARRY4), one a slice."""

    bram36: int
    """Block RAMs of 36 kbit, each usable as two of 18 kbit."""

    dsp: int
    """DSP blocks (DSP48E1)."""

    def __post_init__(self) -> None:
        for field in ("lut", "memory_lut", "ff", "carry", "bram36", "dsp"):
            if getattr(self, field) < 0:
                raise ValueError(f"{field} must not be negative, not {getattr(self, field)!r}")
        if self.memory_lut > self.lut:
            raise ValueError(
                f"memory_lut must be at most lut ({self.lut}), not {self.memory_lut!r}"
            )

    @property
    def memory_bits(self) -> int:
        """Bits of all block RAMs and LUT memories."""
        return self.bram36 * _BLOCK_RAM_BITS + self.memory_lut * _LUT_BITS


XC7A100T = Device(
    name="XC7A100T",
    family="xc7",
    lut=63_400,
    memory_lut=19_000,
    ff=126_800,
    carry=15_850,
    bram36=135,
    dsp=240,
)
"""Artix-7 100T, 15,850 slices (Xilinx data sheet DS180)."""

DEVICES = {device.name.lower(): device for device in (XC7A100T,)}
"""Every 7-series device, by its name in a network file's `[target]`."""
