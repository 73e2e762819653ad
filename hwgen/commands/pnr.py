"""`presparse pnr`: places and routes a core, and tells its clock and what limits it."""

from __future__ import annotations

import argparse
from pathlib import Path

from hwgen.commands.core_option import add_core, add_resume, core_design, core_inputs
from hwgen.families import FAMILIES, PlacementTask, family_of
from hwgen.families.options import check_options
from hwgen.pnr.nextpnr import DEFAULT_SEED, MAX_SEED
from hwgen.synthesis import check_capacity
from software_ref.commands.arguments import add_json, add_network_file
from software_ref.console.output import check_outputs, make_folder, write_json
from software_ref.console.progress import ProgressBar
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "run"]

_MAX_MHZ = 1000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_core(parser)
    add_resume(parser)
    parser.add_argument(
        "--build",
        type=Path,
        metavar="DIR",
        help="keep Verilog, scripts, logs and reports in DIR (default: a temporary folder; for a "
        "plan NAME_pnr)",
    )
    parser.add_argument(
        "--freq",
        type=_frequency,
        default=120.0,
        metavar="MHZ",
        help="clock to aim for (default: %(default)g)",
    )
    parser.add_argument(
        "--seed",
        type=_seed,
        metavar="N",
        help=f"seed of nextpnr's placer (default: {DEFAULT_SEED})",
    )
    parser.add_argument(
        "--chipdb",
        type=Path,
        metavar="FILE",
        help="the 7-series FPGA's database: nextpnr-xilinx needs it, nextpnr-himbaechel may "
        "have its own",
    )
    parser.add_argument(
        "--engine",
        metavar="PROGRAM",
        help="for the 7 series: the program that places and routes (default: the best one "
        "installed)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    file = read_network_file(arguments.network_file)
    make_folder("--build", arguments.build)
    check_outputs({"--json": arguments.json}, inputs=core_inputs(arguments))
    device = file.target.fpga
    family = family_of(device)
    check_options(arguments, family, FAMILIES.values(), noun="devices", name=device.name)
    if arguments.chipdb is not None and not arguments.chipdb.is_file():
        raise ValueError(f"--chipdb must name a file, not {str(arguments.chipdb)!r}")
    design = core_design(file, arguments)
    check_capacity(design.schedule, device)
    task = PlacementTask(
        design=design,
        part=device.part,
        name=file.name,
        folder=arguments.build,
        freq_mhz=arguments.freq,
        seed=arguments.seed,
        chipdb=arguments.chipdb,
        engine=arguments.engine,
    )
    with ProgressBar(0, unit="step", description="place and route") as bar:
        placement = family.place(task, bar.step)
    print(placement.text)
    if arguments.json:
        head = {
            "network": str(arguments.network_file),
            "core": arguments.core,
            "constant": arguments.constant,
            "clocks_per_sample": design.schedule.period,
        }
        write_json(arguments.json, {**head, **placement.figures})
    return 0


def _frequency(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= _MAX_MHZ:
        raise argparse.ArgumentTypeError(
            f"must be a clock above 0 and up to {_MAX_MHZ:g} MHz, not {text!r}"
        )
    return value


def _seed(text: str) -> int:
    if not (text.isdecimal() and int(text) <= MAX_SEED):
        raise argparse.ArgumentTypeError(f"must be an integer from 0 to {MAX_SEED}, not {text!r}")
    return int(text)
