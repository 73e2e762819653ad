"""The Digilent Nexys4 DDR: the Nexys4's successor, with the same FPGA on other pins."""

from __future__ import annotations

from dataclasses import replace

from amaranth_boards.nexys4ddr import Nexys4DDRPlatform

from boards.memory.external import FLASH
from boards.platforms import nexys4

__all__ = ["BOARD"]

BOARD = replace(
    nexys4.BOARD,
    name="nexys4ddr",
    title="Digilent Nexys4 DDR",
    platform=Nexys4DDRPlatform,
    memory="128 MB DDR2, 16 MB flash",
    external=(FLASH,),
)
"""The board."""
