"""Xilinx' 7 series: synthesis by Yosys, placement by the user's tools, or a plan for them."""

from __future__ import annotations

from pathlib import Path

from hwgen.estimate.model import Estimate
from hwgen.families.family import Family, Fit, Placement, PlacementTask
from hwgen.pnr import PROGRAMS, Program, find_program, run_xc7_tool, write_plan
from hwgen.pnr.nextpnr import DEFAULT_SEED
from hwgen.synthesis import Resources, synthesise
from hwgen.tool import Progress
from software_ref.console.output import make_folder
from software_ref.console.shared_folder import working_folder
from software_ref.devices import XC7, Device

__all__ = ["Xc7"]


class Xc7(Family):
    """The family whose cells estimates are counted in."""

    data = XC7
    options = ("chipdb", "engine", "seed")
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
        program = find_program(task.engine)
        return _plan(task) if program is None else _run(program, task, progress)


def _plan(task: PlacementTask) -> Placement:
    folder = task.folder or Path(f"{task.name}_pnr")
    make_folder("--build", folder)
    with working_folder(folder):
        write_plan(task.design, folder, part=task.part, freq_mhz=task.freq_mhz)
    return Placement(
        text=f"none of {', '.join(PROGRAMS)} found: the plan to run elsewhere is in {folder}",
        figures={"device": task.part.device.name, "fmax_mhz": None, "plan": str(folder)},
    )


def _run(program: Program, task: PlacementTask, progress: Progress) -> Placement:
    seed = DEFAULT_SEED if task.seed is None else task.seed
    with working_folder(task.folder) as folder:
        write_plan(task.design, folder, part=task.part, freq_mhz=task.freq_mhz)
        fmax, path = run_xc7_tool(
            program,
            folder,
            progress,
            part=task.part,
            freq_mhz=task.freq_mhz,
            chipdb=task.chipdb,
            seed=seed,
        )
    lines = [] if path is None else [str(path)]
    lines.append(f"{fmax:.2f} MHz after routing on {task.part.name} by {program.title}")
    return Placement(
        text="\n".join(lines),
        figures={
            "device": task.part.name,
            "tool": program.title,
            "seed": seed,
            "freq_mhz": task.freq_mhz,
            "fmax_mhz": round(fmax, 2),
            "path": None if path is None else path.to_dict(),
            "samples_per_second": round(1e6 * fmax / task.design.schedule.period),
            "plan": None,
        },
    )
