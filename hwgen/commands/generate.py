"""`presparse generate`: writes a network's core as Verilog, with its JSON manifest."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from hwgen.commands.core_option import add_core, add_resume, core_design, core_inputs
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
    add_resume(parser)
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
    outputs = {
        "--json": arguments.json,
        "--output": verilog_path,
        "--top": manifest_path,
        "--top (lint)": waivers_path,
    }
    make_folder("--output", arguments.output)
    check_outputs(outputs, inputs=core_inputs(arguments))
    design = core_design(file, arguments, name=arguments.top)
    description = manifest(design)
    verilog = design.verilog
    with only_user(arguments.output):  # they belong together
        for path, text in (
            (verilog_path, verilog),
            (manifest_path, json.dumps(description, indent=2) + "\n"),
            (waivers_path, lint_waivers(f"*{verilog_path.name}")),
        ):
            with atomic_file(path) as unfinished:
                unfinished.write_text(text, encoding="utf-8")
    schedule = design.schedule
    lines = verilog.count("\n")
    rows = [
        ("core", f"{arguments.core}, constant" if arguments.constant else arguments.core),
        *([("weights and biases after", design.start.position)] if design.start else []),
        ("clocks per sample", schedule.period),
        ("update lags", ", ".join(map(str, schedule.lags))),
        ("input beats of a sample", f"{schedule.beats} x {schedule.beat_features} features"),
    ]
    files = [(manifest_path, "manifest"), (waivers_path, "lint waivers")]
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
            "initial_parameters": description["initial_parameters"],
            "clocks_per_sample": schedule.period,
            "lags": list(schedule.lags),
        }
        write_json(arguments.json, figures)
    return 0


def _identifier(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        raise argparse.ArgumentTypeError(f"must be a Verilog identifier, not {text!r}")
    return text
