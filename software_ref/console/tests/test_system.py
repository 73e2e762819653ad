"""What systems differ in: each test takes away what some system does not have."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import software_ref
from software_ref.console.errors import ToolError
from software_ref.console.system import (
    end_child,
    interrupts_held,
    open_pseudo_terminal,
    processors,
    refuse_windows,
    user_number,
)

ROOT = Path(software_ref.__file__).parents[1]
ENDLESS = "import time; print('started', flush=True); time.sleep(60)"
OBEDIENT = "import signal; signal.signal(signal.SIGTERM, lambda *_: exit(7))"


def python(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def wait_until_started(child: subprocess.Popen[bytes]) -> None:
    assert child.stdout is not None
    assert child.stdout.readline() == b"started\n"


def test_processors_are_those_of_the_process_where_the_system_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 6}, raising=False)
    assert processors() == 3


@pytest.mark.parametrize(("known", "counted"), [(7, 7), (None, 1)])
def test_processors_are_those_of_the_machine_on_macos(
    monkeypatch: pytest.MonkeyPatch, known: int | None, counted: int
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: known)
    assert processors() == counted


def test_users_have_no_number_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert user_number() == os.getuid()
    monkeypatch.delattr(os, "getuid")
    assert user_number() is None


def test_windows_is_refused_where_it_cannot_do(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_windows("simulation")
    monkeypatch.setattr(sys, "platform", "win32")
    message = "^simulation needs Linux or macOS; on Windows, run presparse inside WSL$"
    with pytest.raises(ToolError, match=message):
        refuse_windows("simulation")


def test_a_child_ends_gently() -> None:
    with python(f"{OBEDIENT}; {ENDLESS}") as child:
        wait_until_started(child)
        end_child(child)
        assert child.returncode == 7
        end_child(child)  # and is left alone afterwards


def test_a_child_that_does_not_listen_is_ended_by_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("software_ref.console.system.PATIENCE", 0.1)
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    with python(f"{deaf}; {ENDLESS}") as child:
        wait_until_started(child)
        end_child(child, signal.SIGINT)
        assert child.returncode == -signal.SIGKILL


def test_a_child_is_ended_by_force_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    with python(f"{OBEDIENT}; {ENDLESS}") as child:
        wait_until_started(child)
        with monkeypatch.context() as windows:
            windows.setattr(sys, "platform", "win32")
            end_child(child)
        assert child.returncode == -signal.SIGKILL


def test_a_pseudo_terminal_carries_bytes_as_they_are() -> None:
    ours, theirs = open_pseudo_terminal()
    try:
        with pytest.raises(BlockingIOError):
            os.read(ours, 10)
        os.write(ours, b"\x03\r\n\x00\xff")
        assert os.read(theirs, 10) == b"\x03\r\n\x00\xff"
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_system_without_pseudo_terminals_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tty", None)
    message = (
        "^a simulated board needs pseudo-terminals, which this system does not have; on Windows, "
        "run presparse inside WSL$"
    )
    with pytest.raises(ToolError, match=message):
        open_pseudo_terminal()


def test_ctrl_c_does_not_reach_a_worker_that_is_still_starting() -> None:
    with interrupts_held():
        worker = python("import time; print('started', flush=True); time.sleep(0.2)")
    wait_until_started(worker)
    worker.send_signal(signal.SIGINT)
    _, errors = worker.communicate()
    assert (worker.returncode, errors) == (0, b"")


def test_ctrl_c_while_workers_start_comes_afterwards() -> None:
    steps = []
    with pytest.raises(KeyboardInterrupt), interrupts_held():
        signal.raise_signal(signal.SIGINT)
        steps.append("started")
    assert steps == ["started"]


def test_nothing_is_held_back_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "pthread_sigmask")
    with pytest.raises(KeyboardInterrupt), interrupts_held():
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("Ctrl-C must not be held back")


WITHOUT_POSIX = """
import importlib, os, pkgutil, runpy, signal, sys

# Loaded first, by what does not belong to the project and knows Windows.
import asyncio, multiprocessing, ssl, tempfile
import amaranth.sim, cocotb_tools.check_results, filelock, find_libpython, numba, platformdirs
import scipy.optimize, serial, sklearn.datasets, tqdm

for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
for name in ("sched_getaffinity", "openpty", "getuid", "geteuid", "fork", "pwrite", "setsid"):
    delattr(os, name)
for name in ("pthread_sigmask", "SIGKILL", "SIGALRM"):
    delattr(signal, name)
for package in ("software_ref", "hwgen", "boards"):
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, package + "."):
        if ".tests" not in module.name and module.name != "hwgen.simulation.bench":
            importlib.import_module(module.name)

from presparse.cli import main
network, json = sys.argv[1:]
assert main(["check", network]) == 0
assert main(["train", network, "--samples", "20", "--engine", "numpy", "--json", json]) == 0
sys.platform = "win32"
assert main(["board-sim", network]) == 2
assert main(["simulate", network]) == 2
"""


def test_everything_but_simulation_does_without_posix(tmp_path: Path) -> None:
    network, figures = ROOT / "examples" / "slides_8_4_4.toml", tmp_path / "figures.json"
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_POSIX, network, figures],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    refusal = "simulation needs Linux or macOS; on Windows, run presparse inside WSL"
    assert (run.returncode, run.stderr) == (0, 2 * f"presparse: error: {refusal}\n")
    assert figures.exists()
