"""Memories beside the FPGA: which there are, and the controller of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from boards.memory.cellular import NEXYS4_CELLULAR, CellularMemory
from boards.memory.linear import LinearMemory
from boards.memory.sdram import ULX3S_SDRAM, SdramMemory
from boards.memory.timings import ECP5_PADS, XC7_PADS, Pads

__all__ = ["CELLULAR", "SDRAM", "ExternalMemory", "pin_members"]

_STREAMS = ("reads", "data", "writes", "idle", "initialised")


@dataclass(frozen=True, kw_only=True)
class ExternalMemory:
    """A chip on a board, and the way to it; equal ones make equal Verilog."""

    name: str
    """Its name on the command line."""
    title: str
    """Its name for people."""
    chip: Any
    """Its datasheet."""
    pads: Pads
    """The way to the chip and back."""
    controller: Callable[[Any, int, Pads], LinearMemory]
    """What makes a LinearMemory of chip, clock in Hz and pads."""

    def memory(self, clock_hz: int) -> Any:
        """Its controller.

        Raises
        ------
        ValueError
            The clock is none for this chip.
        """
        return self.controller(self.chip, clock_hz, self.pads)


SDRAM = ExternalMemory(
    name="sdram",
    title="32 MB SDRAM",
    chip=ULX3S_SDRAM,
    pads=ECP5_PADS,
    controller=SdramMemory,
)
"""The ULX3S'."""

CELLULAR = ExternalMemory(
    name="cellular",
    title="16 MB cellular RAM",
    chip=NEXYS4_CELLULAR,
    pads=XC7_PADS,
    controller=CellularMemory,
)
"""The Nexys4's."""


def pin_members(memory: LinearMemory) -> dict[str, Any]:
    """The members of a controller that go to its pads."""
    return {
        name: member for name, member in memory.signature.members.items() if name not in _STREAMS
    }
