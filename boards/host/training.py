"""Training on a board: what it has in common wherever the samples are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from boards.host.board import Board
from boards.host.messages import BoardStatus
from software_ref.checkpoint import Checkpoint
from software_ref.golden.samples import Progress
from software_ref.network_file import NetworkFile
from software_ref.training import EpochResult, TrainingData

__all__ = ["BoardTraining"]


class BoardTraining(ABC):
    """Trains a network file's epochs on a board.

    Parameters
    ----------
    board
        The board.
    file
        Number of epochs, rates, and whether to shuffle.
    data
        Training and test samples.
    stop_early
        End after so many epochs without progress (docs/numerics.md, "Early stopping"); None
        trains all.
    """

    ending: ClassVar[str]
    """What `finish` does, for the user."""

    def __init__(
        self,
        board: Board,
        file: NetworkFile,
        data: TrainingData,
        stop_early: int | None = None,
    ):
        self.board = board
        self.file = file
        self.data = data
        self.stop_early = stop_early

    @property
    def samples(self) -> int:
        """Samples, those for tests included."""
        return len(self.data.train_labels) + len(self.data.test_labels)

    @property
    @abstractmethod
    def idle_between_epochs(self) -> bool:
        """Whether the board may be read while `epochs` waits to be asked for the next one."""

    @abstractmethod
    def under_way(self, status: BoardStatus) -> bool:
        """Whether the board trains these samples by itself, up to one of the file's epochs."""

    @abstractmethod
    def epochs(self, first: int, progress: Progress | None = None) -> Iterator[EpochResult]:
        """Train from an epoch to the file's last, from the board's parameters as they are.

        Parameters
        ----------
        first
            The first epoch.
        progress
            Told of every training sample, and of test samples where these take time.
        """

    @abstractmethod
    def infer_tests(self, progress: Progress | None = None) -> NDArray[np.int64]:
        """Predicted classes of the test samples: int64 (m,)."""

    @abstractmethod
    def finish(self) -> None:
        """After an interruption: take the board to the end of an epoch, and wait for that."""

    @abstractmethod
    def place(self, epoch: int) -> None:
        """Let the board count epochs from here."""

    def checkpoint(self, resumed: Checkpoint | None = None) -> Checkpoint:
        """What the board holds now, after training went on from `resumed`; it must be idle."""
        epoch = self.board.status().epoch
        first, samples = (0, 0) if resumed is None else (resumed.epoch, resumed.samples)
        return Checkpoint(
            parameters=self.board.read_parameters(),
            lags=self.board.core.schedule.lags,
            epoch=epoch,
            samples=samples + (epoch - first) * len(self.data.train_labels),
            inputs=self.data.inputs,
        )
