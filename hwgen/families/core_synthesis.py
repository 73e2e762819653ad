"""A core's synthesis, alone or on a bus, by what its device's family synthesises with."""

from __future__ import annotations

from pathlib import Path

from hwgen.bus.design import AxiDesign
from hwgen.core.design import CoreDesign
from hwgen.families import family_of
from hwgen.synthesis import SynthesisReport, check_capacity
from software_ref.console.progress import ProgressBar
from software_ref.console.shared_folder import working_folder
from software_ref.devices import DEVICES, Device

__all__ = ["check_synthesis", "synthesise_core"]

UNITS_ON_BUS = 3
"""Levels of units in the table of a core on a bus: the core itself is one more."""


def check_synthesis(device: Device) -> None:
    """Raise ValueError for a device on which placement alone measures a core."""
    if family_of(device).synthesise is None:
        names = ", ".join(f'"{n}"' for n, each in DEVICES.items() if family_of(each).synthesise)
        raise ValueError(
            f"target device must be one of {names} for synth, not {device.name!r}; "
            "presparse pnr measures a core on it"
        )


def synthesise_core(
    design: CoreDesign, device: Device, *, bus: str | None = None, folder: Path | None = None
) -> SynthesisReport:
    """Synthesise a core.

    Parameters
    ----------
    design
        The core.
    device
        The FPGA.
    bus
        The bus that it is put on, one of `BUSES`.
    folder
        Where Verilog, scripts, logs and netlist stay; None for nowhere.

    Raises
    ------
    ToolError
        Yosys failed.
    ValueError
        The device is measured by placement alone, or has too little room to try.
    """
    check_synthesis(device)
    check_capacity(design.schedule, device)
    synthesise = family_of(device).synthesise
    assert synthesise is not None  # checked above
    with working_folder(folder) as work:
        text, top = design.verilog, design.name
        levels = {}
        if bus:
            wrapped = AxiDesign(core=design)
            text, top = wrapped.whole_verilog, wrapped.name
            levels["unit_depth"] = UNITS_ON_BUS
        verilog = work / f"{top}.v"
        verilog.write_text(text, encoding="utf-8")
        with ProgressBar(0, unit="step", description="synthesis") as bar:
            return synthesise(verilog, top, work, bar.step, device=device, **levels)
