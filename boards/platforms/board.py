"""What a board is: its platform with FPGA and pins, and which of them the logic uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from amaranth.build import Platform

from boards.memory.external import BLOCK, ExternalMemory
from software_ref.devices import DEVICES, Part

__all__ = ["KEY", "Board", "Pin"]

KEY = "key"
"""The button that is a Morse key, on builds that have one."""
Pin = tuple[str, int]
"""Name and number of a resource of an Amaranth platform."""


@dataclass(frozen=True, kw_only=True)
class Board:
    """One board.

    Raises
    ------
    ValueError
        Its FPGA is none that cores are built for.
    """

    name: str
    """Its name on the command line."""
    title: str
    """Its name for people."""
    platform: type[Platform]
    """Its Amaranth platform, which knows the FPGA with package and speed grade, the oscillator, and
    pins with their polarity."""
    clock_mhz: float
    """The logic's clock where the network file names none."""
    leds: int
    """Light-emitting diodes of the resources `led`."""
    display_digits: int = 0
    """Seven-segment digits, `display_7seg` and `display_7seg_an`: those from the right are lit."""
    buttons: Mapping[str, Pin] = field(default_factory=dict)
    """Resource of each of the logic's buttons `run`, `pause` and `reset`, and of KEY."""
    held_high: tuple[tuple[str, int, str], ...] = ()
    """Resource and part of pins that must be kept high, although the logic does not use them."""
    memory: str | None = None
    """Memory beside the FPGA, for people."""
    external: tuple[ExternalMemory, ...] = ()
    """Memories beside the FPGA that can hold the samples."""

    def __post_init__(self) -> None:
        device = self.platform.device.lower()
        if device not in DEVICES:
            raise ValueError(
                f"FPGA of {self.name} must be one of {', '.join(DEVICES)}, not {device}"
            )

    def external_memory(self, kind: str) -> ExternalMemory | None:
        """The memory of a kind; None for block RAM.

        Raises
        ------
        ValueError
            The board has none.
        """
        found = {each.kind: each for each in self.external}
        if kind != BLOCK and kind not in found:
            raise ValueError(
                f"--memory must be {' or '.join([BLOCK, *found])} on the {self.title}, not {kind}"
            )
        return found.get(kind)

    @property
    def part(self) -> Part:
        """Its FPGA with package and speed grade."""
        platform = self.platform
        return Part(
            device=DEVICES[platform.device.lower()], package=platform.package, speed=platform.speed
        )

    @property
    def oscillator(self) -> Pin:
        """The clock's resource."""
        return self.platform.default_clk, 0

    @cached_property
    def oscillator_hz(self) -> int:
        """Its frequency."""
        return round(self.platform().default_clk_frequency)
