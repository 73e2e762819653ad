"""Xilinx' 7 series: synthesis by Yosys, placement by the user's tools, or a plan for them."""

from __future__ import annotations

from pathlib import Path

from hwgen.estimate.model import Estimate
from hwgen.families.family import Family, Fit, Placement, PlacementTask
from hwgen.pnr import XC7_TOOLS, Xc7Tool, find_tool, run_xc7_tool, write_plan
from hwgen.synthesis import Resources, synthesise
from hwgen.tool import Progress
from software_ref.console.output import make_folder
from software_ref.console.shared_folder import working_folder
from software_ref.devices import XC7, Device

__all__ = ["Xc7"]


class Xc7(Family):
    """The family whose cells estimates are counted in."""

    data = XC7
    options = ("chipdb",)
    exact = ("dsp", "bram36")
    synthesise = staticmethod(synthesise)

    def available(self, device: Device) -> dict[str, float]:
        return Resources.available(device)

    def fit(self, estimate: Estimate, device: Device) -> Fit:
        fits = Resources(
            lut=estimate.lut,
            lutram=estimate.lutram,
            ff=estimate.ff,
            dsp=estimate.dsp,
            bram36=estimate.bram36,
        ).fits(device)
        return Fit(fits=fits, text=f"{'fits' if fits else 'does not fit'} {device.title}")

    def place(self, task: PlacementTask, progress: Progress) -> Placement:
        tool = find_tool()
        return _plan(task) if tool is None else _run(tool, task, progress)


def _plan(task: PlacementTask) -> Placement:
    folder = task.folder or Path(f"{task.name}_pnr")
    make_folder("--build", folder)
    with working_folder(folder):
        write_plan(task.design, folder, part=task.part, freq_mhz=task.freq_mhz)
    names = ", ".join(each.program for each in XC7_TOOLS)
    return Placement(
        text=f"none of {names} found: the plan to run elsewhere is in {folder}",
        figures={"device": task.part.device.name, "fmax_mhz": None, "plan": str(folder)},
    )


def _run(tool: Xc7Tool, task: PlacementTask, progress: Progress) -> Placement:
    with working_folder(task.folder) as folder:
        write_plan(task.design, folder, part=task.part, freq_mhz=task.freq_mhz)
        figures = run_xc7_tool(
            tool, folder, progress, part=task.part, freq_mhz=task.freq_mhz, chipdb=task.chipdb
        )
    fmax, path = figures["fmax_mhz"], figures["path"]
    lines = [f"{fmax:.2f} MHz after routing on {figures['device']} by {tool.program}"]
    if path is not None:
        lines.insert(
            0,
            f"critical path from {path['start']} to {path['end']}: {path['cell_ns']:.3f} ns in "
            f"{path['levels']} levels of cells, {path['wire_ns']:.3f} ns on wires",
        )
    samples = round(1e6 * fmax / task.design.schedule.period)
    return Placement(
        text="\n".join(lines),
        figures={**figures, "samples_per_second": samples, "plan": None},
    )
