"""From the words of samples to lines, and whether all bytes of a sample add up."""

from __future__ import annotations

from functools import reduce
from operator import xor

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from boards.store.line_router import line_layout
from boards.store.two_places import TwoPlaces
from hwgen.parts.arithmetic import register
from software_ref.plan.sample_code import CHECK, SampleCode

__all__ = ["LineGatherer", "word_layout"]


def word_layout(code: SampleCode) -> data.StructLayout:
    """A word, and whether it is the first or the last of its sample."""
    return data.StructLayout({"word": code.width, "first": 1, "last": 1})


class LineGatherer(wiring.Component):
    """Puts words together to lines; the last line of a sample may have fewer.

    Parameters
    ----------
    code
        The code.

    Members
    -------
    words : In(stream.Signature(word_layout(code)))
        Words of samples.
    lines : Out(stream.Signature(line_layout(code)))
        Their lines.
    damaged : Out(1)
        A pulse some clocks after a sample's last word, where its bytes do not give CHECK.
    """

    def __init__(self, code: SampleCode):
        self._code = code
        super().__init__(
            {
                "words": In(stream.Signature(word_layout(code))),
                "lines": Out(stream.Signature(line_layout(code))),
                "damaged": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        code, item = self._code, self.words.payload
        count, width = code.line_words, code.width
        m.submodules.exit = places = TwoPlaces(line_layout(code))
        wiring.connect(m, places.exit, wiring.flipped(self.lines))
        number, fresh = Signal(range(max(count, 2))), Signal(init=1)
        complete, taken = Signal(), Signal()
        parts = [Signal(width, name=f"part{k}", reset_less=True) for k in range(count)]
        m.d.comb += [
            complete.eq(item.last | (number == count - 1)),
            places.entry.valid.eq(self.words.valid & complete),
            self.words.ready.eq(places.entry.ready | ~complete),
            taken.eq(self.words.valid & self.words.ready),
            places.entry.payload.line.eq(
                Cat(Mux(number == k, item.word, part) for k, part in enumerate(parts))
            ),
            places.entry.payload.first.eq(Mux(number == 0, item.first, fresh)),
            places.entry.payload.last.eq(item.last),
        ]
        with m.If(taken):
            m.d.sync += number.eq(Mux(complete, 0, number + 1))
            for k, part in enumerate(parts):
                with m.If(number == k):
                    m.d.sync += part.eq(item.word)
            with m.If(number == 0):
                m.d.sync += fresh.eq(item.first)

        # All bytes of a word first, then all words of a sample.
        octets = [item.word[k : k + 8] for k in range(0, width, 8)]
        folded = register(m, reduce(xor, octets), "folded")
        begins, ends, there, ended = Signal(), Signal(), Signal(), Signal()
        total = Signal(8, reset_less=True)
        m.d.sync += [
            there.eq(taken),
            begins.eq(item.first),
            ends.eq(item.last),
            ended.eq(there & ends),
            self.damaged.eq(ended & (total != CHECK)),
        ]
        with m.If(there):
            m.d.sync += total.eq(Mux(begins, folded, total ^ folded))
        return m
