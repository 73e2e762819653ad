"""Several users of one memory's reading side: bursts to it, and each its own words."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import In, Out

from boards.memory.linear import LinearShape
from boards.store.two_places import TwoPlaces

__all__ = ["BurstReader"]

_BURSTS = 16
"""Bursts that are under way."""


class BurstReader(wiring.Component):
    """Asks for bursts, those of the first user first, and says whose words the memory gives.

    Parameters
    ----------
    memory
        Sizes of the memory.
    users
        Names of the users.

    Members
    -------
    NAME : In(stream.Signature(LinearShape.burst))
        Bursts of a user.
    reads : Out(stream), data : In(stream)
        Of the memory.
    NAME_word : Out(1), NAME_ready : In(1)
        There is a word of a burst of that user; it takes it.
    first, last : Out(1)
        It is the burst's first word, or its last one.
    """

    def __init__(self, memory: LinearShape, users: Sequence[str]):
        self._memory, self._users = memory, users
        bursts = {name: In(stream.Signature(memory.burst)) for name in users}
        words = {f"{name}_word": Out(1) for name in users}
        super().__init__(
            {
                **bursts,
                **words,
                **{f"{name}_ready": In(1) for name in users},
                "reads": Out(stream.Signature(memory.burst)),
                "data": In(stream.Signature(memory.width)),
                "first": Out(1),
                "last": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        memory, users = self._memory, self._users
        tag = data.StructLayout({"user": range(max(len(users), 2)), "count": memory.count_bits})
        m.submodules.tags = tags = SyncFIFOBuffered(width=tag.size, depth=_BURSTS)
        m.submodules.ask = ask = TwoPlaces(memory.burst)
        open_, free = Signal(), Signal()
        m.d.sync += open_.eq(tags.level < _BURSTS - 2)
        m.d.comb += free.eq(open_ & ask.entry.ready)
        entry = Signal(tag)
        m.d.comb += tags.w_data.eq(entry)
        for number, name in reversed(list(enumerate(users))):
            burst = getattr(self, name)
            with m.If(burst.valid):
                m.d.comb += [
                    ask.entry.payload.eq(burst.payload),
                    entry.user.eq(number),
                    entry.count.eq(burst.payload.count),
                ]
        earlier = []
        for name in users:
            burst = getattr(self, name)
            chosen = burst.valid
            for before in earlier:
                chosen = chosen & ~before
            earlier.append(burst.valid)
            m.d.comb += burst.ready.eq(free & (chosen | ~burst.valid))
            with m.If(chosen & free):
                m.d.comb += [ask.entry.valid.eq(1), tags.w_en.eq(1)]
        wiring.connect(m, ask.exit, wiring.flipped(self.reads))

        # Whose words they are. Those to come are counted less two: the last has a sign.
        there, first = Signal(), Signal()
        left = Signal(signed(memory.count_bits + 1))
        owner = [Signal(name=f"{name}s") for name in users]
        head = data.View(tag, tags.r_data)
        taken = Signal()
        ready = Signal()
        m.d.comb += [
            ready.eq(there),
            taken.eq(self.data.valid & self.data.ready),
            self.first.eq(first),
            self.last.eq(left[-1]),
            tags.r_en.eq(~there | (taken & left[-1])),
        ]
        for flag, name in zip(owner, users, strict=True):
            m.d.comb += getattr(self, f"{name}_word").eq(self.data.valid & flag & there)
            with m.If(flag & ~getattr(self, f"{name}_ready")):
                m.d.comb += ready.eq(0)
        m.d.comb += self.data.ready.eq(ready)
        with m.If(taken):
            m.d.sync += [left.eq(left - 1), first.eq(0)]
        with m.If(tags.r_en):
            m.d.sync += [there.eq(tags.r_rdy), first.eq(1), left.eq(head.count - 2)]
            m.d.sync += [flag.eq(head.user == number) for number, flag in enumerate(owner)]
        return m
