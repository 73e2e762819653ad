"""The Radiona ULX3S with its largest FPGA."""

from __future__ import annotations

from amaranth_boards.ulx3s import ULX3S_85F_Platform

from boards.memory.external import SDRAM
from boards.platforms.board import Board

__all__ = ["BOARD"]

BOARD = Board(
    name="ulx3s",
    title="Radiona ULX3S with an LFE5U-85F",
    platform=ULX3S_85F_Platform,
    clock_mhz=40.0,
    leds=8,
    buttons={
        "run": ("button_fire", 0),
        "pause": ("button_fire", 1),
        "reset": ("button_up", 0),
        "key": ("button_right", 0),
    },
    # Low, the processor beside the FPGA would reset the board.
    memory=SDRAM.title,
    external=(SDRAM,),
    held_high=(("esp32", 0, "gpio0"),),
)
"""The board."""
