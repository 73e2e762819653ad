"""Runs tasks side by side: in this process, in local processes, or on a Dask cluster."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

from software_ref.console.errors import ToolError
from software_ref.console.system import interrupts_held, processors
from software_ref.experiments.store import ResultStore
from software_ref.experiments.task import Task

__all__ = ["cluster_client", "run_tasks", "worker_pool"]

CONNECT_SECONDS = 10
"""How long a Dask scheduler may take to answer."""

Finished = tuple[int, dict[str, Any]]
"""Number of a task, and its figures."""


def run_tasks(
    tasks: Sequence[Task],
    store: ResultStore,
    *,
    data_dir: Path | None = None,
    jobs: int = 1,
    scheduler: str | None = None,
    finished: Callable[[], None] | None = None,
) -> list[dict[str, Any]]:
    """Figures of every task, from the store where it was run before.

    Each result is kept as soon as it is there: after an error, or after Ctrl-C, the next call
    does only what is left. Tasks of equal data run next to one another, since a worker keeps the
    data set that it loaded last.

    Parameters
    ----------
    tasks : sequence of Task
        Equal tasks run once.
    store : ResultStore
    data_dir : Path, optional
        The user's folder of data files; workers of a cluster must see it under the same path.
    jobs : int
        Local processes; 1 runs the tasks in this one.
    scheduler : str, optional
        Address of a Dask scheduler, in place of local processes.
    finished : callable, optional
        Called after each task, those found in the store included.

    Returns
    -------
    list of dict
        In the order of `tasks`.

    Raises
    ------
    ToolError
        A worker died, the scheduler cannot be reached, or Dask is not installed.
    OSError, TypeError, ValueError
        What a task raised.
    """
    results: dict[Path, dict[str, Any]] = {}
    pending: dict[Path, Task] = {}
    for task in tasks:
        path = store.path(task)
        if path in results or path in pending:
            continue
        figures = store.load(task)
        if figures is None:
            pending[path] = task
        else:
            results[path] = figures
            if finished is not None:
                finished()
    if pending:
        todo = sorted(pending.values(), key=lambda task: task.data_key)
        if scheduler is not None:
            stream = _on_cluster(todo, data_dir, scheduler)
        elif jobs > 1 and len(todo) > 1:
            stream = _in_processes(todo, data_dir, min(jobs, len(todo)), jobs)
        else:
            stream = ((i, task.run(data_dir)) for i, task in enumerate(todo))
        for number, figures in stream:
            store.save(todo[number], figures)
            results[store.path(todo[number])] = figures
            if finished is not None:
                finished()
    return [results[store.path(task)] for task in tasks]


def _in_processes(
    tasks: Sequence[Task], data_dir: Path | None, workers: int, jobs: int
) -> Iterator[Finished]:
    pool = worker_pool(workers)
    try:
        with interrupts_held():
            threads = max(1, processors() // jobs)
            running = {
                pool.submit(_run_limited, task, data_dir, threads): i
                for i, task in enumerate(tasks)
            }
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            # Errors last, so that what finished beside them is kept.
            for future in sorted(done, key=lambda each: each.exception() is not None):
                yield running.pop(future), future.result()
    except BrokenProcessPool as error:
        raise ToolError(
            "a worker process died, most likely for want of memory; use fewer --jobs"
        ) from error
    except BaseException:
        for process in list(pool._processes.values()):
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def worker_pool(workers: int) -> ProcessPoolExecutor:
    """Local processes that leave Ctrl-C to this one, and end with it."""
    return ProcessPoolExecutor(
        workers,
        # Not forked: a fork copies the locks of BLAS threads that are not there any more.
        mp_context=get_context("spawn"),
        initializer=_start_worker,
    )


def _start_worker() -> None:
    # Ctrl-C is for the parent, which ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """End this worker when its parent is gone, even one that was killed and could not say so."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(task: Task, data_dir: Path | None) -> dict[str, Any]:
    return task.run(data_dir)


def _run_limited(task: Task, data_dir: Path | None, threads: int) -> dict[str, Any]:
    """Run a task in a worker with at most so many BLAS threads.

    More threads than cores wait for one another at every matrix product, and make small ones many
    times slower. Only libraries that are loaded can be limited: those of a task are once it is
    here, while a worker starts without any.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(threads)
    return task.run(data_dir)


def cluster_client(address: str) -> Any:
    """A client of a Dask cluster.

    Raises
    ------
    ToolError
        Nothing answers at that address, or Dask is not installed.
    """
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ImportError as error:
        raise ToolError(
            "--scheduler needs Dask, which is not installed: pip install distributed"
        ) from error
    try:
        # First by hand: a client that cannot connect goes on trying, and complains, to the end.
        socket.create_connection(get_address_host_port(address), CONNECT_SECONDS).close()
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise ToolError(
            f"--scheduler must be the address of a running Dask scheduler, such as "
            f"tcp://host:8786, but none answered at {address}"
        ) from error
    # It would log what the errors say in one line.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    return client


def _on_cluster(tasks: Sequence[Task], data_dir: Path | None, address: str) -> Iterator[Finished]:
    client = cluster_client(address)
    from distributed import CancelledError, KilledWorker, as_completed

    with client:
        folder = None if data_dir is None else data_dir.resolve()
        # The keys are the cluster's names of results: they must not be shared between clients.
        futures = {client.submit(_run, task, folder, pure=False): i for i, task in enumerate(tasks)}
        try:
            for future in as_completed(list(futures), loop=client.loop):
                yield futures[future], future.result()
        except CancelledError as error:
            raise ToolError(
                f"the Dask scheduler at {address} has gone; what was finished is kept"
            ) from error
        except KilledWorker as error:
            raise ToolError(
                "workers of the Dask cluster died of a run, most likely for want of memory"
            ) from error
        except BaseException:
            client.cancel(list(futures))
            raise
