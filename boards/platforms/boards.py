"""Every board that there is a bitstream for: a new one is a module beside this and a name here."""

from __future__ import annotations

from boards.platforms import arty_a7, basys3, nexys4, nexys4ddr, nexysa7, ulx3s
from boards.platforms.board import Board

__all__ = ["BOARDS"]

BOARDS: dict[str, Board] = {
    board.name: board
    for board in (
        nexys4.BOARD,
        nexys4ddr.BOARD,
        nexysa7.BOARD,
        arty_a7.ARTY_A7_35,
        arty_a7.ARTY_A7_100,
        basys3.BOARD,
        ulx3s.BOARD,
    )
}
"""Every board, by its name on the command line."""
