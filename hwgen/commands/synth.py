"""`presparse synth`: what a core takes of the FPGA, and how fast it might run, by Yosys."""

from __future__ import annotations

import argparse
from pathlib import Path

from hwgen.commands.core_option import add_core, add_resume, core_design, core_inputs
from hwgen.families import family_of
from hwgen.synthesis import check_capacity
from software_ref.commands.arguments import add_json, add_network_file
from software_ref.console.output import check_outputs, make_folder, write_json
from software_ref.console.progress import ProgressBar
from software_ref.console.shared_folder import working_folder
from software_ref.devices import DEVICES
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_core(parser)
    add_resume(parser)
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
    check_outputs({"--json": arguments.json}, inputs=core_inputs(arguments))
    device = file.target.fpga
    synthesise = family_of(device).synthesise
    if synthesise is None:
        names = ", ".join(f'"{n}"' for n, each in DEVICES.items() if family_of(each).synthesise)
        raise ValueError(
            f"target device must be one of {names} for synth, not {device.name!r}; "
            "presparse pnr measures a core on it"
        )
    design = core_design(file, arguments)
    check_capacity(design.schedule, device)
    with working_folder(arguments.build) as folder:
        verilog = folder / f"{design.name}.v"
        verilog.write_text(design.verilog, encoding="utf-8")
        with ProgressBar(0, unit="step", description="synthesis") as bar:
            report = synthesise(verilog, design.name, folder, bar.step, device=device)
    print(report.format_table())
    if arguments.json:
        figures = {
            "network": str(arguments.network_file),
            "core": arguments.core,
            "constant": arguments.constant,
            "clocks_per_sample": design.schedule.period,
            **report.to_dict(),
        }
        write_json(arguments.json, figures)
    return 0
