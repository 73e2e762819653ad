"""Runs a built simulator under cocotb as a child process that is watched and never left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import find_libpython
from cocotb_tools import config
from cocotb_tools.check_results import get_results

import hwgen
from hwgen.simulation.verilator_runtime import SimulatorError
from hwgen.tool_output import read_text
from software_ref.console.system import end_child

__all__ = ["PROGRESS_FILE", "SimulatorError", "run_cocotb"]

PROGRESS_FILE = "progress"
"""File in the run folder into which a test module writes one whole number, how far it is."""

_POLL = 0.1  # seconds
_LOG_LINES = 15


def run_cocotb(
    executable: Path,
    *,
    top: str,
    test_module: str,
    run_dir: Path,
    loader: Sequence[str] = (),
    arguments: Sequence[str] = (),
    waves: Path | None = None,
    waves_from: int = 0,
    progress: Callable[[int], None] | None = None,
    timeout: float | None = None,
    seed: int = 1,
) -> None:
    """Run every cocotb test of a module, and return when all have passed.

    Environment variables of cocotb that the caller may have are kept from the child.

    Parameters
    ----------
    executable
        What `verilator.build` returned, or `icarus.build`.
    top
        Its top module.
    test_module
        Importable name of the module that holds the tests.
    run_dir
        The child's working folder, created where missing; `run.log` has all that it prints.
    loader
        Command that loads the executable, where it does not run by itself.
    arguments
        Plusargs.
    waves
        Value change dump to write, in a simulator built for it.
    waves_from
        Time step that it begins with.
    progress
        Called with the number in `PROGRESS_FILE` whenever it has changed.
    timeout
        Seconds after which the child is stopped.
    seed
        Seed of cocotb and of Python's `random` in the child.

    Raises
    ------
    SimulatorError
        With the log's last lines where the child crashes, a test fails or time runs out. Any other
        exception (Ctrl-C, one raised by `progress`) passes through after the child was stopped.
    """
    run_dir.mkdir(parents=True, exist_ok=True)
    log, results, counter = run_dir / "run.log", run_dir / "results.xml", run_dir / PROGRESS_FILE
    results.unlink(missing_ok=True)
    counter.unlink(missing_ok=True)
    command = [*loader, str(executable.resolve()), *arguments]
    if waves is not None:
        command += ["--trace", "--trace-file", str(waves.resolve())]
    deadline = None if timeout is None else time.monotonic() + timeout
    with (
        log.open("w", encoding="utf-8") as output,
        # In a session of its own, so that Ctrl-C reaches the parent alone, which stops the child.
        subprocess.Popen(
            command,
            cwd=run_dir,
            env=_environment(top, test_module, results.resolve(), seed)
            | {"WAVES_FROM": str(waves_from)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as child,
    ):
        try:
            reported = -1
            while True:
                try:
                    child.wait(_POLL)
                except subprocess.TimeoutExpired:
                    ended = False
                else:
                    ended = True
                if progress is not None and (done := _read_counter(counter)) > reported:
                    progress(done)
                    reported = done
                if ended:
                    break
                if deadline is not None and time.monotonic() > deadline:
                    raise SimulatorError(_message(f"not done after {timeout:g} s", log))
        finally:
            end_child(child)
    if child.returncode:
        raise SimulatorError(_message(f"the simulator ended with status {child.returncode}", log))
    try:
        tests, failures = get_results(results)
    except RuntimeError:
        raise SimulatorError(_message("the simulator ended before its tests did", log)) from None
    if failures or not tests:
        raise SimulatorError(_message(f"{failures} of {tests} tests failed", log))


def _read_counter(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return -1


def _message(what: str, log: Path) -> str:
    lines = read_text(log).splitlines()
    # A message of the Verilog code says more than what the run-time library prints after it.
    marks = ("%Error", "%Fatal", "FATAL: ")
    told = [line for line in lines if any(mark in line for mark in marks)]
    what = f"{what}: {told[0].strip()}" if told else what
    return "\n  ".join([f"{what}; the last lines of {log}:", *lines[-_LOG_LINES:]])


def _environment(top: str, test_module: str, results: Path, seed: int) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COCOTB_", "GPI_", "PYGPI_"))
    }
    root = str(Path(hwgen.__file__).resolve().parent.parent)
    return kept | {
        "COCOTB_TOPLEVEL": top,
        "COCOTB_TEST_MODULES": test_module,
        "COCOTB_RESULTS_FILE": str(results),
        "COCOTB_RANDOM_SEED": str(seed),
        "COCOTB_TRUST_INERTIAL_WRITES": "1",
        "COCOTB_REWRITE_ASSERTION_FILES": "",
        "COCOTB_ANSI_OUTPUT": "0",
        "GPI_USERS": _gpi_users(),
        "PYGPI_PYTHON_BIN": sys.executable,
        "PYTHONPATH": os.pathsep.join([root, *(str(Path(entry).resolve()) for entry in sys.path)]),
        "TOPLEVEL_LANG": "verilog",
    }


@cache
def _gpi_users() -> str:
    library = find_libpython.find_libpython()
    if library is None:
        raise SimulatorError(
            "simulation needs Python's shared library: install one built with --enable-shared"
        )
    return f"{library};{config.pygpi_entry_point()}"
