"""What decides one board build: a core, its clock and link, and what is around it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from boards.uart import bit_length
from hwgen.core.design import CoreDesign
from hwgen.core.manifest import manifest

__all__ = ["DEFAULT_BAUD", "TOP", "BoardDesign", "core_identity"]

DEFAULT_BAUD = 3_000_000
"""Bits per second of the UART."""
TOP = "presparse_board"
"""Name of the board's module in the Verilog."""

_OF_THE_DEVICE = ("top", "multipliers")
"""What a core's manifest says that depends on the FPGA, and that no host needs."""


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

    def __post_init__(self) -> None:
        for name, least in {"samples": 1, "leds": 4}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, not {getattr(self, name)}")
        bit_length(self.clock_hz, self.baud)

    @property
    def beats(self) -> int:
        """Beats that the store has room for."""
        return self.samples * self.core.schedule.beats

    @cached_property
    def identity(self) -> bytes:
        """SHA-256 of the core's manifest, without what depends on the device.

        A host whose network file gives the same one can talk to the board.
        """
        return core_identity(self.core)


def core_identity(core: CoreDesign) -> bytes:
    """See `BoardDesign.identity`."""
    described = {k: v for k, v in manifest(core).items() if k not in _OF_THE_DEVICE}
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).digest()
