"""Early stopping by the training stream, which the board counts too (docs/numerics.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from software_ref.network_file import NetworkFile

__all__ = ["PATIENCE", "EarlyStop"]

PATIENCE = 3
"""Epochs without progress where nobody says how many."""


@dataclass(frozen=True, kw_only=True)
class EarlyStop:
    """When a training of a network file ends before its last epoch.

    Raises
    ------
    ValueError
        `patience` is below 1.
    """

    file: NetworkFile
    """Gives the epochs, and when rates and connections are settled."""
    patience: int = PATIENCE
    """Epochs without progress."""

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise ValueError(f"stop_early must be at least 1 epoch, not {self.patience}")

    @property
    def settled(self) -> int:
        """The first epoch, from 0, with the last rate and with connections that stay."""
        options, rewire = self.file.training, self.file.network.rewire
        rates = [first for first, _ in options.rate_exponent if first < options.epochs]
        if rewire is None:
            return rates[-1]
        return max(rates[-1], ceil(rewire.ends(options.epochs)))

    def stops(self, first: int, accuracies: Sequence[float]) -> bool:
        """Whether training ends behind these epochs.

        Parameters
        ----------
        first : int
            Number of the first of them, from 0.
        accuracies : sequence of float
            Share of right predictions of each one's last training samples, of equally many.
        """
        if not accuracies:
            return False
        best = first + max(range(len(accuracies)), key=lambda k: (accuracies[k], -k))
        last = first + len(accuracies) - 1
        return last - max(best, self.settled - 1) >= self.patience
