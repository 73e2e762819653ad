"""How the left memories are addressed and their words brought to the lanes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.kinds import KINDS
from software_ref.devices import BLOCK_RAM
from software_ref.plan.copies import LANES_PER_COPY
from software_ref.plan.memory_plan import MemoryPlan
from software_ref.plan.pipelining import Pipelining

__all__ = ["AddressPlan", "crossbar_levels"]

COUNT = 2
"""Clocks from an interleaver's start to its first addresses where counters make them."""
ACCESS_ROW = 1
"""Clocks from an access of an address to the read of its row."""


@dataclass(frozen=True, kw_only=True)
class AddressPlan:
    """What an interleaver is built from."""

    kind: str
    """Kind of pattern: a name in `KINDS`."""
    shape: JunctionShape
    """The junction's sizes."""
    rewritable: bool = False
    """Whether connections move in the core (`[rewire]`), whose parameters are not constant."""

    @property
    def word_bits(self) -> int:
        """Bits of one left memory's word address; 0 where it has one word."""
        return (self.shape.depth - 1).bit_length()

    @property
    def writable(self) -> bool:
        """Whether the junction's addresses can be read and written."""
        return self.rewritable and KINDS[self.kind].reads_rows and self.word_bits > 0

    @property
    def memory(self) -> MemoryPlan:
        """The addresses that are stored, one for each of the z memories in a word: seeds or rows.

        Nothing where there is nothing to address, or seeds are wired.
        """
        width = self.shape.parallelism * self.word_bits
        return MemoryPlan(depth=KINDS[self.kind].stored_rows(self.shape), width=width)

    @cached_property
    def columns(self) -> list[range]:
        """Left memories whose addresses are stored side by side, and written together.

        Each column is a memory of its own, with its own write enable: a block RAM's width, or LUT
        RAM of a few addresses.
        """
        z = self.shape.parallelism
        most = LANES_PER_COPY
        if self.memory.kind == "block":
            words = 1 << (self.memory.depth - 1).bit_length()
            width = BLOCK_RAM.width if words <= BLOCK_RAM.words else BLOCK_RAM.data_bits // words
            most = max(width // self.word_bits, 1)
        each = -(-z // -(-z // most))
        return [range(first, min(first + each, z)) for first in range(0, z, each)]

    @property
    def latency(self) -> int:
        """Clocks from the interleaver's start to its first addresses, read or counted."""
        return 1 + self.memory.read_latency if KINDS[self.kind].reads_rows else COUNT

    def column_read(self, pipelining: Pipelining) -> int:
        """Clocks from an access to the column that holds the address."""
        levels = pipelining.mux_levels(len(self.columns))
        return ACCESS_ROW + self.memory.read_latency + levels

    def accessed(self, pipelining: Pipelining) -> int:
        """Clocks from an access to the address read."""
        return self.column_read(pipelining) + pipelining.mux_levels(len(self.columns[0]))

    def written(self, pipelining: Pipelining) -> int:
        """Clocks from an access to the one that writes its column."""
        return self.column_read(pipelining) + 1


def crossbar_levels(shape: JunctionShape, pipelining: Pipelining, *, dither: bool) -> int:
    """Multiplexer levels between the left memories and the lanes: none without dither."""
    return pipelining.mux_levels(shape.out_degree) if dither and shape.parallelism > 1 else 0
