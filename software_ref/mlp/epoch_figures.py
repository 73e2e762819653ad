"""What one epoch of training gave, and whether it got on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

__all__ = ["EpochFigures", "progress_of"]

EARLY = 1 / 2
"""Validation accuracy below which a lower validation loss is progress too."""


@dataclass(frozen=True, kw_only=True)
class EpochFigures:
    """What one epoch gave."""

    epoch: int
    """Its number, from 0."""
    loss: float
    """Mean cross-entropy of its minibatches in nats, each before its step."""
    train_accuracy: float
    """Share of correct predictions of its minibatches, each before its step."""
    validation_accuracy: float | None
    """Share of correct predictions of the validation samples afterwards; None without any."""
    validation_loss: float | None
    """Their mean cross-entropy in nats; None without any."""
    seconds: float
    """Time of its steps, without the validation."""

    def better_than(self, other: EpochFigures) -> bool:
        """Whether validation prefers this epoch: by accuracy, and of equals by loss.

        Where a network still answers one class for all samples, only the loss shows that it is
        learning. Where it is right about all of them, nothing is better.
        """
        if self.validation_accuracy is None or other.validation_accuracy is None:
            return False
        if self.validation_accuracy != other.validation_accuracy or other.validation_accuracy == 1:
            return self.validation_accuracy > other.validation_accuracy
        assert self.validation_loss is not None and other.validation_loss is not None
        return self.validation_loss < other.validation_loss


def progress_of(history: Sequence[EpochFigures]) -> list[bool]:
    """Whether each epoch got on: better than all before or, early on, of a lower loss.

    While most answers are wrong, a network may stay for many epochs at the accuracy of always
    answering one or two classes, and learn all the same.
    """
    found: list[bool] = []
    best: EpochFigures | None = None
    lowest = inf
    for figures in history:
        accuracy, loss = figures.validation_accuracy, figures.validation_loss
        early = False
        if accuracy is not None and loss is not None:
            early = accuracy < EARLY and loss < lowest
            lowest = min(lowest, loss)
        better = best is None or figures.better_than(best)
        best = figures if better else best
        found.append(better or early)
    return found
