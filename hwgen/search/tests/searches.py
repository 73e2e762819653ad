"""Small searches, and workers that only pretend to train."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import numpy as np

from hwgen.search.limits import Limits
from hwgen.search.plan import SearchPlan
from hwgen.search.request import Search
from hwgen.search.rung import EpochFigures, RungResult, RungTask
from hwgen.search.study import Study
from hwgen.search.workers import Workers
from software_ref.file_options import DataOptions

__all__ = ["Pretended", "points", "search_on", "study_in"]

FEATURES, CLASSES = 12, 3


def points(folder: Path, *, classes: int = CLASSES, test: int = 20, seed: int = 1) -> Path:
    """A file of random samples."""
    rng = np.random.default_rng(1)
    others = np.random.default_rng(seed)
    path = folder / "points.npz"
    np.savez(
        path,
        x_train=rng.integers(0, 256, (90, FEATURES), np.uint8),
        y_train=np.arange(90) % classes,
        x_test=others.integers(0, 256, (test, FEATURES), np.uint8),
        y_test=np.arange(test) % classes,
    )
    return path


def search_on(path: Path, **settings: object) -> Search:
    given = {"width": (4, 24), "epochs": 2, "limits": Limits(weights=600)} | settings
    return Search(data=DataOptions(name=str(path)), **given)


def study_in(folder: Path, plan: SearchPlan, url: str | None = None, name: str = "a") -> Study:
    return Study(plan, url or f"sqlite:///{folder / 'study.db'}", name)


class Pretended(Workers):
    """Accuracies that follow from the networks alone, at once; and what interrupts them.

    Parameters
    ----------
    interrupt
        The rung, from 1, at which Ctrl-C comes; None for never.
    """

    count = 1

    def __init__(self, interrupt: int | None = None) -> None:
        self._interrupt = interrupt
        self._queue: deque[tuple[int, RungTask]] = deque()
        self.tasks: list[tuple[int, RungTask]] = []
        """All that were trained."""

    def submit(self, key: int, task: RungTask) -> None:
        self._queue.append((key, task))

    def next(self) -> tuple[int, RungResult]:
        key, task = self._queue.popleft()
        if self._interrupt is not None and len(self.tasks) + 1 >= self._interrupt:
            raise KeyboardInterrupt
        self.tasks.append((key, task))
        network = task.file.network
        accuracy = 1 - 1 / (2 + network.weights / 100) + task.rung.epochs / 100
        figures = EpochFigures(epoch=1, train_accuracy=accuracy, accuracy=accuracy)
        result = RungResult(
            epochs=(figures,), state=None, stopped_early=False, samples=75, seconds=0.01
        )
        return key, result

    def close(self) -> None:
        self._queue.clear()
