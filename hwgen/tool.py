"""Runs a design tool in a child process: progress from its log, Ctrl-C, and one-line errors."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hwgen.tool_output import read_text
from software_ref.console.errors import ToolError
from software_ref.console.system import end_child

__all__ = ["Progress", "Tool", "run_tool"]

Progress = Callable[[str], None]
"""Called with one line of text for each step that starts."""

_POLL_SECONDS = 0.2

_STAMP = re.compile(r"^\[ *[\d.]+\] ")


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A program that writes a log."""

    title: str
    """Its name in errors: `Yosys`."""
    command: tuple[str, ...]
    """What starts it; arguments follow."""
    step: Callable[[str], str | None]
    """The text to show for a line of its log, or None for a line that starts no step."""
    failure: type[ToolError]
    """The error to raise when it fails."""


def run_tool(
    tool: Tool,
    arguments: Sequence[str],
    work_dir: Path,
    *,
    name: str,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Path:
    """Run a tool and return the path of its log.

    Paths among the arguments are relative to `work_dir`: YoWASP replaces some absolute ones (/tmp)
    by its own.

    Parameters
    ----------
    tool
        What to run.
    arguments
        Its arguments; they make it write its log to `<name>.log`.
    work_dir
        Existing folder; gets `<name>.log` and `<name>.out` (what the tool printed).
    name
        Stem of those files.
    progress
        Told each step of the tool.
    stop
        Ends the tool once it is set: for tools that run side by side.

    Raises
    ------
    ToolError
        The tool failed: its `failure`; the message has its error and names the log.
    """
    log, output = work_dir / f"{name}.log", work_dir / f"{name}.out"
    log.write_text("", encoding="utf-8")
    with output.open("w", encoding="utf-8") as sink:
        # A process of its own: its WebAssembly memory goes back, and Ctrl-C can end it.
        child = subprocess.Popen(
            [*tool.command, *arguments],
            cwd=work_dir,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            _follow(child, tool, (log, output), progress, stop or threading.Event())
        except BaseException:
            # By Ctrl-C, so that it removes its own temporary files.
            end_child(child, signal.SIGINT)
            raise
    if child.returncode:
        raise tool.failure(f"{tool.title} failed: {_reason(log, output)} (see {log})")
    return log


def _follow(
    child: subprocess.Popen,
    tool: Tool,
    files: tuple[Path, Path],
    progress: Progress | None,
    stop: threading.Event,
) -> None:
    """Wait for the child, and tell the steps as they appear in its log and on its output."""
    log, output = files
    tell = progress or (lambda line: None)
    with (
        log.open(encoding="utf-8", errors="replace") as log_file,
        output.open(encoding="utf-8", errors="replace") as output_file,
    ):
        running = True
        while running:
            try:
                child.wait(_POLL_SECONDS)
                running = False
            except subprocess.TimeoutExpired:
                if stop.is_set():
                    raise tool.failure(f"{tool.title} was stopped") from None
            for line in _new_lines(output_file, flush=not running):
                if line.startswith("Preparing to run"):
                    tell(f"compiling {tool.title} for this machine, once (about a minute)")
                elif line.startswith("presparse: waiting"):
                    tell(line.removeprefix("presparse: "))
            for line in _new_lines(log_file, flush=not running):
                step = tool.step(line)
                if step is not None:
                    tell(step)


def _new_lines(file, *, flush: bool) -> Iterator[str]:
    """Whole lines that were added to a growing file since the last call."""
    while True:
        start = file.tell()
        line = file.readline()
        if not line:
            return
        if not line.endswith("\n") and not flush:
            file.seek(start)
            return
        yield line.rstrip("\n")


def _reason(log: Path, output: Path) -> str:
    """What went wrong, in one line."""
    lines = [
        _STAMP.sub("", line).strip()
        for file in (log, output)
        for line in read_text(file).splitlines()
    ]
    for line in lines:
        mark = re.search(r"\bERROR: (.*)", line)
        if mark:
            return mark.group(1).rstrip(".")
    for line in lines:
        if "Assert" in line:
            return line
    return next((line for line in reversed(lines) if line), "no output")
