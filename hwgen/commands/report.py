"""`presparse report`: a network on one page of HTML, to look at."""

from __future__ import annotations

import argparse
from pathlib import Path

from hwgen.report.page import plain, report_document, write_page
from hwgen.report.trained import PROFILED, Curves, Trained
from software_ref.commands.arguments import (
    add_data,
    add_json,
    add_network_file,
    add_samples,
    add_test_samples,
)
from software_ref.console.output import check_outputs, print_notes, write_json
from software_ref.loading import inputs_of
from software_ref.network_file import NetworkFile, read_network_file

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    parser.add_argument(
        "--resume",
        type=Path,
        metavar="FILE.npz",
        help="also show what `train --save` wrote to FILE.npz: weights, ranges, predictions",
    )
    parser.add_argument(
        "--curves",
        type=Path,
        metavar="FILE.json",
        help="also draw the training curves that `train --json` wrote to FILE.json",
    )
    add_data(parser)
    add_samples(
        parser,
        least=1,
        what=f"take ranges over the first N training samples (default: {PROFILED} of an epoch)",
    )
    add_test_samples(parser)
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE.html",
        help="the page (default: the network file's name in this folder, ending in .html)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    file = read_network_file(arguments.network_file)
    path = arguments.output or Path(f"{file.name}.html")
    inputs = [each for each in (arguments.resume, arguments.curves) if each is not None]
    check_outputs(
        {"--output": path, "--json": arguments.json},
        inputs=[*inputs_of(file, arguments.data), *inputs],
    )
    trained = _trained(file, arguments)
    curves = None if arguments.curves is None else Curves.read(arguments.curves)
    document = report_document(file, trained=trained, curves=curves)
    write_page(path, document)
    print(f"page: {path}, {path.stat().st_size / 1e6:.1f} MB")
    if arguments.json is not None:
        write_json(arguments.json, plain(document))
    return 0


def _trained(file: NetworkFile, arguments: argparse.Namespace) -> Trained | None:
    if arguments.resume is None:
        for option, value in (
            ("--data", arguments.data),
            ("--samples", arguments.samples),
            ("--test-samples", arguments.test_samples),
        ):
            if value is not None:
                raise ValueError(f"{option} must be given with --resume, which samples are for")
        return None
    trained = Trained.load(
        file,
        arguments.resume,
        arguments.data,
        samples=arguments.samples,
        test_samples=arguments.test_samples,
    )
    print_notes(trained.notes)
    return trained
