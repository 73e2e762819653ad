"""Training on the frames that a board makes itself: runs of epochs, and nothing to upload."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boards.host.board import Board
from boards.host.messages import BoardStatus, Configuration
from boards.host.stored_training import StoredTraining
from boards.morse.live import FRAMES, TEST_FRAMES
from software_ref.datasets.morse_live import morse_live_frames
from software_ref.datasets.morse_live_options import LEVEL_BITS
from software_ref.golden.samples import Progress
from software_ref.training import TrainingData

__all__ = ["GeneratedTraining", "makes"]


def makes(board: Board, data: TrainingData) -> bool:
    """Whether a board makes these very samples itself, as its first frames of either seed."""
    if board.morse is None:
        return False
    options, network = board.morse.options, board.core.network
    for seed, features, labels in (
        (options.seed, data.train_features, data.train_labels),
        (options.test_seed, data.test_features, data.test_labels),
    ):
        if len(labels) > FRAMES:
            return False
        levels, classes = morse_live_frames(options, seed, np.arange(len(labels)))
        raw = np.zeros((len(labels), network.layers[0]), np.int64)
        raw[:, : levels.shape[1]] = levels << network.format.fraction - LEVEL_BITS
        if not (np.array_equal(labels, classes) and np.array_equal(features, raw)):
            return False
    return True


class GeneratedTraining(StoredTraining):
    """Trains on frames by their numbers, in this order, at the core's speed; without `shuffle`.

    Parameters
    ----------
    board, file, data
        As for BoardTraining; the data are those that the board makes, from frame 0 on.
    """

    def _take_samples(self) -> None:
        pass

    def holds_data(self, status: BoardStatus) -> bool:
        """See StoredTraining: always, as the board was built from the same options."""
        return True

    def configuration(self, first: int, end: int) -> Configuration:
        """See StoredTraining."""
        return Configuration(
            first_epoch=first,
            end_epoch=end,
            train_first=0,
            train_count=len(self.data.train_labels),
            test_first=TEST_FRAMES,
            test_count=len(self.data.test_labels),
            rates=self.file.training.rate_exponent,
            generated=True,
        )

    def infer_tests(self, progress: Progress | None = None) -> NDArray[np.int64]:
        """See BoardTraining."""
        tests = len(self.data.test_labels)
        return self.board.infer(TEST_FRAMES, tests, progress, generated=True)
