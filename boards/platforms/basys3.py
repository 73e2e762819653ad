"""The Digilent Basys 3, and its Amaranth platform: amaranth-boards has none.

References
----------
Pins: Digilent's `Basys-3-Master.xdc` (github.com/Digilent/digilent-xdc).
"""

from __future__ import annotations

from amaranth.build import Attrs, Clock, Pins, PinsN, Resource
from amaranth.vendor import XilinxPlatform
from amaranth_boards.resources import (
    Display7SegResource,
    LEDResources,
    SPIFlashResources,
    SwitchResources,
    UARTResource,
)

from boards.platforms.board import Board

__all__ = ["BOARD", "Basys3Platform"]

_LVCMOS33 = Attrs(IOSTANDARD="LVCMOS33")


class Basys3Platform(XilinxPlatform):
    """Digilent Basys 3, without VGA and Pmods."""

    device = "xc7a35t"
    package = "cpg236"
    speed = "1"
    default_clk = "clk100"
    connectors = ()
    resources = (
        Resource("clk100", 0, Pins("W5", dir="i"), Clock(100e6), _LVCMOS33),
        *SwitchResources(
            pins="V17 V16 W16 W17 W15 V15 W14 W13 V2 T3 T2 R3 W2 U1 T1 R2", attrs=_LVCMOS33
        ),
        *LEDResources(
            pins="U16 E19 U19 V19 W18 U15 U14 V14 V13 V3 W3 U3 P3 N3 P1 L1", attrs=_LVCMOS33
        ),
        Display7SegResource(
            0,
            a="W7",
            b="W6",
            c="U8",
            d="V8",
            e="U5",
            f="V5",
            g="U7",
            dp="V7",
            invert=True,
            attrs=_LVCMOS33,
        ),
        Resource("display_7seg_an", 0, PinsN("U2 U4 V4 W4", dir="o"), _LVCMOS33),
        Resource("button_center", 0, Pins("U18", dir="i"), _LVCMOS33),
        Resource("button_up", 0, Pins("T18", dir="i"), _LVCMOS33),
        Resource("button_left", 0, Pins("W19", dir="i"), _LVCMOS33),
        Resource("button_right", 0, Pins("T17", dir="i"), _LVCMOS33),
        Resource("button_down", 0, Pins("U17", dir="i"), _LVCMOS33),
        # Its clock is the configuration's, C11.
        *SPIFlashResources(
            0,
            cs_n="K19",
            clk="C11",
            copi="D18",
            cipo="D19",
            wp_n="G18",
            hold_n="F18",
            attrs=_LVCMOS33,
        ),
        UARTResource(0, rx="B18", tx="A18", role="dce", attrs=_LVCMOS33),
    )


BOARD = Board(
    name="basys3",
    title="Digilent Basys 3",
    platform=Basys3Platform,
    clock_mhz=100.0,
    leds=16,
    display_digits=4,
    buttons={
        "run": ("button_center", 0),
        "pause": ("button_up", 0),
        "reset": ("button_down", 0),
        "key": ("button_right", 0),
    },
)
"""The board."""
