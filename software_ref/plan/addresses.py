"""How the left memories are addressed and their words brought to the lanes."""

from __future__ import annotations

from dataclasses import dataclass

from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.kinds import KINDS
from software_ref.plan.memory_plan import MemoryPlan
from software_ref.plan.pipelining import Pipelining

__all__ = ["AddressPlan", "crossbar_levels"]

COUNT = 2
"""Clocks from an interleaver's start to its first addresses where counters make them."""


@dataclass(frozen=True, kw_only=True)
class AddressPlan:
    """What an interleaver is built from."""

    kind: str
    """Kind of pattern: a name in `KINDS`."""
    shape: JunctionShape
    """The junction's sizes."""

    @property
    def memory(self) -> MemoryPlan:
        """The addresses that are stored, one for each of the z memories in a word: seeds or rows.

        Nothing where there is nothing to address, or seeds are wired.
        """
        width = self.shape.parallelism * (self.shape.depth - 1).bit_length()
        return MemoryPlan(depth=KINDS[self.kind].stored_rows(self.shape), width=width)

    @property
    def latency(self) -> int:
        """Clocks from the interleaver's start to its first addresses, read or counted."""
        return 1 + self.memory.read_latency if KINDS[self.kind].reads_rows else COUNT


def crossbar_levels(shape: JunctionShape, pipelining: Pipelining, *, dither: bool) -> int:
    """Multiplexer levels between the left memories and the lanes: none without dither."""
    return pipelining.mux_levels(shape.out_degree) if dither and shape.parallelism > 1 else 0
