"""What is kept of a trial: its values, its network, and what came out at every rung."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from software_ref.network_file import NetworkFile, network_file_of

__all__ = ["TrialRecord"]


@dataclass(frozen=True, kw_only=True, eq=False)
class TrialRecord:
    """A trial that is finished."""

    number: int
    """Its number in the study."""
    values: Mapping[str, Any]
    """What it chose."""
    document: Mapping[str, Any]
    """Its network file."""
    figures: Mapping[str, float]
    """What its core takes, and what its training came to."""
    rungs: Sequence[Mapping[str, Any]]
    """Accuracy and work at every rung."""
    epochs: Sequence[Sequence[float]]
    """Of every epoch of the last training: training-stream and validation accuracy."""
    judgement: Mapping[str, Any] | None
    """What the filter guessed."""
    stopped: int | None
    """The rung that it was ended at, from 1; None where it was trained to its end."""
    same_as: int | None = None
    """A trial of the same network and training, whose figures these are."""
    guess: str | None = None
    """Why it was among the first, where a guideline says so."""

    @cached_property
    def file(self) -> NetworkFile:
        """Its network file."""
        return network_file_of(dict(self.document))

    @property
    def work(self) -> float:
        """Weights times samples that it was trained with."""
        return 0.0 if self.same_as is not None else sum(each["work"] for each in self.rungs)
