"""How many samples a second a board can train, and what sets the limit."""

from __future__ import annotations

from dataclasses import dataclass

from software_ref.core_plan import CorePlan
from software_ref.plan.store_layout import StoreLayout

__all__ = ["StoreMemory", "Throughput"]

_UART_BITS = 10
"""Bits of the serial line that carry a byte."""
_FRAME_SHARE = 1.03
"""Bytes on the line for each of a payload: frames, and bytes that are escaped."""


@dataclass(frozen=True, kw_only=True)
class StoreMemory:
    """A memory that a store may lie in."""

    name: str
    """Its name for people."""
    layout: StoreLayout
    """What it holds."""
    word_clocks: float = 1.0
    """Clocks that a word of a long burst takes, in the mean."""
    burst_clocks: float = 0.0
    """Clocks that a burst takes beside its words, in the mean."""
    ordered: bool = True
    """Whether the order of samples is looked up for each."""

    def clocks(self, words: float) -> float:
        """Clocks that a sample of so many words takes, with its entries of order and index."""
        entries, bursts = self.layout.index.entry_words, 2
        if self.ordered:
            entries, bursts = entries + self.layout.order.entry_words, 3
        return (words + entries) * self.word_clocks + bursts * self.burst_clocks

    def samples(self, words: float) -> int:
        """Samples of so many words that it holds."""
        return min(int(self.layout.room / words), self.layout.samples)


@dataclass(frozen=True, kw_only=True)
class Throughput:
    """Samples a second that each part of a board allows."""

    core: float
    """The core, at one sample every P clocks."""
    decoder: float
    """The decoder of coded samples."""
    memory: float
    """The memory that they lie in."""
    line: float
    """The serial line, where they are sent again in every epoch."""

    @classmethod
    def of(
        cls, core: CorePlan, memory: StoreMemory, *, words: float, clock_hz: float, baud: float
    ) -> Throughput:
        """Those of a store whose samples have so many words, in the mean."""
        code = memory.layout.code
        units = -(-code.groups // code.unit_groups)
        # A sample's first line is not taken before the masks of the one before are.
        decoder = max(core.ports.beats, units, words / code.line_words, 3)
        octets = words * code.width / 8
        return cls(
            core=clock_hz / core.ports.clocks_per_step,
            decoder=clock_hz / decoder,
            memory=clock_hz / memory.clocks(words),
            line=baud / (_UART_BITS * _FRAME_SHARE * octets),
        )

    @property
    def from_store(self) -> float:
        """From the store."""
        return min(self.core, self.decoder, self.memory)

    @property
    def limit(self) -> str:
        """What sets the limit from the store."""
        parts = {"core": self.core, "memory": self.memory, "decoder": self.decoder}
        return min(parts, key=parts.__getitem__)
