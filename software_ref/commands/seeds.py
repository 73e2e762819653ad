"""`presparse train --seeds N`: one training for each seed, and the spread of their accuracies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from software_ref.console.output import print_notes, table_lines, write_json
from software_ref.console.progress import ProgressBar
from software_ref.training_job import TrainingJob

__all__ = ["train_seeds"]


def train_seeds(jobs: list[TrainingJob], json: Path | None) -> None:
    """Train each job, whose seed is that of its file, and print a row for each.

    Raises
    ------
    KeyboardInterrupt
        Says how many were finished; those are in `json`.
    """
    print(jobs[0].describe())
    assert jobs[0].data is not None
    print_notes(jobs[0].data.notes)
    finished: list[TrainingJob] = []
    try:
        with ProgressBar(sum(job.work for job in jobs), unit="sample") as bar:
            for line in _table(jobs, finished, bar):
                bar.print(line)
    except (KeyboardInterrupt, BrokenPipeError) as broken_off:
        _write(json, jobs[0], finished, interrupted=True)
        if isinstance(broken_off, BrokenPipeError):
            raise
        raise KeyboardInterrupt(f"with {len(finished)} of {len(jobs)} seeds finished") from None
    _write(json, jobs[0], finished, interrupted=False)
    print(_summary(jobs))


def _table(jobs: list[TrainingJob], finished: list[TrainingJob], bar: ProgressBar) -> Iterator[str]:
    """Train; the lines of the table, one after each seed."""
    header = ["seed".ljust(len(str(len(jobs)))), *jobs[0].accuracy_titles]
    yield table_lines(header, [])[0]
    for job in jobs:
        *_, last = job.epochs(bar)
        finished.append(job)
        yield table_lines(header, [[job.file.training.seed, *job.accuracies(last)]])[1]


def _summary(jobs: list[TrainingJob]) -> str:
    name, what = "test_accuracy", f"{jobs[0].tested} accuracy"
    if jobs[0].rows[-1][name] is None:
        name, what = "train_accuracy", "training accuracy"
    lasts = {"golden": [job.rows[-1] for job in jobs]}
    if jobs[0].float_reference:
        lasts["float"] = [row["float"] for row in lasts["golden"]]
    spreads = [
        f"{trainer} {_spread([100 * row[name] for row in rows])} %"
        for trainer, rows in lasts.items()
    ]
    return f"{what} of {len(jobs)} seeds: {', '.join(spreads)}"


def _spread(values: list[float]) -> str:
    return f"{fmean(values):.2f} ± {stdev(values):.2f}"


def _write(
    path: Path | None, job: TrainingJob, finished: list[TrainingJob], *, interrupted: bool
) -> None:
    if path is None:
        return
    seeds: list[dict[str, Any]] = [
        {"seed": each.file.training.seed, "epochs": each.rows} for each in finished
    ]
    write_json(path, {**job.document(), "seeds": seeds, "interrupted": interrupted})
