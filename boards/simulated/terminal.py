"""The simulated board behind a pseudo-terminal: to a host program it is a serial port."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from pathlib import Path

from boards.simulated.board import SimulatedBoard
from software_ref.console.system import open_pseudo_terminal

__all__ = ["PseudoTerminal"]

_CHUNK = 2_000
"""Clocks between two looks at the terminal; a thousand bytes of the UART take 60,000."""
_QUIET = 400_000
"""Clocks after the last byte, either way, from which an idle board runs slowly."""
_NAP = 0.05
"""Seconds that an idle board waits for a byte between two chunks."""
_BUSY_LEDS = 0b111
"""LEDs of a board that is at work."""


class PseudoTerminal:
    """Carries bytes between a pseudo-terminal and a simulated board, while the board runs.

    Parameters
    ----------
    board
        The board.

    Raises
    ------
    ToolError
        The system has no pseudo-terminals.
    """

    def __init__(self, board: SimulatedBoard):
        self._board = board
        # The other end stays open, so hosts may come and go.
        self._master, self._slave = open_pseudo_terminal()
        self.path = Path(os.ttyname(self._slave))
        """What hosts open."""

    def close(self) -> None:
        """Give the terminal back."""
        os.close(self._master)
        os.close(self._slave)

    def serve(self, show: Callable[[str], None] = lambda line: None) -> None:
        """Run the board until an exception, KeyboardInterrupt above all.

        Parameters
        ----------
        show
            Told several times a second what display and LEDs show.
        """
        board = self._board
        quiet, shown = 0, 0.0
        unsent = b""
        while True:
            line = self._received()
            if line:
                board.write(line)
            board.run(_CHUNK, until_frame=True)
            unsent = self._sent(unsent + board.read())
            working = line or unsent or board.waiting or board.leds & _BUSY_LEDS
            quiet = 0 if working else quiet + _CHUNK
            if quiet > _QUIET:
                select.select([self._master], [], [], _NAP)
            if time.monotonic() - shown > 0.2:
                shown = time.monotonic()
                show(f"[{board.display:>10}]  LEDs {board.leds:0{board.design.leds}b}")

    def _received(self) -> bytes:
        try:
            return os.read(self._master, 65_536)
        except BlockingIOError:
            return b""

    def _sent(self, line: bytes) -> bytes:
        """What is left of a line that nobody takes: a closed port loses it, as a cable would."""
        if not line:
            return b""
        try:
            return line[os.write(self._master, line) :]
        except BlockingIOError:
            return line[-65_536:]
