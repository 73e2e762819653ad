"""Lattice's ECP5: cores are placed and routed, with tools from PyPI."""

from __future__ import annotations

from hwgen.estimate.model import Estimate
from hwgen.families.family import Family, Fit, Placement, PlacementTask
from hwgen.pnr import place_and_route
from hwgen.pnr.nextpnr import DEFAULT_SEED
from hwgen.synthesis import Resources
from hwgen.tool import Progress
from software_ref.console.shared_folder import working_folder
from software_ref.devices import ECP5, Device

__all__ = ["Ecp5"]

LUTS_EACH = (1.4, 2.2)
"""LUTs of four inputs that come of one of an estimate, of six: the least and the most.

`synth_ecp5` on cores of 2,000 to 10,000 LUTs, all kinds of activations and with and without DSP
blocks: 1.5 to 2.0, where a memory of 64 bits takes six places, two of them for its write port.
"""


class Ecp5(Family):
    """The family whose cores are placed and routed here."""

    data = ECP5
    options = ("seed",)

    def available(self, device: Device) -> dict[str, float]:
        return {key: Resources.available(device)[key] for key in ("ff", "dsp", "bram36")}

    def fit(self, estimate: Estimate, device: Device) -> Fit:
        least, most = (round(each * estimate.lut) for each in LUTS_EACH)
        enough = all(getattr(estimate, key) <= of for key, of in self.available(device).items())
        fits, verdict = None, "may fit"
        if not enough or least > device.lut:
            fits, verdict = False, "does not fit"
        elif most <= device.lut:
            fits, verdict = True, "fits"
        return Fit(
            fits=fits,
            text=f"{verdict} {device.title}, which has {device.lut:,} LUTs of four inputs: about "
            f"{least:,} to {most:,} are needed; presparse pnr measures it",
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
