"""The Digilent Arty A7 with either of its FPGAs."""

from __future__ import annotations

from amaranth_boards.arty_a7 import ArtyA7_35Platform, ArtyA7_100Platform

from boards.memory.external import FLASH
from boards.platforms.board import Board

__all__ = ["ARTY_A7_35", "ARTY_A7_100"]


# Its chips are of the industrial range at speed grade 1L, whose delays at the board's 1.0 V are
# those of grade 1: the name that open tools have databases by.
class _Arty35(ArtyA7_35Platform):
    device = "xc7a35t"
    speed = "1"


class _Arty100(ArtyA7_100Platform):
    device = "xc7a100t"
    speed = "1"


def _board(name: str, title: str, platform: type) -> Board:
    return Board(
        name=name,
        title=title,
        platform=platform,
        clock_mhz=100.0,
        leds=4,
        buttons={
            "run": ("button", 0),
            "pause": ("button", 1),
            "reset": ("button", 2),
            "key": ("button", 3),
        },
        memory="256 MB DDR3, 16 MB flash",
        external=(FLASH,),
    )


ARTY_A7_35 = _board("artya7-35", "Digilent Arty A7-35T", _Arty35)
ARTY_A7_100 = _board("artya7-100", "Digilent Arty A7-100T", _Arty100)
