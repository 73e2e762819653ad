"""`presparse build`: a bitstream of the network for a board, or what makes it elsewhere."""

from __future__ import annotations

import argparse
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path

from boards.bitstream.board_build import build_board, check_timing, plan_board, renew_flash
from boards.bitstream.engines import TOOLCHAINS
from boards.bitstream.job import BitstreamJob
from boards.commands.logic_options import add_memory, positive_mhz
from boards.families import FAMILIES, BuildOptions, family_of
from boards.link.framing import DEFAULT_BAUD
from boards.platforms.board import Board
from boards.platforms.boards import BOARDS
from hwgen.families.options import check_options
from hwgen.pnr.nextpnr import DEFAULT_SEED, MAX_SEED
from hwgen.pnr.xc7_commands import PLACERS
from software_ref.commands.arguments import add_data, add_json, add_network_file, integer_from
from software_ref.console.output import check_outputs, write_json
from software_ref.console.progress import ProgressBar
from software_ref.network_file import read_network_file

__all__ = ["add_arguments", "board_named", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    parser.add_argument(
        "--board",
        type=board_named,
        required=True,
        metavar="BOARD",
        help=f"one of {', '.join(BOARDS)}",
    )
    parser.add_argument(
        "--toolchain",
        choices=TOOLCHAINS,
        help="for the 7-series boards: the tools to look for (default: any)",
    )
    parser.add_argument(
        "--plan-only",
        action="store_true",
        help="run no tool; write the folder and the archive that make the bitstream elsewhere",
    )
    parser.add_argument(
        "--store-only",
        action="store_true",
        help="with --memory flash: run no tool; write NAME.store.bin anew, with the file's epochs, "
        "rates and data, for the bitstream that is in the folder",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder for the bitstream, manifest, sources, logs and reports (default: NAME_BOARD)",
    )
    parser.add_argument(
        "--clock",
        type=positive_mhz,
        metavar="MHZ",
        help="clock of the logic, in place of the file's clock_mhz",
    )
    parser.add_argument(
        "--baud",
        type=integer_from(1),
        default=DEFAULT_BAUD,
        metavar="N",
        help="bits per second of the UART (default: %(default)s)",
    )
    parser.add_argument(
        "--samples",
        type=integer_from(1),
        metavar="N",
        help="samples that the store on the chip has room for (default: the data set's, or as many "
        "as fit)",
    )
    add_memory(parser)
    add_data(parser)
    parser.add_argument(
        "--seed",
        type=integer_from(0),
        metavar="N",
        help=f"seed of nextpnr's placer (default: {DEFAULT_SEED})",
    )
    parser.add_argument(
        "--seeds",
        type=integer_from(1),
        metavar="N",
        help="place with N seeds from that one on, side by side, and keep the fastest",
    )
    parser.add_argument(
        "--placer",
        choices=PLACERS,
        help="nextpnr-himbaechel's placer (default: its usual one, heap); static is quicker on a "
        "full chip",
    )
    parser.add_argument(
        "--engine",
        metavar="PROGRAM",
        help="for the 7-series boards: the program that places and routes "
        "(default: the best one installed)",
    )
    parser.add_argument(
        "--chipdb", type=Path, metavar="FILE", help="nextpnr's database of the 7-series FPGA"
    )
    parser.add_argument(
        "--database", type=Path, metavar="DIR", help="folder of Project X-Ray's databases"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    board: Board = arguments.board
    if arguments.store_only and (arguments.plan_only or arguments.json):
        raise ValueError(
            "--store-only must stand without --plan-only and --json: it makes no build"
        )
    file = read_network_file(arguments.network_file)
    check_outputs({"--json": arguments.json}, inputs=[arguments.network_file])
    check_options(arguments, family_of(board), FAMILIES.values(), noun="boards", name=board.name)
    build = family_of(board).builder(board, _options(arguments))  # before any long work
    job = plan_board(
        file,
        board,
        folder=arguments.output,
        clock_mhz=arguments.clock,
        baud=arguments.baud,
        samples=arguments.samples,
        memory=arguments.memory,
        data_dir=arguments.data,
    )
    if arguments.store_only:
        renew_flash(job)
        print(_flash_line(job))
        return 0
    with ProgressBar(0, unit="step", description="build") as bar:
        report, said = build_board(job, build, bar.step)
    if said is not None:
        print(said)
    if arguments.json:
        head = {"network": str(arguments.network_file)}
        write_json(arguments.json, {**head, **report.to_dict()})
    if report.routed is not None:
        print(report.format_table())
        check_timing(report)
        print(f"bitstream {job.bitstream}, manifest {job.manifest_file}")
    if job.flash is not None:
        print(_flash_line(job))
    return 0


def _flash_line(job: BitstreamJob) -> str:
    """Where the data set goes."""
    first = job.design.external.chip.first_byte if job.design.external else 0
    return f"data set {job.flash_file}, for the flash from byte {first:,} on (docs/boards.md)"


def _options(arguments: argparse.Namespace) -> BuildOptions:
    if arguments.seed is not None and arguments.seed > MAX_SEED:
        raise ValueError(f"--seed must be at most {MAX_SEED}, not {arguments.seed}")
    return BuildOptions(
        **{each.name: getattr(arguments, each.name) for each in fields(BuildOptions)}
    )


def board_named(text: str) -> Board:
    """The board that an argument names."""
    if text not in BOARDS:
        close = get_close_matches(text, BOARDS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(BOARDS)}"
        raise argparse.ArgumentTypeError(f"unknown board {text!r}; {hint}")
    return BOARDS[text]
