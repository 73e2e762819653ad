"""`presparse synth`: what a core takes of the FPGA, and how fast it might run, by Yosys."""

from __future__ import annotations

import argparse
from pathlib import Path

from hwgen.bus.design import AxiDesign
from hwgen.commands.bus_option import add_bus
from hwgen.commands.core_option import add_core
from hwgen.core.design import CoreDesign
from hwgen.families import family_of
from hwgen.synthesis import check_capacity
from software_ref.commands.arguments import add_json, add_network_file
from software_ref.console.output import check_outputs, make_folder, write_json
from software_ref.console.progress import ProgressBar
from software_ref.console.shared_folder import working_folder
from software_ref.devices import DEVICES
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "run"]

UNITS_ON_BUS = 3
"""Levels of units in the table of a core on a bus: the core itself is one more."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_core(parser)
    add_bus(parser)
    parser.add_argument(
        "--build",
        type=Path,
        metavar="DIR",
        help="keep Verilog, scripts, logs and netlist in DIR (default: a temporary folder)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    file = read_network_file(arguments.network_file)
    make_folder("--build", arguments.build)
    check_outputs({"--json": arguments.json}, inputs=[arguments.network_file])
    device = file.target.fpga
    synthesise = family_of(device).synthesise
    if synthesise is None:
        names = ", ".join(f'"{n}"' for n, each in DEVICES.items() if family_of(each).synthesise)
        raise ValueError(
            f"target device must be one of {names} for synth, not {device.name!r}; "
            "presparse pnr measures a core on it"
        )
    design = CoreDesign.from_file(file, training=arguments.core == "training")
    check_capacity(design.schedule, device)
    with working_folder(arguments.build) as folder:
        text, top = design.verilog, design.name
        levels = {}
        if arguments.bus:
            wrapped = AxiDesign(core=design)
            text, top = wrapped.whole_verilog, wrapped.name
            levels["unit_depth"] = UNITS_ON_BUS
        verilog = folder / f"{top}.v"
        verilog.write_text(text, encoding="utf-8")
        with ProgressBar(0, unit="step", description="synthesis") as bar:
            report = synthesise(verilog, top, folder, bar.step, device=device, **levels)
    print(report.format_table())
    if arguments.json:
        figures = {
            "network": str(arguments.network_file),
            "core": arguments.core,
            "bus": arguments.bus,
            "clocks_per_sample": design.schedule.period,
            **report.to_dict(),
        }
        write_json(arguments.json, figures)
    return 0
