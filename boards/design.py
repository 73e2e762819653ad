"""What decides one board build: a core, its clock and link, and what is around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from boards.link.framing import DEFAULT_BAUD
from boards.link.identity import board_identity
from boards.memory.external import ExternalMemory
from boards.morse.live import MorseLive, check_core
from boards.store.input_plan import stored_code
from boards.store.read_only import read_only_layout
from boards.uart import bit_length
from hwgen.core.design import CoreDesign
from software_ref.plan.store_layout import StoreLayout

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
    """Samples that the store has room for, at most."""
    words: int | None = None
    """Words of block RAM; None: enough for so many samples, whatever they hold."""
    external: ExternalMemory | None = None
    """Memory beside the FPGA that holds the samples; None: they are in block RAM, in words as wide
    as its decoder's lines. Where it can only be read, the board trains as it is switched on."""
    places: int | None = None
    """Places of the order in a memory that can only be read; None: as many as `samples`."""
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
        if self.external is not None:
            self.external.falling(self.clock_hz)  # refuses a clock that the memory cannot have
        if self.words is not None or self.external is not None:
            _ = self.store  # its own checks
        if self.tick_clocks is not None and self.tick_clocks < 2:
            raise ValueError(f"tick_clocks must be at least 2, not {self.tick_clocks}")
        if self.morse is not None:
            check_core(self.core)
        if self.morse is not None and self.read_only:
            raise ValueError(
                "a board that makes its samples itself must have a memory that can be written for "
                f"others, not {self.external.title if self.external else None}"
            )
        if self.places is not None and not self.read_only:
            raise ValueError(
                f"places must be None where the memory can be written, not {self.places}"
            )

    @property
    def word_bits(self) -> int | None:
        """Bits of a word of the memory beside the FPGA; None: the store is in block RAM."""
        return None if self.external is None else self.external.shape.width

    @property
    def read_only(self) -> bool:
        """Whether the store's memory can only be read."""
        return self.external is not None and not self.external.shape.writable

    @cached_property
    def store(self) -> StoreLayout:
        """What the store's memory holds."""
        code = stored_code(self.core, self.word_bits)
        if self.external is not None and self.read_only:
            words = self.external.shape.words
            return read_only_layout(code, words, samples=self.samples, places=self.places)
        words = self.words if self.external is None else self.external.shape.words
        if words is None:
            return StoreLayout.for_any(code, self.samples)
        return StoreLayout(code=code, words=words, samples=self.samples)

    @cached_property
    def identity(self) -> bytes:
        """Which core it holds, see `board_identity`."""
        return board_identity(self.core, self.morse)

    @property
    def key_tick(self) -> int:
        """Clocks of the key's millisecond."""
        return self.tick_clocks or max(round(self.clock_hz / 1000), 2)
