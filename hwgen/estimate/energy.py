"""Energy of one sample: a rough model, for comparing networks with each other.

Energy of a clock = sum over resources of count times energy, as long as the core is at work, and
the static power of the device meanwhile. The constants are round assumptions about a 28 nm FPGA
whose data toggle about a quarter of the bits a clock, wires included; none of them was measured
here, and a board may well be off by a factor of three. Ratios between designs are better than that.
"""

from __future__ import annotations

from dataclasses import dataclass

from hwgen.estimate.model import Estimate

__all__ = ["ENERGY", "EnergyModel"]


@dataclass(frozen=True, kw_only=True)
class EnergyModel:
    """Energies in pJ a clock, and the static power in mW."""

    lut_pj: float
    """A LUT and the wires behind it."""
    ff_pj: float
    """A flip-flop and its share of the clock tree."""
    dsp_pj: float
    """A DSP block."""
    bram36_pj: float
    """A block RAM of 36 kbit that is read every clock."""
    static_mw: float
    """The idle device."""

    def sample_nj(self, estimate: Estimate, clock_mhz: float) -> float:
        """Energy of one sample in nJ, at one sample every `clocks_per_sample` clocks."""
        clock_pj = (
            self.lut_pj * estimate.lut
            + self.ff_pj * estimate.ff
            + self.dsp_pj * estimate.dsp
            + self.bram36_pj * estimate.bram36
        )
        static_pj = 1000 * self.static_mw / clock_mhz
        return estimate.clocks_per_sample * (clock_pj + static_pj) / 1000


ENERGY = EnergyModel(lut_pj=0.3, ff_pj=0.1, dsp_pj=20.0, bram36_pj=25.0, static_mw=100.0)
"""Assumed for the XC7A100T."""
