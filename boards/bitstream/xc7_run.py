"""Runs an installed engine on a 7-series board's plan, and reads what it reports."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from boards.bitstream.engines import (
    CHIPDB,
    CONSTRAINTS,
    DATABASE,
    FASM,
    Engine,
    Step,
    open_database,
)
from boards.bitstream.job import SOURCES, BitstreamJob
from boards.bitstream.lut_memories import restore_lut_memories
from boards.bitstream.report import Routed
from boards.bitstream.seeds import best_placement
from hwgen.pnr.nextpnr import PlacementError
from hwgen.pnr.xc7_commands import ROUTED, log_step
from hwgen.pnr.xc7_engines import Program
from hwgen.synthesis.kept import NETLIST, kept_netlist, kept_placement
from hwgen.synthesis.yosys import yosys_version
from hwgen.tool import Progress, Tool, run_tool

__all__ = ["run_engine"]

Databases = dict[str, Path]
"""What CHIPDB and DATABASE stand for, as far as they are given."""


def run_engine(
    job: BitstreamJob,
    engine: Engine,
    program: Program,
    databases: Databases,
    progress: Progress,
    *,
    seeds: Sequence[int],
    placer: str | None,
) -> Routed:
    """Make the bitstream from a written plan, unless the clock is missed.

    Parameters
    ----------
    job
        The job, whose folder has the plan.
    engine, program
        An installed one, and its program.
    databases
        What CHIPDB and DATABASE stand for.
    progress
        Told each step.
    seeds
        Seeds of the placer, of which the best is kept; Vivado has none.
    placer
        The placer; None for the engine's usual one.

    Raises
    ------
    SynthesisError, PlacementError
        A tool failed, or reported nothing; the message names the log.
    """
    if not engine.open:
        return replace(_run_vivado(job, engine, program, progress), tools=(program.title,))
    script = (job.folder / "synthesis.ys").read_text(encoding="utf-8").splitlines()
    log = kept_netlist(script, SOURCES, job.folder, progress)
    netlist = (job.folder / f"{NETLIST}.origin").read_text(encoding="utf-8")

    def place(seed: int, folder: Path, tell: Progress, stop: threading.Event) -> Routed:
        step = engine.place(job, program.command, seed=seed, placer=placer)
        step = replace(step, arguments=(*step.arguments, "--timing-allow-fail"))
        arguments = _replaced(step.arguments, databases)
        constraints = (folder / CONSTRAINTS).read_text(encoding="utf-8")
        origin = [netlist, constraints, program.title, *arguments]

        def run() -> None:
            _run(step, databases, folder, tell, stop)

        kept_placement(folder, origin, run, tell)
        return engine.read(job, folder)

    inputs = (f"{NETLIST}.json", CONSTRAINTS)
    folder, routed = best_placement(seeds, job.folder, inputs, place, progress)
    if routed.timing_met:
        part = job.board.part
        if engine.loses_lut_memories:
            progress("writing the contents of memories in LUTs")
            database = open_database(databases[DATABASE], part)
            restore_lut_memories(folder / FASM, folder / f"{NETLIST}.json", database)
        for step in engine.packing(part):
            _run(step, databases, folder, progress)
        (folder / "board.bit").replace(job.bitstream)
        for name in (ROUTED, FASM):  # beside the bitstream, for whoever decodes it
            shutil.copyfile(folder / name, job.folder / name)
    return replace(routed, tools=(yosys_version(log), program.title))


def _run_vivado(job: BitstreamJob, engine: Engine, program: Program, progress: Progress) -> Routed:
    """Vivado's script fails where the clock is missed, but its reports are there then."""
    slacks = job.folder / "slacks.csv"
    slacks.unlink(missing_ok=True)
    try:
        _run(engine.place(job, program.command), {}, job.folder, progress)
    except PlacementError:
        if slacks.exists() and not (found := engine.read(job, job.folder)).timing_met:
            return found
        raise
    return engine.read(job, job.folder)


def _run(
    step: Step,
    databases: Databases,
    folder: Path,
    progress: Progress,
    stop: threading.Event | None = None,
) -> None:
    tool = Tool(title=step.program, command=(step.program,), step=log_step, failure=PlacementError)
    arguments = _replaced(step.arguments, databases)
    run_tool(tool, arguments, folder, name=step.log, progress=progress, stop=stop)


def _replaced(arguments: Sequence[str], databases: Databases) -> list[str]:
    """Arguments with the databases in place; an option whose database is not given is left out."""
    found: list[str] = []
    for argument in arguments:
        name = argument.partition("/")[0]
        if name not in (CHIPDB, DATABASE):
            found.append(argument)
        elif name in databases:
            found.append(f"{databases[name].resolve()}{argument.removeprefix(name)}")
        else:
            found.pop()
    return found
