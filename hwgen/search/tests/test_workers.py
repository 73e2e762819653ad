"""Rungs in local processes and on a Dask cluster are those of this process."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from hwgen.search.rung import Rung, RungTask
from hwgen.search.tests.searches import points, search_on
from hwgen.search.workers import Cluster, LostError, Processes, ThisProcess, Workers
from software_ref.console.errors import ToolError


@pytest.fixture
def task(tmp_path: Path) -> RungTask:
    search = search_on(points(tmp_path), fixed={"format": "(1,3,8)", "random_bits": "0"})
    plan = search.plan()
    values = {each.name: each.nearest(each.document()[0]) for each in plan.space.parameters}
    file = plan.space.propose(values).file
    return RungTask(file=file, samples=plan.samples, rung=Rung(part=1.0, epochs=1.0))


def figures(workers: Workers, task: RungTask) -> set[object]:
    for key in (3, 5):
        workers.submit(key, task)
    found = [workers.next(), workers.next()]
    assert {key for key, _ in found} == {3, 5}
    return {result.epochs for _, result in found}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same(task: RungTask, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    options = {"processes": True, "n_workers": 1, "threads_per_worker": 2}
    here = figures(ThisProcess(), task)
    assert len(here) == 1
    with (
        distributed.LocalCluster(
            dashboard_address=None, local_directory=str(tmp_path), **options
        ) as local,
        Cluster(local.scheduler_address) as workers,
    ):
        assert workers.count == 2
        assert figures(workers, task) == here


def test_no_cluster_is_one_line() -> None:
    with pytest.raises(ToolError, match=r"^--scheduler must be the address of a running Dask"):
        Cluster("tcp://127.0.0.1:1")


@pytest.mark.slow
def test_a_process_that_is_killed_is_replaced(task: RungTask) -> None:
    with Processes(1) as workers:
        here = figures(workers, task)
        (victim,) = workers._pool._processes
        os.kill(victim, signal.SIGKILL)
        workers.submit(1, task)
        with pytest.raises(LostError):
            workers.next()
        assert figures(workers, task) == here
