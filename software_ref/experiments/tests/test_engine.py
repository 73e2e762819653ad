"""Tasks side by side: results in order, kept at once, resumed, and errors that lose nothing."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from software_ref.console.errors import ToolError
from software_ref.console.system import processors
from software_ref.experiments import engine
from software_ref.experiments.engine import run_tasks
from software_ref.experiments.store import ResultStore
from software_ref.experiments.tests.fake_tasks import SquareTask, ThreadsTask


def squares(folder: Path, numbers: Sequence[int]) -> list[SquareTask]:
    return [SquareTask(number=number, log=str(folder)) for number in numbers]


def order(folder: Path) -> list[int]:
    """Numbers of the tasks that ran, in their order."""
    path = folder / "order"
    return [int(word) for word in path.read_text().split()] if path.exists() else []


@pytest.mark.parametrize("jobs", [1, 2])
def test_figures_are_in_the_order_of_the_tasks_and_each_runs_once(
    tmp_path: Path, jobs: int
) -> None:
    store, ticks = ResultStore(tmp_path / "runs"), []
    tasks = squares(tmp_path, [5, 2, 5, 7])
    figures = run_tasks(
        tasks, store, data_dir=tmp_path, jobs=jobs, finished=lambda: ticks.append(1)
    )
    assert [each["square"] for each in figures] == [25, 4, 25, 49]
    assert {each["folder"] for each in figures} == {str(tmp_path)}
    assert sorted(order(tmp_path)) == [2, 5, 7]
    assert len(ticks) == 3


def test_what_is_kept_is_not_run_again(tmp_path: Path) -> None:
    store = ResultStore(tmp_path / "runs")
    run_tasks(squares(tmp_path, [1, 2]), store)
    figures = run_tasks(squares(tmp_path, [2, 3, 1]), store, jobs=2)
    assert [each["square"] for each in figures] == [4, 9, 1]
    assert order(tmp_path) == [1, 2, 3]


def test_tasks_of_equal_data_run_next_to_one_another(tmp_path: Path) -> None:
    tasks = [replace(task, data="ab"[task.number % 2]) for task in squares(tmp_path, range(6))]
    run_tasks(tasks, ResultStore(tmp_path / "runs"))
    assert order(tmp_path) == [0, 2, 4, 1, 3, 5]


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_keeps_what_was_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """Also what finished while the engine was not looking, and the error is seen with it."""

    def wait_for_all(futures: Iterable[Future[Any]], return_when: str) -> tuple[Any, set[Any]]:
        done = wait(futures).done
        return sorted(done, key=lambda each: each.exception() is None), set()

    monkeypatch.setattr(engine, "wait", wait_for_all)
    store = ResultStore(tmp_path / "runs")
    first, second, third = squares(tmp_path, [1, 2, 3])
    failing = replace(second, failure="error", data="z")
    with pytest.raises(ValueError, match=r"^task 2 must not be run$"):
        run_tasks([first, failing, third], store, jobs=jobs)
    for finished in (first, third):
        assert store.load(finished) is not None
    assert store.load(failing) is None
    assert run_tasks([first, second], store)[1]["square"] == 4
    assert sorted(order(tmp_path)) == [1, 2, 3]


def test_an_interruption_keeps_what_was_finished(tmp_path: Path) -> None:
    store = ResultStore(tmp_path / "runs")
    first, second = squares(tmp_path, [1, 2])
    with pytest.raises(KeyboardInterrupt):
        run_tasks([first, replace(second, failure="interrupt", data="z")], store)
    assert store.load(first) is not None


def test_workers_do_not_take_more_threads_than_there_are_cores(tmp_path: Path) -> None:
    jobs = max(2, processors())
    tasks = [ThreadsTask(number=number) for number in (1, 2)]
    for figures in run_tasks(tasks, ResultStore(tmp_path / "runs"), jobs=jobs):
        assert figures["threads"]
        assert set(figures["threads"]) == {1}


def test_a_dead_worker_is_told(tmp_path: Path) -> None:
    tasks = [replace(task, failure="death") for task in squares(tmp_path, [1, 2])]
    with pytest.raises(ToolError, match=r"^a worker process died, .* use fewer --jobs$"):
        run_tasks(tasks, ResultStore(tmp_path / "runs"), jobs=2)


PARENT = """
import sys
from pathlib import Path
from software_ref.experiments.engine import run_tasks
from software_ref.experiments.store import ResultStore
from software_ref.experiments.tests.fake_tasks import SquareTask

if __name__ == "__main__":
    folder = sys.argv[1]
    tasks = [SquareTask(number=n, log=folder, failure="endless") for n in (1, 2)]
    run_tasks(tasks, ResultStore(Path(folder) / "runs"), jobs=2)
"""


def test_workers_leave_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script, worker = tmp_path / "parent.py", tmp_path / "worker"
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, str(script), str(tmp_path)])
    _wait_until(lambda: worker.exists() and worker.read_text() != "")
    parent.kill()
    parent.wait()
    pid = int(worker.read_text())
    _wait_until(lambda: not _runs(pid))


def _wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    # One that ended, and whom nobody has waited for yet, is a zombie.
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


# Dask warns of its own internals, and its threads outlive a test.
@pytest.mark.filterwarnings("ignore")
class TestCluster:
    """The same on a Dask cluster of one local worker."""

    @pytest.fixture(scope="class")
    def cluster(self) -> Any:
        distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")
        import dask

        # On a busy machine a worker takes long to come back, and must not be given up meanwhile.
        patience = {"distributed.deploy.lost-worker-timeout": "10 minutes"}
        with (
            dask.config.set(patience),
            distributed.LocalCluster(
                n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None
            ) as cluster,
        ):
            yield cluster

    @pytest.fixture
    def address(self, cluster: Any) -> str:
        address: str = cluster.scheduler_address
        return address

    def test_figures_are_in_the_order_of_the_tasks(self, tmp_path: Path, address: str) -> None:
        store = ResultStore(tmp_path / "runs")
        figures = run_tasks(
            squares(tmp_path, [3, 1, 2]), store, data_dir=tmp_path, scheduler=address
        )
        assert [each["square"] for each in figures] == [9, 1, 4]
        assert sorted(order(tmp_path)) == [1, 2, 3]
        assert run_tasks(squares(tmp_path, [1]), store, scheduler=address)[0]["square"] == 1
        assert sorted(order(tmp_path)) == [1, 2, 3]

    def test_equal_tasks_of_two_users_are_two(self, tmp_path: Path, cluster: Any) -> None:
        """Or one's Ctrl-C would cancel the other's."""
        tasks = [replace(task, failure="held") for task in squares(tmp_path, [6])]
        found: list[Any] = []

        def use(name: str) -> None:
            store = ResultStore(tmp_path / name)
            found.append(run_tasks(tasks, store, scheduler=cluster.scheduler_address))

        users = [threading.Thread(target=use, args=(name,)) for name in ("one", "other")]
        try:
            for user in users:
                user.start()
            _wait_until(lambda: len(cluster.scheduler.tasks) == 2, seconds=20)
        finally:
            (tmp_path / "go").touch()
            for user in users:
                user.join()
        assert [figures["square"] for (figures,) in found] == [36, 36]
        assert order(tmp_path) == [6, 6]

    def test_an_error_of_a_task_is_the_users(self, tmp_path: Path, address: str) -> None:
        store = ResultStore(tmp_path / "runs")
        (task,) = squares(tmp_path, [4])
        with pytest.raises(ValueError, match=r"^task 4 must not be run$"):
            run_tasks([replace(task, failure="error")], store, scheduler=address)

    def test_workers_that_die_are_told(self, tmp_path: Path, address: str) -> None:
        (task,) = squares(tmp_path, [5])
        store = ResultStore(tmp_path / "runs")
        with pytest.raises(ToolError, match=r"^workers of the Dask cluster died of a run"):
            run_tasks([replace(task, failure="death")], store, scheduler=address)

    def test_a_scheduler_that_goes_away_is_told(self, tmp_path: Path) -> None:
        pytest.importorskip("distributed", reason="the extra [dask] is not installed")
        file = tmp_path / "scheduler.json"
        words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        scheduler = subprocess.Popen(
            [sys.executable, "-m", "dask", *words, "--scheduler-file", str(file)],
            stderr=subprocess.DEVNULL,
        )
        _wait_until(file.exists)
        address = json.loads(file.read_text())["address"]
        # Without workers the task waits for ever.
        death = threading.Timer(2, scheduler.kill)
        death.start()
        message = f"^the Dask scheduler at {address} has gone; what was finished is kept$"
        try:
            with pytest.raises(ToolError, match=message):
                run_tasks(squares(tmp_path, [1]), ResultStore(tmp_path / "runs"), scheduler=address)
        finally:
            death.join()
            scheduler.wait()

    def test_a_scheduler_that_does_not_answer_is_told(self, tmp_path: Path) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        for address in (f"tcp://127.0.0.1:{port}", "nonsense"):
            with pytest.raises(ToolError, match=f"but none answered at {address}$"):
                run_tasks(squares(tmp_path, [1]), ResultStore(tmp_path / "runs"), scheduler=address)
