"""`presparse generate`: writes a network's core as Verilog, with its JSON manifest."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from hwgen.bus.files import BusFiles
from hwgen.commands.bus_option import add_bus
from hwgen.commands.core_option import add_core
from hwgen.core.design import CoreDesign
from hwgen.export.lint_waivers import lint_waivers
from software_ref.commands.arguments import add_json, add_network_file
from software_ref.console.atomic_file import atomic_file
from software_ref.console.output import check_outputs, make_folder, table_lines, write_json
from software_ref.console.shared_folder import only_user
from software_ref.manifest import manifest
from software_ref.network_file import read_network_file
from software_ref.plan.ports import CORE_NAME

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    add_core(parser)
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
        help="folder for NAME.v, NAME.json and NAME.vlt (default: the current one)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    file = read_network_file(arguments.network_file)
    verilog_path = arguments.output / f"{arguments.top}.v"
    manifest_path = arguments.output / f"{arguments.top}.json"
    waivers_path = arguments.output / f"{arguments.top}.vlt"
    bus = BusFiles(arguments.bus, arguments.top, arguments.output)
    outputs = bus.outputs | {
        "--json": arguments.json,
        "--output": verilog_path,
        "--top": manifest_path,
        "--top (lint)": waivers_path,
    }
    make_folder("--output", arguments.output)
    check_outputs(outputs, inputs=[arguments.network_file])
    design = CoreDesign.from_file(file, training=arguments.core == "training", name=arguments.top)
    description = manifest(design)
    verilog = design.verilog
    bus_texts = bus.texts(design, file.target.fpga)
    with only_user(arguments.output):  # they belong together
        for path, text in (
            (verilog_path, verilog),
            (manifest_path, json.dumps(description, indent=2) + "\n"),
            (waivers_path, lint_waivers(f"*{verilog_path.name}")),
        ):
            with atomic_file(path) as unfinished:
                unfinished.write_text(text, encoding="utf-8")
        bus.write(bus_texts)
    schedule = design.schedule
    lines = verilog.count("\n")
    rows = [
        ("core", arguments.core),
        ("clocks per sample", schedule.period),
        ("update lags", ", ".join(map(str, schedule.lags))),
        ("input beats of a sample", f"{schedule.beats} x {schedule.beat_features} features"),
    ]
    files = [(manifest_path, "manifest"), (waivers_path, "lint waivers"), *bus.kinds.items()]
    print("\n".join(table_lines((file.name, ""), rows)))
    # A table of their own, which alone is as wide as a long path makes it.
    print("\n".join(table_lines((verilog_path, f"{lines} lines"), files, text=(0, 1))))
    if arguments.json:
        figures = {
            "verilog": str(verilog_path),
            "manifest": str(manifest_path),
            "lint_waivers": str(waivers_path),
            "lines": lines,
            "core": arguments.core,
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
