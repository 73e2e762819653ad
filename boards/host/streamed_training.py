"""Training on a board whose store is too small for the data: samples go through it in portions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boards.host.board import Board
from boards.host.messages import BoardStatus, Configuration
from boards.host.training import BoardTraining
from boards.link.commands import State, Stop
from boards.link.payloads import PREDICTION_DEPTH
from software_ref.golden import Parameters
from software_ref.golden.samples import Progress, RunResult, Samples
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.sample_trainer import SampleTrainer
from software_ref.training import EpochResult, Training, TrainingData

__all__ = ["StreamedTraining", "StreamingTrainer"]


class StreamingTrainer(SampleTrainer):
    """A trainer, as software_ref.training has them, that sends its samples to a board.

    The line decides how fast that is. The core waits between portions and is drained at the end of
    a run alone, so that every bit is that of the golden model.

    Parameters
    ----------
    board
        The board; its core must be drained.
    """

    def __init__(self, board: Board):
        self._board = board
        layout = board.store.layout
        fit = layout.room // layout.code.most_words
        self._portion = min(layout.samples, fit, PREDICTION_DEPTH // 2)
        self._samples = 0

    @property
    def parameters(self) -> Parameters:
        """Raw weights and biases, and connections that move, as they are on the board."""
        return self._board.read_parameters()

    def rewire(self, epoch: int, epochs: int) -> None:
        """Move connections between an epoch, from 0, and the next of so many."""
        before = self._board.read_parameters()
        self._board.write_parameters(before.rewired(epoch, epochs), since=before)

    @property
    def network(self) -> Network:
        """See SampleTrainer."""
        return self._board.core.network

    def run_samples(
        self, samples: Samples, *, progress: Progress | None = None, drain: bool = True
    ) -> RunResult:
        """Send samples, play them and drain with the last one.

        Raises
        ------
        ValueError
            `drain` is false: predictions are only all there after a drain.
        """
        if not drain:
            raise ValueError("drain must be true: a board gives its last predictions then")
        board = self._board
        before = board.status()
        made = before.predictions
        classes, correct = [], []
        for begin, end in self._portions(samples):
            board.store.fill(samples.features[begin:end], samples.labels[begin:end])
            board.play(
                0,
                end - begin,
                train=bool(samples.train[begin]),
                exponent=int(samples.rate_exponent[begin]),
                drain=end == len(samples),
            )
            # The core's pipeline holds the last ones back, until the drain.
            after = board.status()
            board.refuse_damage(before, after)
            ready = after.predictions - made
            found = board.predictions(made, ready)
            made += ready
            classes.append(found[0])
            correct.append(found[1])
            if progress is not None:
                progress(end - begin)
        first, self._samples = self._samples, self._samples + len(samples)
        return RunResult(
            first=first,
            predictions=np.concatenate([np.empty(0, np.int64), *classes]),
            correct=np.concatenate([np.empty(0, np.bool_), *correct]),
        )

    def infer(self, features: ArrayLike, *, progress: Progress | None = None) -> NDArray[np.int64]:
        """Predict classes without training."""
        raw = np.asarray(features)
        return self.run(raw, np.zeros(len(raw), np.int64), False, progress=progress).predictions

    def _portions(self, samples: Samples) -> Iterator[tuple[int, int]]:
        """First sample and the one to end before: no more than the store and PLAY take at once."""
        steps = np.diff(samples.train) | (np.diff(samples.rate_exponent) != 0)
        ends = [*(np.flatnonzero(steps) + 1).tolist(), len(samples)]
        begin = 0
        for end in ends:
            while begin < end:
                portion_end = min(begin + self._portion, end)
                yield begin, portion_end
                begin = portion_end


class StreamedTraining(BoardTraining):
    """Trains on samples that are sent again in every epoch; the host must stay.

    Parameters
    ----------
    board, file, data, stop_early
        As for BoardTraining.
    """

    ending = "taking the board back to the end of its last epoch"
    idle_between_epochs = True

    def __init__(
        self,
        board: Board,
        file: NetworkFile,
        data: TrainingData,
        stop_early: int | None = None,
    ):
        super().__init__(board, file, data, stop_early)
        self._training: Training | None = None

    def under_way(self, status: BoardStatus) -> bool:
        """See BoardTraining: it never does."""
        return False

    def epochs(self, first: int, progress: Progress | None = None) -> Iterator[EpochResult]:
        """See BoardTraining."""
        trainer = StreamingTrainer(self.board)
        self._training = Training(
            self.file, trainer, self.data, epochs_done=first, stop_early=self.stop_early
        )
        for result in self._training.epochs(progress):
            self.place(result.epoch + 1)
            yield result

    def infer_tests(self, progress: Progress | None = None) -> NDArray[np.int64]:
        """See BoardTraining."""
        return StreamingTrainer(self.board).infer(self.data.test_features, progress=progress)

    def finish(self) -> None:
        """Put the board back to where the epoch began that was broken off."""
        self.board.stop(Stop.NOW)
        self.board.wait_while(State.RUNNING)
        self.board.play(0, 0, train=False, exponent=0, drain=True)
        if self._training is not None:
            self.board.write_parameters(self._training.parameters)
            self.place(self._training.epochs_done)

    def place(self, epoch: int) -> None:
        """See BoardTraining."""
        self.board.store.seal(0)  # what is in the store must not be trained by the run button
        self.board.configure(
            Configuration(
                first_epoch=epoch,
                end_epoch=epoch + 1,
                train_first=0,
                train_count=0,
                test_first=0,
                test_count=0,
                rates=((0, 0),),
            )
        )
