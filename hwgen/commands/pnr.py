"""`presparse pnr`: places and routes a core, and tells its clock and what limits it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hwgen.commands.core_option import add_core
from hwgen.core.design import CoreDesign
from hwgen.pnr import (
    ARTIX_TOOLS,
    ECP5_DEVICES,
    find_tool,
    place_and_route,
    run_artix_tool,
    write_plan,
)
from hwgen.synthesis import DEVICES, check_capacity
from software_ref.commands.arguments import add_json, add_network_file
from software_ref.console.output import check_outputs, make_folder, write_json
from software_ref.console.progress import ProgressBar
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.shared_folder import working_folder

__all__ = ["add_arguments", "run"]

_MAX_MHZ = 1000.0
_MAX_SEED = 2**31 - 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_core(parser)
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
        default=1,
        metavar="N",
        help="seed of the ECP5 placer (default: %(default)s)",
    )
    parser.add_argument(
        "--chipdb",
        type=Path,
        metavar="FILE",
        help="the Artix-7's database, for nextpnr-xilinx and nextpnr-himbaechel",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    file = read_network_file(arguments.network_file)
    make_folder("--build", arguments.build)
    check_outputs({"--json": arguments.json}, inputs=[arguments.network_file])
    if arguments.chipdb is not None and not arguments.chipdb.is_file():
        raise ValueError(f"--chipdb must name a file, not {str(arguments.chipdb)!r}")
    design = CoreDesign.from_file(file, training=arguments.core == "training")
    name = file.target.device
    check_capacity(design.schedule, ECP5_DEVICES.get(name) or DEVICES[name])
    place = _ecp5 if name in ECP5_DEVICES else _artix
    figures = place(arguments, file, design)
    if arguments.json:
        head = {
            "network": str(arguments.network_file),
            "core": arguments.core,
            "clocks_per_sample": design.schedule.period,
        }
        write_json(arguments.json, {**head, **figures})
    return 0


def _ecp5(arguments: argparse.Namespace, file: NetworkFile, design: CoreDesign) -> dict[str, Any]:
    with (
        working_folder(arguments.build) as folder,
        ProgressBar(0, unit="step", description="place and route") as bar,
    ):
        report = place_and_route(
            design,
            folder,
            bar.step,
            device=ECP5_DEVICES[file.target.device],
            freq_mhz=arguments.freq,
            seed=arguments.seed,
        )
    print(report.format_table())
    samples = 1e6 * report.fmax_mhz / design.schedule.period
    print(f"{samples:,.0f} samples/s at that clock, one in {design.schedule.period} clocks")
    return {**report.to_dict(), "samples_per_second": round(samples), "plan": None}


def _artix(arguments: argparse.Namespace, file: NetworkFile, design: CoreDesign) -> dict[str, Any]:
    tool = find_tool()
    if tool is None:
        folder = arguments.build or Path(f"{file.name}_pnr")
        make_folder("--build", folder)
        with working_folder(folder):
            write_plan(design, folder, freq_mhz=arguments.freq)
        names = ", ".join(each.program for each in ARTIX_TOOLS)
        print(f"none of {names} found: the plan to run elsewhere is in {folder}")
        return {"device": file.target.device, "fmax_mhz": None, "plan": str(folder)}
    with working_folder(arguments.build) as folder:
        write_plan(design, folder, freq_mhz=arguments.freq)
        with ProgressBar(0, unit="step", description=tool.program) as bar:
            figures = run_artix_tool(
                tool, folder, bar.step, freq_mhz=arguments.freq, chipdb=arguments.chipdb
            )
    fmax, path = figures["fmax_mhz"], figures["path"]
    if path is not None:
        print(
            f"critical path from {path['start']} to {path['end']}: {path['cell_ns']:.3f} ns in "
            f"{path['levels']} levels of cells, {path['wire_ns']:.3f} ns on wires"
        )
    print(f"{fmax:.2f} MHz after routing on {figures['device']} by {tool.program}")
    samples = round(1e6 * fmax / design.schedule.period)
    return {**figures, "samples_per_second": samples, "plan": None}


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
    if not (text.isdecimal() and int(text) <= _MAX_SEED):
        raise argparse.ArgumentTypeError(f"must be an integer from 0 to {_MAX_SEED}, not {text!r}")
    return int(text)
