"""Training on a board: the data in its store, runs of epochs, and the results of each."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from boards.host.board import Board, BoardStatus, Configuration, EpochRecord, store_seal
from boards.host.link import RefusedError
from boards.link.commands import HISTORY_DEPTH, TAIL, State, Status, Stop
from software_ref.checkpoint import Checkpoint
from software_ref.golden.samples import Progress
from software_ref.network_file import NetworkFile
from software_ref.training import EpochResult, TrainingData, epoch_order

__all__ = ["BoardTraining"]

_POLL = 0.02
"""Seconds between two looks at a board that trains."""


class BoardTraining:
    """Trains a network file's epochs on a board.

    With `shuffle` the host writes every epoch's order and starts one epoch at a time; without it,
    the board runs all epochs by itself. Either way it goes on without the host.

    Parameters
    ----------
    board
        The board.
    file
        Number of epochs, rates, and whether to shuffle.
    data
        Training and test samples.

    Raises
    ------
    ValueError
        The board's store has no room for the samples.
    """

    def __init__(self, board: Board, file: NetworkFile, data: TrainingData):
        self.board = board
        self.file = file
        self.data = data
        self._features = np.concatenate([data.train_features, data.test_features])
        self._labels = np.concatenate([data.train_labels, data.test_labels])
        if len(self._labels) > board.identity.samples:
            raise ValueError(
                f"the board's store has room for {board.identity.samples} samples, not for "
                f"{len(self._labels)}: build it with more, or take fewer with --samples"
            )
        self._seal = store_seal(self._features, self._labels)
        self._before = 0  # epochs in the board's history before the run

    @property
    def samples(self) -> int:
        """Samples, those for tests included."""
        return len(self._labels)

    def holds_data(self, status: BoardStatus) -> bool:
        """Whether the board's store holds these samples."""
        return status.seal == self._seal

    def upload(self, progress: Progress | None = None) -> bool:
        """Fill the store, unless it holds these samples; whether that was necessary."""
        if self.holds_data(self.board.status()):
            return False
        self.board.fill(self._features, self._labels, progress=progress)
        self.board.seal(self._seal)
        return True

    def configuration(self, first: int, end: int) -> Configuration:
        """The run from one epoch to before another."""
        options, training = self.file.training, len(self.data.train_labels)
        return Configuration(
            first_epoch=first,
            end_epoch=end,
            train_first=0,
            train_count=training,
            test_first=training,
            test_count=len(self.data.test_labels),
            rates=options.rate_exponent,
            ordered=options.shuffle,
        )

    def epochs(self, first: int) -> Iterator[EpochResult]:
        """Train from an epoch to the file's last, from the board's parameters as they are."""
        last = self.file.training.epochs
        step = 1 if self.file.training.shuffle else last - first
        for begin in range(first, last, max(step, 1)):
            self._begin(begin, begin + step)
            yield from self.follow()

    def _begin(self, first: int, end: int) -> None:
        board, options = self.board, self.file.training
        if options.shuffle:
            board.write_order(epoch_order(options, first, len(self.data.train_labels)))
        board.configure(self.configuration(first, end))
        self._before = board.status().epochs
        board.start()

    def follow(self) -> Iterator[EpochResult]:
        """Results of the run under way, from its first epoch that the board remembers.

        Where the board trains faster than its history is read, epochs in between are missing.
        """
        read = self._before
        began = time.perf_counter()
        while True:
            status = self.board.status()
            running = bool(status.state & State.RUNNING)
            if status.epochs > read:
                read = max(read, status.epochs - HISTORY_DEPTH)
                try:
                    records = self.board.history(read, status.epochs - read)
                except RefusedError as refusal:
                    if refusal.status != Status.OUT_OF_RANGE:
                        raise
                    # Overwritten while they were read: leave the board a lead.
                    read = max(read, status.epochs - HISTORY_DEPTH // 2)
                    continue
                seconds = (time.perf_counter() - began) / len(records)
                read, began = status.epochs, time.perf_counter()
                for record in records:
                    yield self._result(record, seconds)
            if not running:
                return
            time.sleep(_POLL)

    def under_way(self, status: BoardStatus) -> bool:
        """Whether the board trains these samples up to one of the file's epochs."""
        return (
            bool(status.state & State.RUNNING)
            and self.holds_data(status)
            and status.end_epoch <= self.file.training.epochs
        )

    def attach(self, status: BoardStatus) -> None:
        """Follow a run that somebody else started; its results so far are still to be read."""
        done = min(status.epoch, status.epochs, HISTORY_DEPTH // 2)
        numbers = [record.epoch for record in self.board.history(status.epochs - done, done)]
        # Runs before this one ended elsewhere than this one began.
        while done and numbers[-done] != status.epoch - done:
            done -= 1
        self._before = status.epochs - done

    def finish(self) -> None:
        """End the run after the epoch at work, and wait for that."""
        self.board.stop(Stop.AFTER_EPOCH)
        while self.board.status().state & State.RUNNING:
            time.sleep(_POLL)

    def checkpoint(self, resumed: Checkpoint | None = None) -> Checkpoint:
        """What the board holds now, after training went on from `resumed`; it must be idle."""
        epoch = self.board.status().epoch
        first, samples = (0, 0) if resumed is None else (resumed.epoch, resumed.samples)
        return Checkpoint(
            parameters=self.board.read_parameters(),
            lags=self.board.core.schedule.lags,
            epoch=epoch,
            samples=samples + (epoch - first) * len(self.data.train_labels),
        )

    def _result(self, record: EpochRecord, seconds: float) -> EpochResult:
        training, tests = len(self.data.train_labels), len(self.data.test_labels)
        return EpochResult(
            epoch=record.epoch,
            rate_exponent=self.file.training.rate_exponent_at(record.epoch),
            train_accuracy=record.tail / min(training, TAIL),
            test_accuracy=record.test / tests if tests else None,
            samples_per_second=training / max(seconds, 1e-9),
        )
