"""`presparse generate`: writes a network's core as Verilog, with its JSON manifest."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from hwgen.bus.files import BusFiles
from hwgen.commands.bus_option import add_bus
from hwgen.commands.core_option import add_core, add_resume, core_design, core_inputs
from hwgen.core.core_files import CoreFiles
from software_ref.commands.arguments import add_data, add_json, add_network_file
from software_ref.console.output import check_outputs, make_folder, table_lines, write_json
from software_ref.loading import load_inputs
from software_ref.manifest import parameters_origin
from software_ref.network_file import read_network_file
from software_ref.plan.ports import CORE_NAME

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_core(parser)
    add_resume(parser)
    add_data(parser)
    add_bus(parser)
    parser.add_argument(
        "--top",
        type=_identifier,
        default=CORE_NAME,
        metavar="NAME",
        help="name of the top module, and of the files (default: %(default)s)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="folder for NAME.v, NAME.json, NAME.vlt and NAME.veo (default: the current one)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    file = read_network_file(arguments.network_file)
    paths = CoreFiles.of(arguments.output, arguments.top)
    bus = BusFiles(arguments.bus, arguments.top, arguments.output)
    outputs = bus.outputs | {
        "--json": arguments.json,
        "--output": paths.verilog,
        "--top": paths.manifest,
        "--top (lint)": paths.lint_waivers,
        "--top (template)": paths.template,
    }
    make_folder("--output", arguments.output)
    check_outputs(outputs, inputs=core_inputs(arguments))
    inputs = load_inputs(file, arguments.data)
    design = core_design(file, arguments, inputs=inputs, name=arguments.top)
    bus.write(design, file.target.fpga)
    schedule = design.schedule
    lines = design.verilog.count("\n")
    rows = [
        ("core", f"{arguments.core}, constant" if arguments.constant else arguments.core),
        *([("weights and biases after", design.start.position)] if design.start else []),
        ("clocks per sample", schedule.period),
        ("update lags", ", ".join(map(str, schedule.lags))),
        ("input beats of a sample", f"{schedule.beats} x {schedule.beat_features} features"),
    ]
    files = [
        (paths.manifest, "manifest"),
        (paths.lint_waivers, "lint waivers"),
        (paths.template, "instantiation template"),
        *bus.kinds.items(),
    ]
    print("\n".join(table_lines((file.name, ""), rows)))
    # A table of their own, which alone is as wide as a long path makes it.
    print("\n".join(table_lines((paths.verilog, f"{lines} lines"), files, text=(0, 1))))
    if arguments.json:
        figures = {
            **{name: str(path) for name, path in vars(paths).items()},
            "lines": lines,
            "core": arguments.core,
            "initial_parameters": parameters_origin(design),
            "bus": {kind: str(path) for path, kind in bus.kinds.items()},
            "clocks_per_sample": schedule.period,
            "lags": list(schedule.lags),
        }
        write_json(arguments.json, figures)
    return 0


def _identifier(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        raise argparse.ArgumentTypeError(f"must be a Verilog identifier, not {text!r}")
    return text
