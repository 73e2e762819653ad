"""Memories beside the FPGA: which there are, and the controller of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amaranth.lib.wiring import Member

from boards.memory.cellular import NEXYS4_CELLULAR, CellularClocks, CellularMemory
from boards.memory.flash import NEXYS_FLASH, FlashClocks, FlashMemory
from boards.memory.linear import LinearMemory, LinearShape
from boards.memory.sdram import ULX3S_SDRAM, SdramClocks, SdramMemory
from boards.memory.timings import ECP5_PADS, XC7_PADS, Pads

__all__ = ["BLOCK", "CELLULAR", "FLASH", "MEMORIES", "SDRAM", "ExternalMemory"]

_CONTROLLERS: dict[str, tuple[Any, Any]] = {
    "sdram": (SdramMemory, SdramClocks),
    "cellular": (CellularMemory, CellularClocks),
    "flash": (FlashMemory, FlashClocks),
}
"""Controller and its clocks, by the kind of memory."""


@dataclass(frozen=True, kw_only=True)
class ExternalMemory:
    """A chip on a board, and the way to it; equal ones make equal Verilog."""

    kind: str
    """Its name on the command line; and its pads and model are called by it."""
    title: str
    """Its name for people."""
    chip: Any
    """Its datasheet."""
    pads: Pads
    """The way to the chip and back."""

    def memory(self, clock_hz: int) -> LinearMemory:
        """Its controller.

        Raises
        ------
        ValueError
            The clock is none for this chip.
        """
        controller: LinearMemory = _CONTROLLERS[self.kind][0](self.chip, clock_hz, self.pads)
        return controller

    def clocks(self, clock_hz: int) -> Any:
        """Its times in clocks: `falling`, `word_clocks`, `burst_clocks`, and what else it has.

        Raises
        ------
        ValueError
            The clock is none for this chip.
        """
        return _CONTROLLERS[self.kind][1](self.chip, clock_hz, self.pads)

    def falling(self, clock_hz: int) -> bool:
        """Whether the pads take what the chip answers at a falling edge of the clock.

        Raises
        ------
        ValueError
            The clock is none for this chip.
        """
        return bool(self.clocks(clock_hz).falling)

    @property
    def configuration_clock(self) -> bool:
        """Whether its clock pin is the one that the FPGA reads its bitstream with."""
        return self.kind == "flash"

    @property
    def shape(self) -> LinearShape:
        """Its words."""
        shape: LinearShape = self.chip.shape
        return shape

    @property
    def pins(self) -> dict[str, Member]:
        """The members of the controller that go to the pads."""
        members: dict[str, Member] = _CONTROLLERS[self.kind][0].pins(self.chip)
        return members


SDRAM = ExternalMemory(
    kind="sdram",
    title="32 MB SDRAM",
    chip=ULX3S_SDRAM,
    pads=ECP5_PADS,
)
"""The ULX3S'."""

CELLULAR = ExternalMemory(
    kind="cellular",
    title="16 MB cellular RAM",
    chip=NEXYS4_CELLULAR,
    pads=XC7_PADS,
)
"""The Nexys4's."""

FLASH = ExternalMemory(
    kind="flash",
    title="16 MB quad-SPI flash",
    chip=NEXYS_FLASH,
    pads=XC7_PADS,
)
"""The Nexys boards' and the Arty's, behind their bitstream; it can only be read."""

BLOCK = "block"
"""What the command line calls block RAM."""
MEMORIES = {each.kind: each for each in (SDRAM, CELLULAR, FLASH)}
"""Memories that can hold the samples, by their kind."""
