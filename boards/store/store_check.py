"""Reads a part of the store's memory, as samples are read, for its CRC-32."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.crc.catalog import CRC32_ISO_HDLC
from amaranth.lib.wiring import In, Out

from boards.memory.linear import LinearShape

__all__ = ["StoreCheck"]


class StoreCheck(wiring.Component):
    """Computes a CRC-32, a byte a clock.

    Parameters
    ----------
    memory
        Sizes of the memory.

    Members
    -------
    start : In(1), first, count : In
        Begin with so many words, 1 or more, from the first one on.
    bursts : Out(stream.Signature(LinearShape.burst))
        For the memory.
    words : In(stream.Signature(width))
        Words of this burst.
    working : Out(1), crc : Out(32)
        Until the CRC is that of these words; it then stays.
    """

    def __init__(self, memory: LinearShape):
        self._memory = memory
        super().__init__(
            {
                "start": In(1),
                "first": In(memory.address_bits),
                "count": In(memory.count_bits),
                "bursts": Out(stream.Signature(memory.burst)),
                "words": In(stream.Signature(memory.width)),
                "working": Out(1),
                "crc": Out(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.crc = crc = CRC32_ISO_HDLC(data_width=8).create()
        octets = self._memory.width // 8
        shifted, left = Signal(self._memory.width, reset_less=True), Signal(range(octets + 1))
        words = Signal(self._memory.count_bits)
        m.d.comb += [
            self.crc.eq(crc.crc),
            crc.data.eq(shifted[:8]),
            crc.valid.eq(left != 0),
            crc.start.eq(self.start),
            self.words.ready.eq(left == 0),
        ]
        with m.If(left != 0):
            m.d.sync += [shifted.eq(shifted >> 8), left.eq(left - 1)]
        with m.Elif(self.words.valid):
            m.d.sync += [shifted.eq(self.words.payload), left.eq(octets), words.eq(words - 1)]
        with m.If(self.bursts.ready):
            m.d.sync += self.bursts.valid.eq(0)
        with m.If(self.start):
            m.d.sync += [
                self.bursts.valid.eq(1),
                self.bursts.payload.address.eq(self.first),
                self.bursts.payload.count.eq(self.count),
                words.eq(self.count),
                self.working.eq(1),
            ]
        with m.Elif((words == 0) & (left == 0)):
            m.d.sync += self.working.eq(0)
        return m
