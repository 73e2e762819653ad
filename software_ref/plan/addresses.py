"""How the left memories are addressed and their words brought to the lanes."""

from __future__ import annotations

from dataclasses import dataclass

from software_ref.connections.junction_shape import JunctionShape
from software_ref.plan.memory_plan import MemoryPlan
from software_ref.plan.pipelining import Pipelining

__all__ = ["AddressPlan", "crossbar_levels"]

COUNT = 2
"""Clocks from an interleaver's start to its first addresses where counters make them."""


@dataclass(frozen=True, kw_only=True)
class AddressPlan:
    """What an interleaver is built from."""

    kind: str
    """Kind of pattern: a name in `connections.options.KINDS`."""
    shape: JunctionShape
    """The junction's sizes."""

    @property
    def memory(self) -> MemoryPlan:
        """The address memory of a `free` pattern: the words of all z memories for one row."""
        word = (self.shape.depth - 1).bit_length()
        return MemoryPlan(depth=self.shape.rows, width=self.shape.parallelism * word)

    @property
    def latency(self) -> int:
        """Clocks from the interleaver's start to its first addresses: seeds count, `free` reads."""
        return 1 + self.memory.read_latency if self.kind == "free" else COUNT


def crossbar_levels(shape: JunctionShape, pipelining: Pipelining, *, dither: bool) -> int:
    """Multiplexer levels between the left memories and the lanes: none without dither."""
    return pipelining.mux_levels(shape.out_degree) if dither and shape.parallelism > 1 else 0
