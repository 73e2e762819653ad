"""Runs an installed engine on a 7-series board's plan, and reads what it reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from boards.bitstream.engines import CHIPDB, DATABASE, Engine, Step
from boards.bitstream.job import BitstreamJob
from boards.bitstream.report import Routed
from hwgen.pnr.nextpnr import PlacementError
from hwgen.pnr.xc7_commands import log_step
from hwgen.synthesis.yosys import run_yosys, yosys_version
from hwgen.tool import Progress, Tool, run_tool

__all__ = ["run_engine"]


def run_engine(
    job: BitstreamJob, engine: Engine, databases: dict[str, Path], progress: Progress
) -> Routed:
    """Make the bitstream from a written plan, unless the clock is missed.

    Parameters
    ----------
    job
        The job, whose folder has the plan.
    engine
        An installed one.
    databases
        What CHIPDB and DATABASE stand for, as far as the engine takes them.
    progress
        Told each step.

    Raises
    ------
    SynthesisError, PlacementError
        A tool failed, or reported nothing; the message names the log.
    """
    folder, tools = job.folder, [engine.programs[0]]
    if engine.synthesis:
        script = (folder / "synthesis.ys").read_text(encoding="utf-8").splitlines()
        log = run_yosys(script, folder, name="synthesis", progress=progress)
        tools.insert(0, yosys_version(log))
    place, *packing = engine.steps(job)
    routed = replace(_place_and_route(job, engine, place, databases, progress), tools=tuple(tools))
    if routed.timing_met:
        for step in packing:
            _run(job, step, databases, progress)
        if packing:
            (folder / "board.bit").replace(job.bitstream)
    return routed


def _place_and_route(
    job: BitstreamJob, engine: Engine, step: Step, databases: dict[str, Path], progress: Progress
) -> Routed:
    if engine.synthesis:
        allowed = replace(step, arguments=(*step.arguments, "--timing-allow-fail"))
        _run(job, allowed, databases, progress)
        return engine.read(job)
    # Vivado's script fails where the clock is missed, but its reports are there then.
    (job.folder / "slacks.csv").unlink(missing_ok=True)
    try:
        _run(job, step, databases, progress)
    except PlacementError:
        if (job.folder / "slacks.csv").exists() and not (found := engine.read(job)).timing_met:
            return found
        raise
    return engine.read(job)


def _run(job: BitstreamJob, step: Step, databases: dict[str, Path], progress: Progress) -> None:
    tool = Tool(title=step.program, command=(step.program,), step=log_step, failure=PlacementError)
    arguments = [_replaced(argument, databases) for argument in step.arguments]
    run_tool(tool, arguments, job.folder, name=step.log, progress=progress)


def _replaced(argument: str, databases: dict[str, Path]) -> str:
    for name in (CHIPDB, DATABASE):
        if argument.startswith(name):
            return f"{databases[name].resolve()}{argument.removeprefix(name)}"
    return argument
