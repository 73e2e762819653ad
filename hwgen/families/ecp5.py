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


class Ecp5(Family):
    """The family whose cores are placed and routed here."""

    data = ECP5
    options = ("seed",)

    def available(self, device: Device) -> dict[str, float]:
        # Its LUTs have four inputs, where estimates count LUTs of six.
        alike = ("ff", "dsp", "bram36")
        return {key: value for key, value in Resources.available(device).items() if key in alike}

    def fit(self, estimate: Estimate, device: Device) -> Fit:
        return Fit(
            fits=None, text=f"counted as in an XC7A100T; presparse pnr measures {device.name}"
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
