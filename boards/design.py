"""What decides one board build: a core, its clock and link, and what is around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from boards.link.framing import DEFAULT_BAUD
from boards.memory.external import ExternalMemory
from boards.uart import bit_length
from hwgen.core.design import CoreDesign
from software_ref.core_identity import core_identity

__all__ = ["MEMORY_PREFIX", "TOP", "BoardDesign"]

TOP = "presparse_board"
"""Name of the board's module in the Verilog."""
MEMORY_PREFIX = "memory_"
"""What the names of its ports to a memory begin with."""


@dataclass(frozen=True, kw_only=True)
class BoardDesign:
    """Everything that decides one board's logic; equal designs give equal Verilog."""

    core: CoreDesign
    """The core."""
    clock_hz: int
    """Clock of all the logic."""
    baud: int = DEFAULT_BAUD
    """Bits per second of the UART."""
    samples: int = 1024
    """Samples that the store has room for."""
    leds: int = 8
    """Light-emitting diodes, 4 or more."""

    external: ExternalMemory | None = None
    """Memory beside the FPGA that holds the samples; None: they are in block RAM."""

    def __post_init__(self) -> None:
        for name, least in {"samples": 1, "leds": 4}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, not {getattr(self, name)}")
        bit_length(self.clock_hz, self.baud)
        if self.external is not None:
            self.external.falling(self.clock_hz)  # refuses a clock that the memory cannot have

    @property
    def beats(self) -> int:
        """Beats that the store has room for."""
        return self.samples * self.core.ports.beats

    @cached_property
    def identity(self) -> bytes:
        """Which core it holds, see `core_identity`."""
        return core_identity(self.core)
