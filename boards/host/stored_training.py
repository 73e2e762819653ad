"""Training on a board from its store: runs of epochs, and the results of each."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from boards.host.board import POLL_SECONDS, Board
from boards.host.flash_file import flash_run, read_only_image
from boards.host.link import RefusedError
from boards.host.messages import BoardStatus, Configuration, EpochRecord
from boards.host.training import BoardTraining
from boards.link.commands import State, Status, Stop
from boards.link.payloads import HISTORY_DEPTH, RATES, TAIL
from software_ref.early_stop import EarlyStop
from software_ref.golden import Parameters
from software_ref.golden.samples import Progress
from software_ref.network_file import NetworkFile
from software_ref.training import EpochResult, TrainingData, epoch_order

__all__ = ["StoredTraining"]


class StoredTraining(BoardTraining):
    """Trains on samples in the board's store, at the core's speed.

    With `shuffle` the host writes every epoch's order and starts one epoch at a time, unless they
    are all in a memory that can only be read; with
    `[rewire]` it moves connections before each, and where it is to stop early it looks after each;
    else the board runs all epochs by itself. What it has begun it ends without the host.

    Parameters
    ----------
    board, file, data, stop_early
        As for BoardTraining.

    Raises
    ------
    RoomError
        The board's store has no room for the samples.
    ValueError
        Its memory, which can only be read, holds the orders of fewer epochs.
    """

    ending = "stopping the board after the epoch at work"

    def __init__(
        self,
        board: Board,
        file: NetworkFile,
        data: TrainingData,
        stop_early: int | None = None,
    ):
        super().__init__(board, file, data, stop_early)
        self._before = board.status()  # before the run
        self._read = 0  # epochs in the board's history that are not of the run, or read
        # An epoch, and what the board held before connections moved for it, until it starts.
        self._moved: tuple[int, Parameters] | None = None
        self._take_samples()

    def _take_samples(self) -> None:
        store, options = self.board.store, self.file.training
        if store.read_only:
            stored = store.layout.order.entries // max(len(self.data.train_labels), 1)
            if options.shuffle and options.epochs > stored:
                raise ValueError(
                    f"epochs must be at most {stored}, of which the board's memory, which can only "
                    f"be read, has the orders, not {options.epochs}"
                )
            self.image = read_only_image(self.board.core, store.layout, options, self.data)
            return
        features = np.concatenate([self.data.train_features, self.data.test_features])
        labels = np.concatenate([self.data.train_labels, self.data.test_labels])
        self.image = self.board.store.image(features, labels)
        """What they are in the store's memory."""

    def holds_data(self, status: BoardStatus) -> bool:
        """Whether the board's store holds these samples."""
        return status.seal == self.image.seal

    def upload(self, progress: Progress | None = None) -> bool:
        """Fill the store, unless it holds these samples; whether anything had to be sent."""
        if self.holds_data(self.board.status()):
            return False
        return self.board.store.upload(self.image, progress)

    def epochs(self, first: int, progress: Progress | None = None) -> Iterator[EpochResult]:
        """See BoardTraining."""
        began, stream = first, list[float]()
        stop = (
            None if self.stop_early is None else EarlyStop(file=self.file, patience=self.stop_early)
        )
        while first < self.file.training.epochs:
            if stop is not None and stop.stops(began, stream):
                return
            self.place(first)
            self._before = self.board.status()
            self._read = self._before.epochs
            self._rewire(first)
            self.board.start()
            self._moved = None
            for result in self.follow():
                if progress is not None:
                    progress(len(self.data.train_labels))
                stream.append(result.train_accuracy)
                yield result
            first = self._end(first)

    def _rewire(self, epoch: int) -> None:
        """Move connections before an epoch, and remember how they were."""
        if epoch and self.file.network.rewire is not None:
            before = self.board.read_parameters()
            self._moved = epoch, before
            after = before.rewired(epoch - 1, self.file.training.epochs)
            self.board.write_parameters(after, since=before)

    def infer_tests(self, progress: Progress | None = None) -> NDArray[np.int64]:
        """See BoardTraining."""
        first, tests = len(self.data.train_labels), len(self.data.test_labels)
        return self.board.infer(first, tests, progress)

    def place(self, epoch: int) -> None:
        """See BoardTraining; the board's run button goes on from there."""
        options, samples = self.file.training, len(self.data.train_labels)
        if options.shuffle and not self.board.store.read_only:
            self.board.store.write_order(epoch_order(options, epoch, samples))
        self.board.configure(self.configuration(epoch, self._end(epoch)))

    def configuration(self, first: int, end: int) -> Configuration:
        """The run from one epoch to before another."""
        options, training = self.file.training, len(self.data.train_labels)
        if self.board.store.read_only:
            return flash_run(options, self.data, first, end)
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

    def _end(self, first: int) -> int:
        """The epoch that the board trains up to by itself: it holds one order and RATES rates."""
        options = self.file.training
        last = max(options.epochs, first + 1)
        if self.idle_between_epochs:
            return first + 1
        later = [epoch for epoch, _ in options.rate_exponent if epoch > first]
        return min([last, *later[RATES - 1 :]])

    def follow(self) -> Iterator[EpochResult]:
        """Results of the run under way, from its first epoch that the board remembers.

        Where the board trains faster than its history is read, epochs in between are missing.
        """
        read = self._read
        began = time.perf_counter()
        while True:
            status = self.board.status()
            running = bool(status.state & State.RUNNING)
            if status.damaged != self._before.damaged:
                self.board.stop(Stop.NOW)
                self.board.refuse_damage(self._before, status)
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
            time.sleep(POLL_SECONDS)

    @property
    def idle_between_epochs(self) -> bool:
        """See BoardTraining."""
        moves = self.file.network.rewire is not None
        orders = self.file.training.shuffle and not self.board.store.read_only
        return orders or moves or self.stop_early is not None

    def under_way(self, status: BoardStatus) -> bool:
        """See BoardTraining."""
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
        self._read, self._before = status.epochs - done, status

    def finish(self) -> None:
        """See BoardTraining."""
        self.board.stop(Stop.AFTER_EPOCH)
        self.board.wait_while(State.RUNNING, POLL_SECONDS)
        if self._moved is not None:
            epoch, before = self._moved
            if self.board.status().epoch == epoch:  # it has not run
                self.board.write_parameters(before)
            self._moved = None

    def _result(self, record: EpochRecord, seconds: float) -> EpochResult:
        training, tests = len(self.data.train_labels), len(self.data.test_labels)
        return EpochResult(
            epoch=record.epoch,
            rate_exponent=self.file.training.rate_exponent_at(record.epoch),
            train_accuracy=record.tail / min(training, TAIL),
            test_accuracy=record.test / tests if tests else None,
            samples_per_second=training / max(seconds, 1e-9),
        )
