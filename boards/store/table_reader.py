"""Looks entries of a table in memory up, several ahead, and gives them in order."""

from __future__ import annotations

from amaranth.hdl import Array, Cat, Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import In, Out

from boards.memory.linear import LinearShape
from boards.store.two_places import TwoPlaces
from software_ref.plan.store_layout import Table

__all__ = ["TableReader"]

AHEAD = 16
"""Entries that are looked up ahead."""


class TableReader(wiring.Component):
    """From numbers of entries to entries.

    Parameters
    ----------
    memory
        Sizes of the memory.
    table
        The table.
    number_bits
        Bits of an entry's number.

    Members
    -------
    items : In(stream)
        The number of an entry, and whether it is `wanted`: else the number itself is given.
    bursts : Out(stream.Signature(LinearShape.burst))
        For the memory.
    arrived : In(1), word : In
        The words of these bursts, which are always taken.
    found : Out(stream)
        The entries.
    """

    def __init__(self, memory: LinearShape, table: Table, number_bits: int):
        self._memory, self._table = memory, table
        self._bits = max(table.entry_bits, number_bits)
        item = data.StructLayout({"number": number_bits, "wanted": 1})
        self._item = item
        super().__init__(
            {
                "items": In(stream.Signature(item)),
                "bursts": Out(stream.Signature(memory.burst)),
                "arrived": In(1),
                "word": In(memory.width),
                "found": Out(stream.Signature(self._bits)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        table = self._table
        m.submodules.waiting = waiting = SyncFIFOBuffered(width=self._item.size, depth=AHEAD)
        m.submodules.ask = ask = TwoPlaces(self._memory.burst)
        item = self.items.payload
        taken, open_ = Signal(), Signal()
        # Known a clock before, as the level is.
        m.d.sync += open_.eq(waiting.level < AHEAD - 2)
        row = item.number[table.lanes.bit_length() - 1 :]
        shift = table.entry_words.bit_length() - 1
        m.d.comb += [
            self.items.ready.eq(open_ & ask.entry.ready),
            taken.eq(self.items.valid & self.items.ready),
            waiting.w_en.eq(taken),
            waiting.w_data.eq(item),
            ask.entry.valid.eq(taken & item.wanted),
            ask.entry.payload.address.eq((row << shift) + table.first),
            ask.entry.payload.count.eq(table.entry_words),
        ]
        wiring.connect(m, ask.exit, wiring.flipped(self.bursts))

        m.submodules.words = words = SyncFIFOBuffered(
            width=self._memory.width * table.entry_words, depth=AHEAD
        )
        m.d.comb += [words.w_en.eq(self.arrived), words.w_data.eq(self.word)]
        if table.entry_words > 1:
            self._assemble(m, words)
        m.submodules.given = given = TwoPlaces(data.StructLayout({"entry": self._bits}))
        head = data.View(self._item, waiting.r_data)
        there = waiting.r_rdy & (~head.wanted | words.r_rdy)
        m.d.comb += [
            given.entry.valid.eq(there),
            waiting.r_en.eq(there & given.entry.ready),
            words.r_en.eq(there & given.entry.ready & head.wanted),
            given.entry.payload.entry.eq(
                Mux(head.wanted, self._entry(words.r_data, head.number), head.number)
            ),
            self.found.valid.eq(given.exit.valid),
            self.found.payload.eq(given.exit.payload.entry),
            given.exit.ready.eq(self.found.ready),
        ]
        return m

    def _assemble(self, m: Module, words: SyncFIFOBuffered) -> None:
        """Put the words of an entry together, the first one lowest."""
        count, width = self._table.entry_words, self._memory.width
        before = Signal(width * (count - 1), reset_less=True)
        number = Signal(range(count))
        with m.If(self.arrived):
            m.d.sync += [
                before.eq(Cat(before, self.word)[width:]),
                number.eq(number + 1),
            ]
        m.d.comb += [
            words.w_en.eq(self.arrived & (number == count - 1)),
            words.w_data.eq(Cat(before, self.word)),
        ]

    def _entry(self, word: Value, number: Value) -> Value:
        """An entry of its word."""
        bits, lanes = self._table.entry_bits, self._table.lanes
        if lanes == 1:
            return word[:bits]
        entries = Array(word[k * bits : (k + 1) * bits] for k in range(lanes))
        return entries[number[: lanes.bit_length() - 1]]
