"""`presparse build`: a bitstream of the network for a board, or what makes it elsewhere."""

from __future__ import annotations

import argparse
import time
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path

from boards.bitstream.engines import TOOLCHAINS
from boards.bitstream.job import BitstreamJob
from boards.bitstream.report import BuildReport, Routed
from boards.design import BoardDesign
from boards.families import FAMILIES, BoardFamily, BuildOptions, family_of
from boards.link.framing import DEFAULT_BAUD
from boards.platforms.board import Board
from boards.platforms.boards import BOARDS
from boards.store.capacity import most_samples
from hwgen.core.design import CoreDesign
from hwgen.families.options import check_options
from hwgen.pnr.nextpnr import DEFAULT_SEED, MAX_SEED
from hwgen.synthesis import check_capacity
from software_ref.commands.arguments import add_data, add_json, add_network_file, integer_from
from software_ref.console.atomic_file import check_writable
from software_ref.console.errors import ToolError
from software_ref.console.output import check_outputs, make_folder, write_json
from software_ref.console.progress import ProgressBar
from software_ref.console.shared_folder import working_folder
from software_ref.loading import load_training_data
from software_ref.network_file import NetworkFile, read_network_file

__all__ = ["add_arguments", "board_named", "for_board", "run"]


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
        "--output",
        type=Path,
        metavar="DIR",
        help="folder for the bitstream, manifest, sources, logs and reports (default: NAME_BOARD)",
    )
    parser.add_argument(
        "--clock",
        type=_positive,
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
    began = time.monotonic()
    board: Board = arguments.board
    family = family_of(board)
    file = for_board(read_network_file(arguments.network_file), board)
    check_outputs({"--json": arguments.json}, inputs=[arguments.network_file])
    check_options(arguments, family, FAMILIES.values(), noun="boards", name=board.name)
    build = family.builder(board, _options(arguments))
    job = _job(arguments, file, board, family)
    make_folder("--output", job.folder)
    check_writable(job.manifest_file)
    with working_folder(job.folder):
        # What is in the folder afterwards belongs together.
        for stale in (job.bitstream, job.manifest_file):
            stale.unlink(missing_ok=True)
        with ProgressBar(0, unit="step", description="build") as bar:
            built = build(job, bar.step)
        job.write_manifest()
    routed = built.routed
    if built.text is not None:
        print(built.text)
    report = BuildReport(
        job=job,
        routed=routed,
        bitstream=job.bitstream if routed is not None and routed.timing_met else None,
        plan=built.archive,
        seconds=round(time.monotonic() - began, 1),
    )
    if arguments.json:
        head = {"network": str(arguments.network_file)}
        write_json(arguments.json, {**head, **report.to_dict()})
    if routed is not None:
        print(report.format_table())
        _check_timing(job, routed, family)
        print(f"bitstream {job.bitstream}, manifest {job.manifest_file}")
    return 0


def for_board(file: NetworkFile, board: Board) -> NetworkFile:
    """The network file with the board's FPGA as its target, and no more DSP blocks than it has."""
    device, budget = board.part.device, file.target.dsp_budget
    if budget is not None:
        budget = min(budget, device.dsp)
    return replace(file, target=replace(file.target, device=device.name, dsp_budget=budget))


def _options(arguments: argparse.Namespace) -> BuildOptions:
    if arguments.seed is not None and arguments.seed > MAX_SEED:
        raise ValueError(f"--seed must be at most {MAX_SEED}, not {arguments.seed}")
    return BuildOptions(
        **{each.name: getattr(arguments, each.name) for each in fields(BuildOptions)}
    )


def _job(
    arguments: argparse.Namespace, file: NetworkFile, board: Board, family: BoardFamily
) -> BitstreamJob:
    asked = arguments.clock or file.target.clock_mhz or board.clock_mhz
    clocking = family.clocking(board.oscillator_hz, round(asked * 1e6))
    core = CoreDesign.from_file(file)
    check_capacity(core.schedule, board.part.device)
    design = BoardDesign(
        core=core,
        clock_hz=round(clocking.clock_hz),
        baud=arguments.baud,
        samples=_samples(arguments, file, core),
        leds=board.leds,
    )
    return BitstreamJob(
        name=file.name,
        board=board,
        design=design,
        clocking=clocking,
        folder=arguments.output or Path(f"{file.name}_{board.name}"),
    )


def _samples(arguments: argparse.Namespace, file: NetworkFile, core: CoreDesign) -> int:
    """Room in the store: what the user asks for, the data set's samples, or what fits."""
    device = file.target.fpga
    most = most_samples(core, device)
    if arguments.samples is not None:
        if arguments.samples > most:
            raise ValueError(
                f"--samples must be at most {most}, as many as fit on {device.name}, "
                f"not {arguments.samples}"
            )
        return arguments.samples
    try:
        data = load_training_data(file, arguments.data)
    except (OSError, ValueError):  # the data may be on the machine that talks to the board alone
        return most
    return min(len(data.train_labels) + len(data.test_labels), most)


def _check_timing(job: BitstreamJob, routed: Routed, family: BoardFamily) -> None:
    """End without a bitstream where the clock is missed: it would compute wrong numbers."""
    if not routed.timing_met:
        other = f", or {family.remedy}" if family.remedy else ""
        raise ToolError(
            f"the board reaches {routed.fmax_mhz:.2f} MHz, not {job.clock_mhz:g}: no bitstream was "
            f"written; take a lower clock_mhz in [target]{other}"
        )


def board_named(text: str) -> Board:
    """The board that an argument names."""
    if text not in BOARDS:
        close = get_close_matches(text, BOARDS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(BOARDS)}"
        raise argparse.ArgumentTypeError(f"unknown board {text!r}; {hint}")
    return BOARDS[text]


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError(
            f"must be a clock above 0 and up to 1000 MHz, not {text!r}"
        )
    return value
