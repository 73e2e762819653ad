"""Boards of the 7 series: an MMCM, and bitstreams by the user's tools, or an archive for them."""

from __future__ import annotations

from pathlib import Path

from boards.bitstream.engines import (
    CHIPDB,
    DATABASE,
    ENGINES,
    PACKERS,
    VIVADO,
    Engine,
    database_folder,
    find_engine,
    open_database,
)
from boards.bitstream.job import BitstreamJob
from boards.bitstream.xc7_plan import write_archive, write_plan
from boards.bitstream.xc7_run import run_engine
from boards.clocking.clocking import Clocking
from boards.clocking.mmcm import find_mmcm
from boards.families.family import BoardFamily, Builder, BuildOptions, Built
from boards.platforms.board import Board
from hwgen.pnr.xc7_engines import Program
from hwgen.tool import Progress
from software_ref.devices import XC7

__all__ = ["Xc7Boards"]


class Xc7Boards(BoardFamily):
    """The family whose tools must be installed, here or elsewhere."""

    data = XC7
    options = (
        *("toolchain", "plan_only", "engine", "chipdb", "database"),
        *("seed", "seeds", "placer"),
    )
    remedy = "another --seed, or several --seeds, with nextpnr"

    def clocking(self, oscillator_hz: int, clock_hz: int) -> Clocking:
        """See `BoardFamily`."""
        return find_mmcm(oscillator_hz, clock_hz)

    def builder(self, board: Board, options: BuildOptions) -> Builder:
        """See `BoardFamily`."""
        toolchain = _toolchain(board, options)
        fitting = [each for each in ENGINES if toolchain in (None, each.toolchain)]
        _check_databases(board, options, fitting)
        found = None if options.plan_only else find_engine(toolchain, options.engine)
        if found is not None:
            return _engine_run(*found, options)
        sought = "; ".join(
            " + ".join((each.usual, *(PACKERS if each.open else ()))) for each in fitting
        )
        reason = "" if options.plan_only else f"found none of: {sought}; "

        def build(job: BitstreamJob, progress: Progress) -> Built:
            files = write_plan(job, toolchain=toolchain, placer=options.placer)
            archive = job.folder.with_name(f"{job.folder.name}.zip")
            write_archive(files, archive)
            where = f"the build archive is {archive}, its files are in {job.folder}"
            return Built(archive=archive, text=f"{reason}{where}")

        return build


def _toolchain(board: Board, options: BuildOptions) -> str | None:
    """The toolchain to look for; None for any.

    Raises
    ------
    ValueError
        The one that was asked for knows no STARTUPE2, which has the clock pin of a memory.
    """
    external = board.external_memory(options.memory)
    if external is None or not external.configuration_clock:
        return options.toolchain
    if options.toolchain not in (None, VIVADO):
        raise ValueError(
            f"--toolchain must be {VIVADO} with --memory {options.memory}, whose clock pin nextpnr "
            f"does not reach, not {options.toolchain}"
        )
    return VIVADO


def _engine_run(engine: Engine, program: Program, options: BuildOptions) -> Builder:
    databases = _databases(options, engine, program)
    if not engine.open and (options.seed is not None or options.seeds is not None):
        raise ValueError(f"{program.command} has no seeds: --seed and --seeds are for nextpnr")
    if options.placer is not None and not engine.places:
        raise ValueError(
            f"{program.command} has its own placer: --placer is for nextpnr-himbaechel"
        )

    def build(job: BitstreamJob, progress: Progress) -> Built:
        write_plan(job, toolchain=engine.toolchain, placer=options.placer)
        routed = run_engine(
            job,
            engine,
            program,
            databases,
            progress,
            seeds=options.placer_seeds,
            placer=options.placer,
        )
        return Built(routed=routed)

    return build


def _check_databases(board: Board, options: BuildOptions, engines: list[Engine]) -> None:
    if options.chipdb is not None and not options.chipdb.is_file():
        raise ValueError(f"--chipdb must name a file, not {str(options.chipdb)!r}")
    if options.database is None and not any(engine.open for engine in engines):
        return
    database_folder(board.part)  # refuses a part that there is none for
    if options.database is not None:
        open_database(options.database, board.part)


def _databases(options: BuildOptions, engine: Engine, program: Program) -> dict[str, Path]:
    given = {CHIPDB: options.chipdb, DATABASE: options.database}
    for name in engine.takes:
        if given[name] is None:
            raise ValueError(
                f"{program.command} must be given --{name.lower()} (or take --plan-only)"
            )
    return {name: path for name, path in given.items() if path is not None}
