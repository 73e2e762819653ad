"""The Digilent Nexys4, the original board with cellular RAM, and its Amaranth platform.

amaranth-boards has the platform of its successor alone, the Nexys4 DDR.

References
----------
Pins: Digilent's `Nexys-4-Master.xdc` for revision B (github.com/Digilent/digilent-xdc).
"""

from __future__ import annotations

from amaranth.build import Attrs, Clock, Pins, PinsN, Resource, Subsignal
from amaranth.vendor import XilinxPlatform
from amaranth_boards.resources import (
    Display7SegResource,
    LEDResources,
    PS2Resource,
    RGBLEDResource,
    SDCardResources,
    SPIFlashResources,
    SwitchResources,
    UARTResource,
    VGAResource,
)

from boards.memory.external import CELLULAR, FLASH
from boards.platforms.board import Board

__all__ = ["BOARD", "Nexys4Platform"]

_LVCMOS33 = Attrs(IOSTANDARD="LVCMOS33")


class Nexys4Platform(XilinxPlatform):
    """Digilent Nexys4, not the Nexys4 DDR, without Ethernet and Pmods."""

    device = "xc7a100t"
    package = "csg324"
    speed = "1"
    default_clk = "clk100"
    default_rst = "rst"
    connectors = ()
    resources = (
        Resource("clk100", 0, Pins("E3", dir="i"), Clock(100e6), _LVCMOS33),
        Resource("rst", 0, PinsN("C12", dir="i"), _LVCMOS33),
        *SwitchResources(pins="U9 U8 R7 R6 R5 V7 V6 V5 U4 V2 U2 T3 T1 R3 P3 P4", attrs=_LVCMOS33),
        *LEDResources(pins="T8 V9 R8 T6 T5 T4 U7 U6 V4 U3 V1 R1 P5 U1 R2 P2", attrs=_LVCMOS33),
        RGBLEDResource(0, r="K5", g="F13", b="F6", attrs=_LVCMOS33),
        RGBLEDResource(1, r="K6", g="H6", b="L16", attrs=_LVCMOS33),
        Display7SegResource(
            0,
            a="L3",
            b="N1",
            c="L5",
            d="L4",
            e="K3",
            f="M2",
            g="L6",
            dp="M4",
            invert=True,
            attrs=_LVCMOS33,
        ),
        Resource("display_7seg_an", 0, PinsN("N6 M6 M3 N5 N2 N4 L1 M1", dir="o"), _LVCMOS33),
        Resource("button_reset", 0, PinsN("C12", dir="i"), _LVCMOS33),
        Resource("button_center", 0, Pins("E16", dir="i"), _LVCMOS33),
        Resource("button_up", 0, Pins("F15", dir="i"), _LVCMOS33),
        Resource("button_left", 0, Pins("T16", dir="i"), _LVCMOS33),
        Resource("button_right", 0, Pins("R10", dir="i"), _LVCMOS33),
        Resource("button_down", 0, Pins("V10", dir="i"), _LVCMOS33),
        UARTResource(0, rx="C4", tx="D4", rts="E5", cts="D3", role="dce", attrs=_LVCMOS33),
        VGAResource(
            0,
            r="A3 B4 C5 A4",
            g="C6 A5 B6 A6",
            b="B7 C7 D7 D8",
            hs="B11",
            vs="B12",
            attrs=_LVCMOS33,
        ),
        *SDCardResources(
            0,
            clk="B1",
            cmd="C1",
            cd="A1",
            dat0="C2",
            dat1="E1",
            dat2="F1",
            dat3="D2",
            attrs=_LVCMOS33,
        ),
        Resource("sd_card_reset", 0, Pins("E2", dir="o"), _LVCMOS33),
        Resource(
            "accelerometer",  # ADXL362
            0,
            Subsignal("cs", PinsN("C15", dir="o")),
            Subsignal("clk", Pins("D15", dir="o")),
            Subsignal("copi", Pins("B14", dir="o")),
            Subsignal("cipo", Pins("D13", dir="i")),
            Subsignal("int", Pins("C16 E15", dir="i")),
            _LVCMOS33,
        ),
        Resource(
            "temp_sensor",  # ADT7420
            0,
            Subsignal("scl", Pins("F16", dir="o")),
            Subsignal("sda", Pins("G16", dir="io")),
            Subsignal("int", Pins("D14", dir="i"), Attrs(PULLUP="TRUE")),
            Subsignal("ct", Pins("C14", dir="i"), Attrs(PULLUP="TRUE")),
            _LVCMOS33,
        ),
        Resource(
            "microphone",  # ADMP421
            0,
            Subsignal("clk", Pins("J5", dir="o")),
            Subsignal("data", Pins("H5", dir="i")),
            Subsignal("lr_sel", Pins("F5", dir="o")),
            _LVCMOS33,
        ),
        Resource(
            "audio",
            0,
            Subsignal("pwm", Pins("A11", dir="o")),
            Subsignal("sd", PinsN("D12", dir="o")),
            _LVCMOS33,
        ),
        PS2Resource(0, clk="F4", dat="B2", attrs=Attrs(IOSTANDARD="LVCMOS33", PULLUP="TRUE")),
        *SPIFlashResources(
            0,
            cs_n="L13",
            clk="E9",
            copi="K17",
            cipo="K18",
            wp_n="L14",
            hold_n="M14",
            attrs=_LVCMOS33,
        ),
        Resource(
            "cellular_ram",  # MT45W8MW16BGX
            0,
            Subsignal("clk", Pins("T15", dir="o")),
            Subsignal("adv", PinsN("T13", dir="o")),
            Subsignal("ce", PinsN("L18", dir="o")),
            Subsignal("cre", Pins("J14", dir="o")),
            Subsignal("oe", PinsN("H14", dir="o")),
            Subsignal("we", PinsN("R11", dir="o")),
            Subsignal("lb", PinsN("J15", dir="o")),
            Subsignal("ub", PinsN("J13", dir="o")),
            Subsignal("wait", Pins("T14", dir="i")),
            Subsignal(
                "a",
                Pins(
                    "J18 H17 H15 J17 H16 K15 K13 N15 V16 U14 V14 V12 "
                    "P14 U16 R15 N14 N16 M13 V17 U17 T10 M16 U13",
                    dir="o",
                ),
            ),
            Subsignal(
                "dq",
                Pins("R12 T11 U12 R13 U18 R17 T18 R18 F18 G18 G17 M18 M17 P18 N17 P17", dir="io"),
            ),
            Attrs(IOSTANDARD="LVCMOS33", SLEW="FAST"),
        ),
    )


BOARD = Board(
    name="nexys4",
    title="Digilent Nexys4 (cellular RAM)",
    platform=Nexys4Platform,
    clock_mhz=100.0,
    leds=16,
    display_digits=8,
    memory=f"{CELLULAR.title}, 16 MB flash",
    external=(CELLULAR, FLASH),
    buttons={
        "run": ("button_center", 0),
        "pause": ("button_up", 0),
        # Not the processor's reset button, which lies at the edge and is easily hit.
        "reset": ("button_down", 0),
        "key": ("button_right", 0),
    },
)
"""The board."""
