"""Child processes: failing tests, time limits, and that no child outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import hwgen
from hwgen.simulation import process
from hwgen.simulation.process import SimulatorError, run_cocotb
from hwgen.simulation.tests.test_verilator import COUNTER
from hwgen.simulation.verilator import build

BENCH = "hwgen.simulation.tests.counter_bench"


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("counter")
    source = folder / "counter.v"
    source.write_text(COUNTER)
    return build(
        sources=[source],
        top="counter",
        build_dir=folder / "build",
        parameters={"STEP": 3},
        public=True,
    )


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every child that the test starts."""
    started: list[subprocess.Popen[bytes]] = []

    class Recorded(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *args: object, **settings: object) -> None:
            super().__init__(*args, **settings)  # type: ignore[call-overload]
            started.append(self)

    monkeypatch.setattr(process.subprocess, "Popen", Recorded)
    return started


def _run(counter: Path, folder: Path, *arguments: str, **settings: object) -> None:
    run_cocotb(
        counter,
        top="counter",
        test_module=BENCH,
        run_dir=folder,
        arguments=arguments,
        **settings,  # type: ignore[arg-type]
    )


def test_a_module_of_tests_is_run(
    counter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCOTB_TEST_FILTER", "none of them")
    _run(counter, tmp_path / "run")
    assert (tmp_path / "run" / "counted").read_text() == "27"  # as it was before the tenth edge


def test_a_failed_test_shows_the_end_of_the_log(counter: Path, tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match=r"^1 of 1 tests failed; the last lines of .*run\.log"):
        _run(counter, tmp_path, "+fail")


def test_a_module_that_cannot_be_imported_is_an_error(counter: Path, tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match=r"No module named 'nothing_here'"):
        run_cocotb(counter, top="counter", test_module="nothing_here", run_dir=tmp_path)


def test_a_child_that_takes_too_long_is_stopped(
    counter: Path, tmp_path: Path, children: list[subprocess.Popen[bytes]]
) -> None:
    with pytest.raises(SimulatorError, match=r"^not done after 1 s; the last lines of"):
        _run(counter, tmp_path, "+wait", timeout=1)
    assert [child.returncode for child in children] == [-signal.SIGTERM]


def test_an_interrupted_parent_stops_its_child(
    counter: Path, tmp_path: Path, children: list[subprocess.Popen[bytes]]
) -> None:
    def interrupt(done: int) -> None:
        assert done > 0
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _run(counter, tmp_path, "+wait", progress=interrupt, timeout=60)
    assert [child.returncode for child in children] == [-signal.SIGTERM]


def test_a_crash_is_an_error(
    counter: Path, tmp_path: Path, children: list[subprocess.Popen[bytes]]
) -> None:
    with pytest.raises(SimulatorError, match=r"^the simulator ended with status -11; the last"):
        _run(
            counter,
            tmp_path,
            "+wait",
            progress=lambda done: children[0].send_signal(signal.SIGSEGV),
            timeout=60,
        )


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_no_simulation_outlives_its_parent(tmp_path: Path, ending: signal.Signals) -> None:
    """Run a job in another Python process and end that one, by Ctrl-C or without any warning."""
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from hwgen.simulation import process
        from hwgen.simulation.job import Job, Wait
        from hwgen.simulation.run import Simulation
        from hwgen.simulation.tests.stub_core import PORTS, stub

        class Told(process.subprocess.Popen):
            def __init__(self, *args, **settings):
                super().__init__(*args, **settings)
                if "cwd" in settings:
                    Path("child").write_text(str(self.pid))

        source = stub(Path.cwd())
        simulation = Simulation(Path("build"), PORTS, source=source)
        simulation.build()
        process.subprocess.Popen = Told
        job = Job(operations=[Wait(clocks=2**32 - 1)])
        simulation.run(job, progress=lambda done: Path("started").touch())
        """
    )
    environment = os.environ | {"PYTHONPATH": str(Path(hwgen.__file__).resolve().parent.parent)}
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(lambda: (tmp_path / "started").exists() or parent.poll() is not None)
        child = int((tmp_path / "child").read_text())
        assert _is_alive(child)
        parent.send_signal(ending)
        assert parent.wait(20) != 0
        _wait_for(lambda: not _is_alive(child))
    finally:
        parent.kill()
        parent.wait()


def _is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended may wait for init to take note."""
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(state) and not state.startswith("Z")


def _wait_for(condition: object, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
