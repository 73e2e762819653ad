"""`presparse synth`: what a core takes of the FPGA, and how fast it might run, by Yosys."""

from __future__ import annotations

import argparse
from pathlib import Path

from hwgen.commands.bus_option import add_bus
from hwgen.commands.core_option import add_core, add_resume, core_design, core_inputs
from hwgen.families.core_synthesis import check_synthesis, synthesise_core
from software_ref.commands.arguments import add_json, add_network_file
from software_ref.console.output import check_outputs, make_folder, write_json
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_core(parser)
    add_resume(parser)
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
    check_outputs({"--json": arguments.json}, inputs=core_inputs(arguments))
    device = file.target.fpga
    check_synthesis(device)
    design = core_design(file, arguments)
    report = synthesise_core(design, device, bus=arguments.bus, folder=arguments.build)
    print(report.format_table())
    if arguments.json:
        figures = {
            "network": str(arguments.network_file),
            "core": arguments.core,
            "constant": arguments.constant,
            "bus": arguments.bus,
            "clocks_per_sample": design.schedule.period,
            **report.to_dict(),
        }
        write_json(arguments.json, figures)
    return 0
