"""Which place-and-route program for the 7 series is there, told apart by asking it.

Two programs read netlists and have different options: nextpnr's himbaechel architecture, and the
older nextpnr-xilinx. Packages call the first one by the second one's name, so a name says nothing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from software_ref.console.errors import ToolError

__all__ = ["PROGRAMS", "STYLES", "Program", "ask", "find_program"]

VIVADO, HIMBAECHEL, XILINX = STYLES = ("vivado", "himbaechel", "xilinx")
"""Kinds of programs, the best first: Vivado's delays are the vendor's own, nextpnr's are
estimates."""
PROGRAMS = ("vivado", "nextpnr-himbaechel", "nextpnr-xilinx")
"""Names that they have on the search path."""
_SECONDS = 60.0
_OPTION_OF = {HIMBAECHEL: "--device", XILINX: "--xdc"}
"""An option that only one of the two has."""


@dataclass(frozen=True)
class Program:
    """A program that places and routes."""

    command: str
    """What starts it: its name, or a path."""
    style: str
    """One of STYLES: what its options are."""
    title: str
    """Its name with its version, where it tells one."""


def find_program(given: str | None, styles: tuple[str, ...] = STYLES) -> Program | None:
    """The program to use, or None where there is none.

    Parameters
    ----------
    given
        What the user named: one that is installed. None takes the best that is.
    styles
        Kinds that will do.

    Raises
    ------
    ValueError
        The one named is not there, or of none of these kinds.
    """
    if given is None:
        found = [program for name in PROGRAMS if (program := ask(name)) is not None]
        found = [program for program in found if program.style in styles]
        return min(found, key=lambda program: STYLES.index(program.style), default=None)
    # Programs run in the folder of the plan.
    program = ask(given if Path(given).name == given else str(Path(given).resolve()))
    if program is None or program.style not in styles:
        kinds = zip(PROGRAMS, STYLES, strict=True)
        wanted = ", ".join(name for name, style in kinds if style in styles)
        raise ValueError(
            f"--engine must name an installed program of these kinds: {wanted}; not {given!r}"
        )
    return program


@cache
def ask(command: str) -> Program | None:
    """What an installed program is; None where it is none, or none of these."""
    if shutil.which(command) is None:
        return None
    if Path(command).stem == VIVADO:  # asking it takes many seconds
        return Program(command, VIVADO, VIVADO)
    options = _said_by(command, "--help")
    for style, option in _OPTION_OF.items():
        if re.search(rf"{option}\b", options):
            version = re.search(r"Version ([^\s)]+)", _said_by(command, "--version"))
            title = Path(command).name
            return Program(command, style, f"{title} {version.group(1)}" if version else title)
    return None


def _said_by(command: str, option: str) -> str:
    try:
        done = subprocess.run(
            [command, option],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{command} must answer {option}: {error}") from None
    return done.stdout + done.stderr
