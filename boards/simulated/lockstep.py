"""A simulated board as a link's transport whose time is the board's own."""

from __future__ import annotations

from collections.abc import Callable

from boards.simulated.board import SimulatedBoard

__all__ = ["Lockstep"]


class Lockstep:
    """Runs the board just as long as the host waits for it; the host itself takes no time.

    Parameters
    ----------
    board
        The board.
    turnaround
        Seconds of the board's clock between an answer and the next frame, as a USB adapter has.
    progress
        Told how many clocks have passed since the last call.
    """

    def __init__(
        self,
        board: SimulatedBoard,
        turnaround: float = 0.0,
        progress: Callable[[int], None] = lambda clocks: None,
    ):
        self.board = board
        self._progress = progress
        self._turnaround = round(turnaround * board.design.clock_hz)

    def write(self, line: bytes) -> None:
        """See boards.host.link.Transport."""
        self._progress(self.board.run(self._turnaround))
        self.board.write(line)

    def read(self, seconds: float) -> bytes:
        """Run until a frame has come, or for so many seconds of the board's clock."""
        most = max(round(seconds * self.board.design.clock_hz), 1)
        self._progress(self.board.run(most, until_frame=True))
        return self.board.read()

    def monotonic(self) -> float:
        """The board's time."""
        return self.board.clocks / self.board.design.clock_hz
