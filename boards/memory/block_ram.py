"""A memory of block RAM, of words as wide as a sample store wants them."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data

from boards.memory.deep_memory import LATENCY, deep_memory
from boards.memory.linear import LinearMemory, LinearShape
from boards.store.credit_queue import CreditQueue

__all__ = ["BlockRamMemory"]

AHEAD = 16
"""Words that are read ahead of their user."""


class BlockRamMemory(LinearMemory):
    """A word a clock, from burst to burst without a gap; its first words are unknown.

    Parameters
    ----------
    shape
        Its sizes.

    Timing
    ------
    A word is there 7 clocks after its burst was taken, and then one more in every clock.
    """

    def __init__(self, shape: LinearShape):
        super().__init__(shape)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        item = data.StructLayout({"word": self.width})
        m.submodules.queue = queue = CreditQueue(item, AHEAD)
        reads = self.reads
        # Words to come, less two: the last one has a sign.
        under_way, address = Signal(), Signal(self.shape.address_bits)
        left = Signal(self.shape.count_bits + 1)
        last = left[-1]
        started = Signal()
        m.d.comb += [
            started.eq(under_way & queue.room),
            queue.started.eq(started),
            reads.ready.eq(~under_way | (queue.room & last)),
        ]
        with m.If(started):
            m.d.sync += [address.eq(address + 1), left.eq(left - 1)]
        with m.If(reads.ready):
            m.d.sync += [
                under_way.eq(reads.valid),
                address.eq(reads.payload.address),
                left.eq(reads.payload.count - 2),
            ]
        word = deep_memory(
            m,
            "words",
            depth=self.words,
            width=self.width,
            read=address,
            write=(self.writes.payload.address, self.writes.payload.data, self.writes.valid),
        )
        arrived, flying = started, []
        for clock in range(1, LATENCY + 1):
            arrived, earlier = Signal(name=f"word_after{clock}"), arrived
            m.d.sync += arrived.eq(earlier)
            flying.append(arrived)
        m.d.comb += [
            self.writes.ready.eq(1),
            queue.arrived.eq(arrived),
            queue.item.word.eq(word),
            self.data.valid.eq(queue.items.valid),
            self.data.payload.eq(queue.items.payload.word),
            queue.items.ready.eq(self.data.ready),
            self.idle.eq(~(under_way | Cat(flying).any() | queue.items.valid)),
            self.initialised.eq(1),
        ]
        return m
