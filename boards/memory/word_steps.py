"""From bursts and writes to single words, one after the other: what every controller begins with.

writes --+--> [ a burst or a write ] --> [ the next word ] --> the controller --> chip
reads ---'                                    ^ room              |
data <-- queue of words <--------------------------- arrived <----'
"""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from boards.memory.linear import LinearMemory, LinearShape
from boards.store.credit_queue import CreditQueue

__all__ = ["WordSteps"]


class WordSteps(wiring.Component):
    """Serves a LinearMemory's streams, and asks a controller for a word at a time.

    Parameters
    ----------
    shape
        Sizes of the memory.
    page_words
        Words of a page of the chip, a power of two.
    ahead
        Words that may be under way or wait for their user.

    Members
    -------
    reads, writes, data
        Those of LinearMemory; `writes` is missing where it is not writable.
    enable : In(1)
        Whether bursts and writes are taken.
    step : Out(stream)
        `address` of a word; whether to `write` it, and the `data`; whether it is `fresh`, on
        another page than the word before. What is read finds room in the queue.
    arrived : In(1), word : In(width)
        A word that was read; they come in order.
    still : Out(1)
        No burst is under way, and no write waits. From registers.
    """

    def __init__(self, shape: LinearShape, *, page_words: int, ahead: int):
        self._shape = shape
        self._page_bits = page_words.bit_length() - 1
        self._ahead = ahead
        members = shape.members()
        kept = {name: members[name] for name in ("reads", "data", "writes") if name in members}
        step = {"address": shape.address_bits, "data": shape.width, "write": 1, "fresh": 1}
        super().__init__(
            {
                **kept,
                "enable": In(1),
                "step": Out(stream.Signature(data.StructLayout(step))),
                "arrived": In(1),
                "word": In(shape.width),
                "still": Out(1),
            }
        )

    def connect(self, m: Module, memory: LinearMemory) -> None:
        """Let it serve a memory's streams."""
        names = ("reads", "writes") if self._shape.writable else ("reads",)
        for name in names:
            wiring.connect(m, wiring.flipped(getattr(memory, name)), getattr(self, name))
        wiring.connect(m, self.data, wiring.flipped(memory.data))

    def elaborate(self, platform: object) -> Module:
        m = Module()
        shape = self._shape
        item = data.StructLayout({"word": shape.width})
        m.submodules.queue = queue = CreditQueue(item, self._ahead)
        reads = self.reads

        # What was taken: its next word, and how many more after that.
        active, write, last = Signal(), Signal(), Signal()
        address, left = Signal(shape.address_bits), Signal(shape.count_bits)
        value = Signal(shape.width)
        wants_write = self.writes.valid if shape.writable else 0
        m.d.comb += reads.ready.eq(~active & self.enable & ~wants_write)
        with m.If(reads.valid & reads.ready):
            m.d.sync += [
                active.eq(1),
                write.eq(0),
                address.eq(reads.payload.address),
                left.eq(reads.payload.count - 1),
                last.eq(reads.payload.count == 1),
            ]
        if shape.writable:
            writes = self.writes
            m.d.comb += writes.ready.eq(~active & self.enable)
            with m.If(writes.valid & writes.ready):
                m.d.sync += [
                    active.eq(1),
                    write.eq(1),
                    address.eq(writes.payload.address),
                    value.eq(writes.payload.data),
                    last.eq(1),
                ]

        # The next word, in registers.
        step, known, advance = self.step, Signal(), Signal()
        m.d.comb += [
            advance.eq(active & (~step.valid | step.ready) & (write | queue.room)),
            queue.started.eq(advance & ~write),
        ]
        page = slice(self._page_bits, None)
        with m.If(step.ready):
            m.d.sync += step.valid.eq(0)
        with m.If(advance):
            m.d.sync += [
                step.valid.eq(1),
                step.payload.address.eq(address),
                step.payload.data.eq(value),
                step.payload.write.eq(write),
                step.payload.fresh.eq(~known | (address[page] != step.payload.address[page])),
                known.eq(1),
                address.eq(address + 1),
                left.eq(left - 1),
                last.eq(left == 1),
                active.eq(~last),
            ]

        # Words read that their user has not taken.
        taken = Signal()
        waiting, none = Signal(range(self._ahead + 1)), Signal(init=1)
        more = Signal.like(waiting)
        m.d.comb += [
            queue.arrived.eq(self.arrived),
            queue.item.word.eq(self.word),
            self.data.valid.eq(queue.items.valid),
            self.data.payload.eq(queue.items.payload.word),
            queue.items.ready.eq(self.data.ready),
            taken.eq(self.data.valid & self.data.ready),
            more.eq(waiting + queue.started - taken),
            self.still.eq(~active & ~step.valid & none),
        ]
        m.d.sync += [waiting.eq(more), none.eq(more == 0)]
        return m
