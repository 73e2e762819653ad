"""`presparse boards`: every board, what it has, and whether a network fits."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from boards.bitstream.board_build import for_board
from boards.platforms.board import Board
from boards.platforms.boards import BOARDS
from boards.store.capacity import largest_store, most_samples
from hwgen.estimate.sweep import estimate_file
from hwgen.families import family_of
from hwgen.synthesis import check_capacity
from software_ref.commands.arguments import add_json
from software_ref.console.output import check_outputs, table_lines, write_json
from software_ref.core_plan import CorePlan
from software_ref.network_file import NetworkFile, read_network_file

__all__ = ["add_arguments", "run"]

_FITS = {True: "yes", None: "perhaps", False: "no"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    parser.add_argument(
        "network_file",
        nargs="?",
        type=Path,
        metavar="NETWORK.toml",
        help="a network, to see by estimate where its core fits, and how many samples beside it",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    path = arguments.network_file
    check_outputs({"--json": arguments.json}, inputs=[] if path is None else [path])
    file = None if path is None else read_network_file(path)
    figures = []
    for board in BOARDS.values():
        figures.append(_has(board) | ({} if file is None else _holds(board, file)))
    if file is None:
        header = ["name", "board", "FPGA", "MHz", "LEDs", "digits", "memory beside"]
        keys = ("name", "title", "part", "clock_mhz", "leds", "display_digits", "memory")
        text = (0, 1, 2, 6)
    else:
        header = ["name", "board", "FPGA", "core fits", "store kB", "samples"]
        keys = ("name", "title", "part", "fits", "store_kb", "samples")
        text = (0, 1, 2, 3)
    rows = [[_cell(each, key) for key in keys] for each in figures]
    print("\n".join(line.rstrip() for line in table_lines(header, rows, text=text)))
    print("\nEvery board talks to the host over its USB serial port; the store is on the chip.")
    if file is not None:
        print("It holds so many samples whatever they are: `presparse check --board` says how many")
        print("of the data set's, whose zeros take little room.")
    if arguments.json:
        network = None if path is None else str(path)
        write_json(arguments.json, {"network": network, "boards": figures})
    return 0


def _cell(figures: dict[str, Any], key: str) -> object:
    value = figures[key]
    if key == "fits":
        return _FITS[value]
    return f"{value:g}" if isinstance(value, float) else value or None


def _has(board: Board) -> dict[str, Any]:
    return {
        "name": board.name,
        "title": board.title,
        "part": board.part.name,
        "clock_mhz": board.clock_mhz,
        "leds": board.leds,
        "display_digits": board.display_digits,
        "buttons": list(board.buttons),
        "memory": board.memory,
    }


def _holds(board: Board, file: NetworkFile) -> dict[str, Any]:
    """Whether the core fits by estimate (None where only placement tells), and room beside it."""
    device = board.part.device
    there = for_board(file, board)
    plan = CorePlan.from_file(there)
    try:
        check_capacity(plan.schedule, device)
        samples = most_samples(plan, device)
        store = largest_store(plan, device, samples)
    except ValueError:
        return {"fits": False, "store_kb": None, "samples": None}
    fits = family_of(device).fit(estimate_file(there), device).fits
    if fits is False:
        return {"fits": False, "store_kb": None, "samples": None}
    return {"fits": fits, "store_kb": store.room * store.code.width // 8000, "samples": samples}
