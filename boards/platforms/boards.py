"""Every board that there is a bitstream for: a new one is a module beside this and a name here."""

from __future__ import annotations

from boards.platforms import nexys4, nexys4ddr, ulx3s
from boards.platforms.board import Board

__all__ = ["BOARDS"]

BOARDS: dict[str, Board] = {
    board.name: board for board in (nexys4.BOARD, nexys4ddr.BOARD, ulx3s.BOARD)
}
"""Every board, by its name on the command line."""
