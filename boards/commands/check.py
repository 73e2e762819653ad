"""`presparse check`, with `--board` for what a board makes of a network.

Nothing of the boards is imported without that option: they need the generator, which the command
is otherwise quick without.
"""

from __future__ import annotations

import argparse
from importlib import import_module

from software_ref.commands import check
from software_ref.commands.arguments import add_data, add_picture
from software_ref.console.output import check_outputs, write_json
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `check`, those of software_ref's and the board's."""
    check.add_arguments(parser)
    parser.add_argument(
        "--board",
        metavar="BOARD",
        help="say how many samples fit on a board, and how fast it trains; "
        "`presparse boards` lists them",
    )
    add_data(parser)
    parser.add_argument(
        "--memory",
        metavar="KIND",
        help="with --picture: memory of the board that holds the samples, as `presparse build` "
        "takes it (default: block)",
    )
    add_picture(parser, "draw how the samples' size limits their rate (with --board)")


def run(arguments: argparse.Namespace) -> int:
    """Run `check`."""
    if arguments.board is None:
        for option in ("data", "memory", "picture"):
            if getattr(arguments, option):
                raise ValueError(f"--{option} must stand beside --board")
        return check.run(arguments)
    board = import_module("boards.commands.board_check")
    board.check_name(arguments.board)
    if arguments.memory is not None and not arguments.picture:
        raise ValueError("--memory must stand beside --picture: the table has every memory")
    external = board.memory_named(arguments.board, arguments.memory)
    outputs = {"--json": arguments.json, "--picture": arguments.picture}
    check_outputs(outputs, inputs=[arguments.network_file])
    file = read_network_file(arguments.network_file)
    core, data = board.planned(file, arguments.board, arguments.data)
    figures = board.board_figures(file, arguments.board, core, data)
    document = check.describe(file)
    print("\n".join(check.report_lines(document)))
    print()
    print("\n".join(board.figure_lines(figures)))
    if arguments.picture:
        roofed = board.roofed_memory(file, arguments.board, core, data, external=external)
        board.draw_roofs(arguments.picture, file, core, figures, roofed)
    if arguments.json:
        write_json(arguments.json, document | {"board": figures})
    return 0
