"""Which way a board trains: from its store, or from a stream of samples."""

from __future__ import annotations

from boards.host.board import Board
from boards.host.generated_training import GeneratedTraining, makes
from boards.host.store import RoomError
from boards.host.stored_training import StoredTraining
from boards.host.streamed_training import StreamedTraining
from boards.host.training import BoardTraining
from software_ref.network_file import NetworkFile
from software_ref.training import TrainingData

__all__ = ["training_on"]


def training_on(
    board: Board, file: NetworkFile, data: TrainingData, stop_early: int | None = None
) -> BoardTraining:
    """The training: on the board's own frames, or from its store where that has room.

    Raises
    ------
    ValueError
        The store has no room, and can only be read.
    """
    if not file.training.shuffle and makes(board, data):
        return GeneratedTraining(board, file, data, stop_early)
    try:
        return StoredTraining(board, file, data, stop_early)
    except RoomError:
        if board.store.read_only:
            raise
        return StreamedTraining(board, file, data, stop_early)
