"""Every board that there is a bitstream for, by its name on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from amaranth.build import Platform
from amaranth_boards.nexys4ddr import Nexys4DDRPlatform
from amaranth_boards.ulx3s import ULX3S_85F_Platform

from boards.platforms.clocking import EcpPll, Mmcm, find_mmcm, find_pll
from boards.platforms.nexys4 import Nexys4Platform

__all__ = ["BOARDS", "Board", "Pin"]

Pin = tuple[str, int]
"""Name and number of a resource of an Amaranth platform."""


@dataclass(frozen=True, kw_only=True)
class Board:
    """One board: its FPGA, and which of its parts the logic uses."""

    name: str
    """Its name on the command line."""
    title: str
    """Its name for people."""
    platform: type[Platform]
    """Its Amaranth platform, which knows pins and their polarity."""
    device: str
    """Its FPGA, as `[target] device` names it."""
    part: str
    """Its FPGA with package and speed grade, as the vendor names it."""
    family: Literal["xc7", "ecp5"]
    """Its FPGA's family, which decides tools and clocking."""
    oscillator: Pin
    """The clock's resource."""
    oscillator_hz: int
    """Its frequency."""
    clock_mhz: float
    """The logic's clock where the network file names none."""
    leds: int
    """Light-emitting diodes of the resources `led`."""
    has_display: bool = False
    """Whether there are eight seven-segment digits: `display_7seg` and `display_7seg_an`."""
    buttons: Mapping[str, Pin] = field(default_factory=dict)
    """Resource of each of the logic's buttons `run`, `pause` and `reset`."""
    held_high: tuple[tuple[str, int, str], ...] = ()
    """Resource and part of pins that must be kept high, although the logic does not use them."""

    def clocking(self, clock_hz: int) -> Mmcm | EcpPll:
        """What makes the logic's clock.

        Raises
        ------
        ValueError
            Nothing makes one near enough; the message names the nearest.
        """
        find = find_mmcm if self.family == "xc7" else find_pll
        return find(self.oscillator_hz, clock_hz)


_NEXYS_BUTTONS = {
    "run": ("button_center", 0),
    "pause": ("button_up", 0),
    # Not the processor's reset button, which lies at the edge and is easily hit.
    "reset": ("button_down", 0),
}

_ALL = (
    Board(
        name="nexys4",
        title="Digilent Nexys4 (cellular RAM)",
        platform=Nexys4Platform,
        device="xc7a100t",
        part="xc7a100tcsg324-1",
        family="xc7",
        oscillator=("clk100", 0),
        oscillator_hz=100_000_000,
        clock_mhz=100.0,
        leds=16,
        has_display=True,
        buttons=_NEXYS_BUTTONS,
    ),
    Board(
        name="nexys4ddr",
        title="Digilent Nexys4 DDR",
        platform=Nexys4DDRPlatform,
        device="xc7a100t",
        part="xc7a100tcsg324-1",
        family="xc7",
        oscillator=("clk100", 0),
        oscillator_hz=100_000_000,
        clock_mhz=100.0,
        leds=16,
        has_display=True,
        buttons=_NEXYS_BUTTONS,
    ),
    Board(
        name="ulx3s",
        title="Radiona ULX3S with an LFE5U-85F",
        platform=ULX3S_85F_Platform,
        device="lfe5u-85f",
        part="LFE5U-85F-6BG381C",
        family="ecp5",
        oscillator=("clk25", 0),
        oscillator_hz=25_000_000,
        clock_mhz=40.0,
        leds=8,
        buttons={"run": ("button_fire", 0), "pause": ("button_fire", 1), "reset": ("button_up", 0)},
        # Low, the processor beside the FPGA would reset the board.
        held_high=(("esp32", 0, "gpio0"),),
    ),
)

BOARDS = {board.name: board for board in _ALL}
"""Every board."""
