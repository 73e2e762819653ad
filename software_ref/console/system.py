"""Where systems differ: processors, signals, children and pseudo-terminals, guarded in one place.

Linux has all of it. macOS does not say which processors a process may use. Windows has neither
POSIX signals nor pseudo-terminals, and nothing simulates there. Files are locked by a library
(`software_ref.console.shared_folder`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from software_ref.console.errors import ToolError

__all__ = [
    "end_child",
    "interrupts_held",
    "open_pseudo_terminal",
    "process_is_gone",
    "processors",
    "refuse_windows",
    "user_number",
]

PATIENCE = 3.0
"""Seconds for a child to end by itself once told to."""


def processors() -> int:
    """Processor cores that this process may use, where the system says; else those there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def user_number() -> int | None:
    """The user's number, who need not have a name; None where users have none."""
    return os.getuid() if hasattr(os, "getuid") else None


def refuse_windows(what: str) -> None:
    """Raise ToolError on Windows, for what needs a POSIX system: "simulation"."""
    if sys.platform == "win32":
        raise ToolError(f"{what} needs Linux or macOS; on Windows, run presparse inside WSL")


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back until the block ends; processes started in it hold it back for good.

    A worker that Ctrl-C meets while it still imports, before its initializer, would print a
    traceback. Without POSIX signals nothing is held back.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_child(child: subprocess.Popen[Any], gently: signal.Signals = signal.SIGTERM) -> None:
    """End a child and wait for it: first with a signal, so that it can tidy up, then by force.

    Windows knows only the second.
    """
    if child.poll() is not None:
        return
    if sys.platform != "win32":
        child.send_signal(gently)
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            pass
        else:
            return
    child.kill()
    child.wait()


def open_pseudo_terminal() -> tuple[int, int]:
    """Both ends of a raw pseudo-terminal: ours, which never blocks, and that of other programs.

    Raises
    ------
    ToolError
        The system has none.
    """
    try:
        import tty
    except ImportError:
        raise ToolError(
            "a simulated board needs pseudo-terminals, which this system does not have; on "
            "Windows, run presparse inside WSL"
        ) from None
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    return ours, theirs


def process_is_gone(process: int) -> bool:
    """Whether no process of this number runs here; False where the system cannot be asked."""
    if sys.platform == "win32":  # where a signal of 0 would end it
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's
        return False
    return False
