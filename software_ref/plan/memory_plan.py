"""The one policy that decides what a memory is built from: registers, LUT RAM or block RAM."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BLOCK_RAM_DEPTH", "MemoryPlan", "banked_layout"]

BLOCK_RAM_DEPTH = 129
"""Words from which a memory goes to block RAM: beyond 128, LUT RAM needs multiplexers."""
BLOCK_RAM_BITS = 4096
"""Bits from which that is worth a block RAM of its own, which holds `BLOCK_RAM.bits`."""


@dataclass(frozen=True, kw_only=True)
class MemoryPlan:
    """Depth, width and kind of one memory with one write port and synchronous read ports."""

    depth: int
    """Words."""
    width: int
    """Bits of a word."""

    @property
    def kind(self) -> str:
        """ "distributed" (LUT RAM) or "block"."""
        deep = self.depth >= BLOCK_RAM_DEPTH and self.depth * self.width >= BLOCK_RAM_BITS
        return "block" if deep else "distributed"

    @property
    def read_latency(self) -> int:
        """Clocks from an address to its data: a block RAM's output gets a register of its own."""
        return 2 if self.kind == "block" else 1

    @property
    def bits(self) -> int:
        """Storage bits."""
        return self.depth * self.width


def banked_layout(banks: int, words: int) -> tuple[int, bool]:
    """How (bank, word) is packed into an address without adders.

    One of the two becomes the upper part of the address, the other is padded to a power of two;
    the order that wastes fewer words is taken.

    Returns
    -------
    The memory's words, and whether the bank is the upper part.
    """
    bank_above = banks << (words - 1).bit_length()
    word_above = words << (banks - 1).bit_length()
    return min(bank_above, word_above), bank_above <= word_above
