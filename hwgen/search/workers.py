"""Where rungs are trained: in this process, in local processes, or on a Dask cluster."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Self

from hwgen.search.rung import RungResult, RungTask
from software_ref.console.errors import ToolError
from software_ref.console.system import interrupts_held
from software_ref.experiments.engine import cluster_client, worker_pool

__all__ = ["Cluster", "LostError", "Processes", "ThisProcess", "Workers", "workers_for"]


class LostError(Exception):
    """A worker died; what it was at is lost, and what others were at may be, too."""


class Workers(ABC):
    """Trains rungs, some at a time.

    Use it as a context manager.
    """

    count: int
    """Rungs at a time."""

    @abstractmethod
    def submit(self, key: int, task: RungTask) -> None:
        """Begin a rung, or put it in the queue."""

    @abstractmethod
    def next(self) -> tuple[int, RungResult]:
        """Wait for the next rung that is finished; its key, and what it gave.

        Raises
        ------
        LostError
            Workers died; all rungs that are not finished are lost.
        """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """End what is under way."""


class ThisProcess(Workers):
    """One rung after another, here."""

    count = 1

    def __init__(self) -> None:
        self._queue: deque[tuple[int, RungTask]] = deque()

    def submit(self, key: int, task: RungTask) -> None:
        """See Workers."""
        self._queue.append((key, task))

    def next(self) -> tuple[int, RungResult]:
        """See Workers."""
        key, task = self._queue.popleft()
        return key, task.run()

    def close(self) -> None:
        """See Workers."""
        self._queue.clear()


class Processes(Workers):
    """Local processes.

    Parameters
    ----------
    count : int
        How many.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = worker_pool(count)
        self._futures: dict[Future[RungResult], int] = {}

    def submit(self, key: int, task: RungTask) -> None:
        """See Workers."""
        try:
            with interrupts_held():  # for processes that begin now
                self._futures[self._pool.submit(_run, task)] = key
        except BrokenProcessPool:  # `next` tells
            failed: Future[RungResult] = Future()
            failed.set_exception(BrokenProcessPool())
            self._futures[failed] = key

    def next(self) -> tuple[int, RungResult]:
        """See Workers."""
        done, _ = wait(self._futures, return_when=FIRST_COMPLETED)
        # What finished beside a worker's death is kept.
        future = min(done, key=lambda each: each.exception() is not None)
        key = self._futures.pop(future)
        try:
            return key, future.result()
        except BrokenProcessPool:
            self._futures.clear()
            self.close()
            self._pool = worker_pool(self.count)
            raise LostError from None

    def close(self) -> None:
        """See Workers."""
        for process in list((self._pool._processes or {}).values()):
            process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)


class Cluster(Workers):
    """A Dask cluster; its workers must see data files under the same paths.

    Parameters
    ----------
    address : str
        Its scheduler.

    Raises
    ------
    ToolError
        It does not answer, has no workers, or Dask is not installed.
    """

    def __init__(self, address: str) -> None:
        self._client = cluster_client(address)
        self._address = address
        self.count = sum(self._client.nthreads().values())
        if not self.count:
            self._client.close()
            raise ToolError(f"the Dask scheduler at {address} has no workers")
        self._futures: dict[Any, int] = {}
        self._finished: Any = None

    def submit(self, key: int, task: RungTask) -> None:
        """See Workers."""
        from distributed import as_completed

        future = self._client.submit(_run, task, pure=False)
        self._futures[future] = key
        if self._finished is None:
            self._finished = as_completed([], loop=self._client.loop)
        self._finished.add(future)

    def next(self) -> tuple[int, RungResult]:
        """See Workers."""
        from distributed import CancelledError, KilledWorker

        future = next(self._finished)
        key = self._futures.pop(future)
        try:
            return key, future.result()
        except KilledWorker:
            self._client.cancel(list(self._futures))
            self._futures.clear()
            self._finished = None
            raise LostError from None
        except CancelledError as error:
            raise ToolError(
                f"the Dask scheduler at {self._address} has gone; what was finished is kept"
            ) from error

    def close(self) -> None:
        """See Workers."""
        self._client.cancel(list(self._futures))
        self._client.close()


def workers_for(jobs: int, scheduler: str | None) -> Workers:
    """Workers by what the user asked for."""
    if scheduler is not None:
        return Cluster(scheduler)
    return Processes(jobs) if jobs > 1 else ThisProcess()


def _run(task: RungTask) -> RungResult:
    return task.run()
