"""`presparse build`: a bitstream of the network for a board, or what makes it elsewhere."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from boards.bitstream.artix_plan import write_archive, write_plan
from boards.bitstream.artix_run import run_engine
from boards.bitstream.ecp5 import build_ecp5
from boards.bitstream.engines import CHIPDB, DATABASE, ENGINES, TOOLCHAINS, Engine, find_engine
from boards.bitstream.job import BitstreamJob
from boards.bitstream.report import BuildReport, Routed
from boards.design import DEFAULT_BAUD, BoardDesign
from boards.platforms.boards import BOARDS, Board
from boards.store.capacity import most_samples
from hwgen.core.design import CoreDesign
from hwgen.pnr import ECP5_DEVICES
from hwgen.synthesis import DEVICES, check_capacity
from software_ref.commands.arguments import add_data, add_json, add_network_file, integer_from
from software_ref.commands.loading import load_training_data
from software_ref.console.atomic_file import check_writable
from software_ref.console.errors import ToolError
from software_ref.console.output import check_outputs, make_folder, write_json
from software_ref.console.progress import ProgressBar
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.shared_folder import working_folder

__all__ = ["add_arguments", "run"]

_MAX_SEED = 2**31 - 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    add_network_file(parser)
    parser.add_argument(
        "--board", type=_board, required=True, metavar="BOARD", help=f"one of {', '.join(BOARDS)}"
    )
    parser.add_argument(
        "--toolchain",
        choices=TOOLCHAINS,
        help="for the Artix-7 boards: the tools to look for (default: any)",
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
        default=1,
        metavar="N",
        help="seed of the ECP5 placer (default: %(default)s)",
    )
    parser.add_argument(
        "--chipdb", type=Path, metavar="FILE", help="nextpnr's database of the Artix-7"
    )
    parser.add_argument(
        "--database", type=Path, metavar="DIR", help="folder of Project X-Ray's databases"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    began = time.monotonic()
    board: Board = arguments.board
    file = _for_board(read_network_file(arguments.network_file), board)
    check_outputs({"--json": arguments.json}, inputs=[arguments.network_file])
    _check_options(arguments, board)
    job = _job(arguments, file, board)
    engine = None
    if board.family == "xc7" and not arguments.plan_only:
        engine = find_engine(arguments.toolchain)
    databases = {} if engine is None else _databases(arguments, engine)
    make_folder("--output", job.folder)
    check_writable(job.manifest_file)
    routed, plan = None, None
    with working_folder(job.folder):
        # What is in the folder afterwards belongs together.
        for stale in (job.bitstream, job.manifest_file):
            stale.unlink(missing_ok=True)
        if board.family == "xc7" and engine is None:
            plan = _write_archive(job, arguments)
        else:
            with ProgressBar(0, unit="step", description="build") as bar:
                if engine is None:
                    routed = build_ecp5(job, bar.step, seed=arguments.seed)
                else:
                    write_plan(job, toolchain=engine.toolchain)
                    routed = run_engine(job, engine, databases, bar.step)
            job.write_manifest()
    report = BuildReport(
        job=job,
        routed=routed,
        bitstream=job.bitstream if routed is not None and routed.timing_met else None,
        plan=plan,
        seconds=round(time.monotonic() - began, 1),
    )
    if arguments.json:
        head = {"network": str(arguments.network_file)}
        write_json(arguments.json, {**head, **report.to_dict()})
    if routed is not None:
        print(report.format_table())
        _check_timing(job, routed)
        print(f"bitstream {job.bitstream}, manifest {job.manifest_file}")
    return 0


def _for_board(file: NetworkFile, board: Board) -> NetworkFile:
    """The network file with the board's FPGA as its target."""
    return replace(file, target=replace(file.target, device=board.device))


def _check_options(arguments: argparse.Namespace, board: Board) -> None:
    if arguments.seed > _MAX_SEED:
        raise ValueError(f"--seed must be at most {_MAX_SEED}, not {arguments.seed}")
    if board.family == "ecp5":
        for option in ("toolchain", "plan_only", "chipdb", "database"):
            if getattr(arguments, option):
                name = option.replace("_", "-")
                raise ValueError(f"--{name} is for the Artix-7 boards; {board.name} needs none")
    if arguments.chipdb is not None and not arguments.chipdb.is_file():
        raise ValueError(f"--chipdb must name a file, not {str(arguments.chipdb)!r}")
    if arguments.database is not None and not (arguments.database / "artix7").is_dir():
        raise ValueError(
            f"--database must name a folder that has the folder artix7, "
            f"not {str(arguments.database)!r}"
        )


def _job(arguments: argparse.Namespace, file: NetworkFile, board: Board) -> BitstreamJob:
    asked = arguments.clock or file.target.clock_mhz or board.clock_mhz
    clocking = board.clocking(round(asked * 1e6))
    core = CoreDesign.from_file(file)
    check_capacity(core.schedule, ECP5_DEVICES.get(board.device) or DEVICES[board.device])
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
    device = file.target.device
    most = most_samples(core, device)
    if arguments.samples is not None:
        if arguments.samples > most:
            raise ValueError(
                f"--samples must be at most {most}, as many as fit on {device}, "
                f"not {arguments.samples}"
            )
        return arguments.samples
    try:
        data = load_training_data(file, arguments.data)
    except (OSError, ValueError):  # the data may be on the machine that talks to the board alone
        return most
    return min(len(data.train_labels) + len(data.test_labels), most)


def _databases(arguments: argparse.Namespace, engine: Engine) -> dict[str, Path]:
    given = {CHIPDB: arguments.chipdb, DATABASE: arguments.database}
    for name in engine.takes:
        if given[name] is None:
            raise ValueError(
                f"{engine.programs[0]} must be given --{name.lower()} (or take --plan-only)"
            )
    return {name: given[name] for name in engine.takes}


def _write_archive(job: BitstreamJob, arguments: argparse.Namespace) -> Path:
    files = write_plan(job, toolchain=arguments.toolchain)
    archive = job.folder.with_name(f"{job.folder.name}.zip")
    write_archive(files, archive)
    what = f"the build archive is {archive}, its files are in {job.folder}"
    if arguments.plan_only:
        print(what)
    else:
        fitting = [each for each in ENGINES if arguments.toolchain in (None, each.toolchain)]
        sought = "; ".join(" + ".join(each.programs) for each in fitting)
        print(f"found none of: {sought}; {what}")
    return archive


def _check_timing(job: BitstreamJob, routed: Routed) -> None:
    """End without a bitstream where the clock is missed: it would compute wrong numbers."""
    if not routed.timing_met:
        other = ", or another --seed" if job.board.family == "ecp5" else ""
        raise ToolError(
            f"the board reaches {routed.fmax_mhz:.2f} MHz, not {job.clock_mhz:g}: no bitstream was "
            f"written; take a lower clock_mhz in [target]{other}"
        )


def _board(text: str) -> Board:
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
