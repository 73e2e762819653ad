"""Lattice's ECP5: cores are placed and routed, with tools from PyPI."""

from __future__ import annotations

from dataclasses import dataclass

from hwgen.estimate.model import Estimate
from hwgen.families.family import Family, Fit, Placement, PlacementTask
from hwgen.pnr import place_and_route
from hwgen.pnr.nextpnr import DEFAULT_SEED
from hwgen.synthesis import Resources
from hwgen.tool import Progress
from software_ref.console.shared_folder import working_folder
from software_ref.devices import ECP5, Device

__all__ = ["Ecp5"]

# What comes of one that an estimate counts for the 7 series, the least and the most; in brackets
# what `synth_ecp5` made of eleven cores of 2,000 to 13,000 LUTs: both activations, formats of 8 to
# 12 bits, with and without DSP blocks.
LOGIC = (1.3, 2.2)
"""LUTs of four inputs for one of six (1.40 to 1.98)."""
MEMORY = (2.0, 6.0)
"""The same where they are memory (2.2 to 4.6; no more where a word of six bits takes two)."""
FLIP_FLOPS = (0.9, 1.25)
"""Flip-flops (0.95 to 1.06, and 1.19 with a shallow pipeline)."""
LUTS_OF_A_MEMORY = 6
"""Four for 16 words of four bits, and two whose place the write address takes."""


class Ecp5(Family):
    """The family whose cores are placed and routed here."""

    data = ECP5
    options = ("seed",)
    exact = ("dsp",)

    def available(self, device: Device) -> dict[str, float]:
        return {key: Resources.available(device)[key] for key in ("ff", "dsp", "bram36")}

    def fit(self, estimate: Estimate, device: Device) -> Fit:
        factors = zip(LOGIC, MEMORY, FLIP_FLOPS, strict=True)
        least, most = (_Need.of(estimate, *each) for each in factors)
        at_least, at_most = least.fits(device), most.fits(device)
        verdict = "fits" if at_most else "may fit" if at_least else "does not fit"
        return Fit(
            fits=at_least if at_least == at_most else None,
            text=f"{verdict} {device.title}: about {least.lut:,} to {most.lut:,} of "
            f"{device.lut:,} LUTs of four inputs, {least.memory:,} to {most.memory:,} of "
            f"{device.lut_memory:,} LUT memories; presparse pnr measures it",
        )

    def place(self, task: PlacementTask, progress: Progress) -> Placement:
        with working_folder(task.folder) as folder:
            report = place_and_route(
                task.design,
                folder,
                progress,
                part=task.part,
                freq_mhz=task.freq_mhz,
                seed=DEFAULT_SEED if task.seed is None else task.seed,
            )
        period = task.design.schedule.period
        samples = 1e6 * report.fmax_mhz / period
        rate = f"{samples:,.0f} samples/s at that clock, one in {period} clocks"
        return Placement(
            text=f"{report.format_table()}\n{rate}",
            figures={**report.to_dict(), "samples_per_second": round(samples), "plan": None},
        )


@dataclass(frozen=True, kw_only=True)
class _Need:
    """What a core may take of an ECP5."""

    lut: int
    memory: int
    ff: int
    dsp: int
    block_ram: int

    @classmethod
    def of(cls, estimate: Estimate, logic: float, memory: float, flip_flops: float) -> _Need:
        """From an estimate and what comes of one of its LUTs, memory LUTs and flip-flops."""
        in_memory = memory * estimate.lutram
        return cls(
            lut=round(logic * (estimate.lut - estimate.lutram) + in_memory),
            memory=round(in_memory / LUTS_OF_A_MEMORY),
            ff=round(flip_flops * estimate.ff),
            dsp=estimate.dsp,
            block_ram=round(2 * estimate.bram36),
        )

    def fits(self, device: Device) -> bool:
        """Whether the device has as much."""
        return (
            self.lut <= device.lut
            and self.memory <= device.lut_memory
            and self.ff <= device.ff
            and self.dsp <= device.dsp
            and self.block_ram <= device.block_ram
        )
