"""Lattice's ECP5: cores are placed and routed, with tools from PyPI."""

from __future__ import annotations

from hwgen.estimate.model import Estimate
from hwgen.families.family import Family, Fit, Placement, PlacementTask, work_folder
from hwgen.pnr import place_and_route
from hwgen.pnr.nextpnr import DEFAULT_SEED
from hwgen.synthesis import Resources
from hwgen.tool import Progress
from software_ref.devices import ECP5, Device

__all__ = ["Ecp5"]

LOGIC = (1.3, 1.9)
"""LUTs of four inputs for one of six in an estimate's logic, the least and the most: `synth_ecp5`
made 1.40 to 1.73 of cores of 2,000 to 10,000 LUTs, all activations, with and without DSP blocks."""
MEMORY = (2.0, 4.5)
"""The same for LUTs that are memory: 2.2 to 4.4 there; 4.5 where 48 bits a LUT, all that a RAM64M
has of use, become 16 words of four bits in six LUTs, of which two take the write address."""
LUTS_OF_A_MEMORY = 6


class Ecp5(Family):
    """The family whose cores are placed and routed here."""

    data = ECP5
    options = ("seed",)

    def available(self, device: Device) -> dict[str, float]:
        return {key: Resources.available(device)[key] for key in ("ff", "dsp", "bram36")}

    def fit(self, estimate: Estimate, device: Device) -> Fit:
        alike = all(getattr(estimate, key) <= of for key, of in self.available(device).items())
        needs = [_needs(estimate, *factors) for factors in zip(LOGIC, MEMORY, strict=True)]
        at_least, at_most = (
            alike and luts <= device.lut and memories <= device.lut_memory
            for luts, memories in needs
        )
        verdict = "fits" if at_most else "may fit" if at_least else "does not fit"
        luts, memories = (f"{least:,} to {most:,}" for least, most in zip(*needs, strict=True))
        return Fit(
            fits=at_least if at_least == at_most else None,
            text=f"{verdict} {device.title}: about {luts} of {device.lut:,} LUTs of four inputs, "
            f"{memories} of {device.lut_memory:,} LUT memories; presparse pnr measures it",
        )

    def place(self, task: PlacementTask, progress: Progress) -> Placement:
        with work_folder(task.folder) as folder:
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


def _needs(estimate: Estimate, logic: float, memory: float) -> tuple[int, int]:
    """LUTs of four inputs, and LUT memories."""
    in_memory = memory * estimate.lutram
    luts = logic * (estimate.lut - estimate.lutram) + in_memory
    return round(luts), round(in_memory / LUTS_OF_A_MEMORY)
