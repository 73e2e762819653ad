"""`presparse check-bitstream`: a 7-series bitstream decoded and held against its design."""

from __future__ import annotations

import argparse
from pathlib import Path

from boards.bitstream.board_build import for_board
from boards.bitstream.xc7_check.check import check_bitstream, read_built
from boards.bitstream.xc7_check.findings import Findings
from boards.commands.build import board_named
from boards.families import family_of
from boards.platforms.board import Board
from boards.platforms.boards import BOARDS
from hwgen.tool_output import read_json
from software_ref.commands.arguments import add_json, add_network_file
from software_ref.console.output import check_outputs, table_lines, write_json
from software_ref.console.progress import ProgressBar
from software_ref.devices import XC7
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "run"]

MOST_SHOWN = 20
"""Differences of each kind that are printed; `--json` gets all of them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    parser.add_argument(
        "bitstream",
        type=Path,
        metavar="BOARD.bit",
        help="the bitstream, with its manifest and routed.json beside it",
    )
    add_network_file(parser)
    parser.add_argument(
        "--board",
        type=board_named,
        metavar="BOARD",
        help="the board, where it must be the one of the manifest",
    )
    parser.add_argument(
        "--database",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of Project X-Ray's databases",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand: status 1 where bitstream and design differ."""
    bitstream: Path = arguments.bitstream
    manifest = bitstream.with_suffix(".json")
    inputs = [bitstream, manifest, arguments.network_file]
    check_outputs({"--json": arguments.json}, inputs=inputs)
    if not bitstream.is_file():
        raise ValueError(f"bitstream must be a file; there is no {bitstream}")
    board = _board(manifest, arguments.board)
    file = for_board(read_network_file(arguments.network_file), board)
    built = read_built(manifest, file, BOARDS)
    with ProgressBar(0, unit="step", description="check-bitstream") as bar:
        findings = check_bitstream(bitstream, built, arguments.database, bar.step)
    if arguments.json:
        document = {
            "bitstream": str(bitstream),
            "network": str(arguments.network_file),
            "board": board.name,
            "part": board.part.name,
            "equal": not any(each.differences for each in findings),
            "checks": [each.to_dict() for each in findings],
        }
        write_json(arguments.json, document)
    print(_text(bitstream, board, findings))
    return int(any(each.differences for each in findings))


def _board(manifest: Path, wanted: Board | None) -> Board:
    """The manifest's board.

    Raises
    ------
    ValueError
        There is no manifest, or it is of another board, or of one without an FPGA of the 7 series.
    """
    if not manifest.is_file():
        raise ValueError(f"there must be the manifest {str(manifest)!r} beside the bitstream")
    document = read_json(manifest)
    said = document.get("board") if isinstance(document, dict) else None
    name = said.get("name") if isinstance(said, dict) else None
    if name not in BOARDS:
        raise ValueError(f"manifest {str(manifest)!r} must be one of a board's build")
    board = BOARDS[name]
    if wanted is not None and wanted.name != board.name:
        raise ValueError(f"--board must be {board.name}, as the manifest says, not {wanted.name}")
    if family_of(board).data is not XC7:
        raise ValueError(f"board must have an FPGA of the 7 series, not {board.part.device.title}")
    return board


def _text(bitstream: Path, board: Board, findings: list[Findings]) -> str:
    """A table of what was compared, then a line for each difference, then notes."""
    rows = [
        (
            each.kind,
            ", ".join(f"{count:,} {what}" for what, count in each.compared.items()),
            f"{len(each.differences):,}" if each.differences else "none",
        )
        for each in findings
    ]
    lines = [f"{bitstream.name}: {board.title}, {board.part.name}", ""]
    lines += table_lines(("check", "compared", "differences"), rows)
    for each in findings:
        if each.differences:
            lines += ["", *(str(finding) for finding in each.differences[:MOST_SHOWN])]
        if len(each.differences) > MOST_SHOWN:
            lines.append(f"and {len(each.differences) - MOST_SHOWN:,} more of {each.kind}")
    notes = [note for each in findings for note in each.notes]
    lines += ["", *(f"note: {note}" for note in notes)] if notes else []
    differ = any(each.differences for each in findings)
    verdict = "bitstream and design differ" if differ else "the bitstream holds the design"
    return "\n".join([*lines, "", verdict])
