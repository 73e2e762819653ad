"""What decides one board build: a core, its clock and link, and what is around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from boards.link.framing import DEFAULT_BAUD
from boards.link.identity import board_identity
from boards.morse.live import MorseLive, check_core
from boards.uart import bit_length
from hwgen.core.design import CoreDesign

__all__ = ["TOP", "BoardDesign"]

TOP = "presparse_board"
"""Name of the board's module in the Verilog."""


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
    morse: MorseLive | None = None
    """Morse frames that the board makes itself, and a key; None: neither."""
    tick_clocks: int | None = None
    """Clocks of what the key takes for a millisecond; None: those of one."""

    def __post_init__(self) -> None:
        for name, least in {"samples": 1, "leds": 4}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, not {getattr(self, name)}")
        bit_length(self.clock_hz, self.baud)
        if self.tick_clocks is not None and self.tick_clocks < 2:
            raise ValueError(f"tick_clocks must be at least 2, not {self.tick_clocks}")
        if self.morse is not None:
            check_core(self.core)

    @property
    def beats(self) -> int:
        """Beats that the store has room for."""
        return self.samples * self.core.ports.beats

    @cached_property
    def identity(self) -> bytes:
        """Which core it holds, see `board_identity`."""
        return board_identity(self.core, self.morse)

    @property
    def key_tick(self) -> int:
        """Clocks of the key's millisecond."""
        return self.tick_clocks or max(round(self.clock_hz / 1000), 2)
