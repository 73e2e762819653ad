"""What an experiment is: a plan of tasks under names of its own, and a report of their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from software_ref.experiments.report import Report, Spread
from software_ref.experiments.scale import Scale
from software_ref.experiments.task import Task

__all__ = ["Cell", "Experiment", "Key", "Results", "accuracy", "epochs", "gather"]

Key: TypeAlias = tuple[str | int | float, ...]
"""What an experiment calls one of its measurements, such as ("mnist", 0.2)."""

Results: TypeAlias = Mapping[Key, Sequence[dict[str, Any]]]
"""Figures by key, in the order of the seeds."""


@dataclass(frozen=True)
class Cell:
    """One task of a plan; the cells of one key differ in their seeds."""

    key: Key
    """What it belongs to."""
    task: Task
    """What is run."""


class Experiment(Protocol):
    """What an experiment's module offers."""

    SUMMARY: str
    """What it measures, in one line."""
    CLAIM: str
    """What the slides say about it, in one line."""
    SETS: tuple[str, ...]
    """Names of the problems that it can take; the defaults come first."""
    DEFAULT_SETS: tuple[str, ...]
    """Those it takes unless told otherwise."""

    def plan(self, scale: Scale) -> list[Cell]:
        """All tasks."""

    def report(self, scale: Scale, results: Results) -> Report:
        """Tables, findings and picture."""


def gather(cells: Sequence[Cell], figures: Sequence[dict[str, Any]]) -> Results:
    """Figures by key."""
    results: dict[Key, list[dict[str, Any]]] = {}
    for cell, each in zip(cells, figures, strict=True):
        results.setdefault(cell.key, []).append(each)
    return results


def accuracy(figures: Sequence[dict[str, Any]]) -> Spread:
    """Test accuracy over the seeds."""
    return Spread(tuple(each["test_accuracy"] for each in figures))


def epochs(figures: Sequence[dict[str, Any]]) -> str:
    """The fewest and the most epochs that the trainings took: "14 to 31"."""
    counts = [each["epochs"] for each in figures]
    return str(min(counts)) if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
