"""What differs between families of FPGAs when a board is built: each family in one file."""

from boards.families.ecp5 import Ecp5Boards
from boards.families.family import BoardFamily, Builder, BuildOptions, Built
from boards.families.xc7 import Xc7Boards
from boards.platforms.board import Board

__all__ = ["FAMILIES", "BoardFamily", "BuildOptions", "Builder", "Built", "family_of"]

FAMILIES: dict[str, BoardFamily] = {each.data.name: each for each in (Xc7Boards(), Ecp5Boards())}
"""Every family, by the name that devices give it."""


def family_of(board: Board) -> BoardFamily:
    """The family of a board's FPGA."""
    return FAMILIES[board.part.device.family.name]
