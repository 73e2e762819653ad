"""The end of a search: the front's networks on the test samples, which nothing has read before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from hwgen.search.accuracy_task import AccuracyTask
from hwgen.search.result import SearchResult
from software_ref.console.output import percent, table_lines
from software_ref.experiments.engine import run_tasks
from software_ref.experiments.store import ResultStore
from software_ref.network_file import with_seed

__all__ = ["FinalResult", "final_lines", "final_results"]

RUNS = "runs"
"""Folder of finished trainings inside that of the results."""


@dataclass(frozen=True, kw_only=True)
class FinalResult:
    """A network of the front, trained on all training samples and tested."""

    trial: int
    """Its trial."""
    accuracies: tuple[float, ...]
    """Test accuracy with each seed."""

    @property
    def text(self) -> str:
        """Mean and sample standard deviation in percent."""
        spread = f" ± {percent(stdev(self.accuracies))}" if len(self.accuracies) > 1 else ""
        return percent(mean(self.accuracies)) + spread

    def document(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {"trial": self.trial, "test_accuracy": list(self.accuracies)}


def final_results(
    result: SearchResult,
    seeds: int,
    output: Path,
    *,
    jobs: int = 1,
    scheduler: str | None = None,
    finished: Callable[[], None] | None = None,
) -> list[FinalResult]:
    """Train every network of the front on all training samples, those held out too, and test it.

    Parameters
    ----------
    result : SearchResult
    seeds : int
        With the seeds 1 to this, of weights, connections, order and rounding.
    output : Path
        Folder of the results, where each training is kept as soon as it is finished.
    jobs, scheduler : int, str, optional
        Where they are trained, as for the search.
    finished : callable, optional
        Called after each training.

    Raises
    ------
    OSError, ToolError, TypeError, ValueError
        As `run_tasks`; and the data set has no test samples.
    """
    plan = result.plan
    plan.samples.check_tested()
    files = [with_seed(trial.file, seed) for trial in result.front for seed in range(1, seeds + 1)]
    tasks = AccuracyTask.of(files, plan.samples, tested=True, stop_early=plan.stop_early)
    figures = run_tasks(
        tasks,
        ResultStore(output / RUNS),
        data_dir=plan.samples.data_dir,
        jobs=jobs,
        scheduler=scheduler,
        finished=finished,
    )
    accuracies = [each["accuracy"] for each in figures]
    return [
        FinalResult(trial=trial.number, accuracies=tuple(accuracies[seeds * k : seeds * (k + 1)]))
        for k, trial in enumerate(result.front)
    ]


def final_lines(result: SearchResult, finals: Sequence[FinalResult]) -> list[str]:
    """The front with its test accuracies."""
    rows = [
        (number, "-".join(map(str, trial.file.network.layers)), final.text)
        for number, (trial, final) in enumerate(zip(result.front, finals, strict=True), start=1)
    ]
    return table_lines(("", "layers", "test %"), rows, text=(1,))
