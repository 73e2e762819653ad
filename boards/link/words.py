"""Between the bytes of payloads and the words that units work on, lowest byte first."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Signal, unsigned
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from boards.link.dispatcher import CommandPort

__all__ = ["WordSender", "take_fields"]


def take_fields(m: Module, port: CommandPort, most: int) -> tuple[Signal, Signal]:
    """Take a payload's first bytes, at most so many.

    Parameters
    ----------
    m
        The unit's module; its `port.payload.ready` must be high while the second result is low.
    port
        The unit's port.
    most
        Bytes to take, or fewer where the payload has fewer.

    Returns
    -------
    The bytes taken, the last one on top, and whether they are all there (from the clock after
    `start` on it is low until then).
    """
    fields = Signal(8 * most, reset_less=True)
    left = Signal(range(most + 1), name="fields_left")
    complete = Signal(init=1, name="fields_complete")
    with m.If(port.start):
        m.d.sync += [left.eq(most), complete.eq(port.size == 0)]
        with m.If(port.size < most):
            m.d.sync += left.eq(port.size)
    with m.Elif(~complete & port.payload.valid):
        m.d.sync += [
            fields.eq(Cat(fields[8:], port.payload.payload)),
            left.eq(left - 1),
            complete.eq(left == 1),
        ]
    return fields, complete


class WordSender(wiring.Component):
    """Sends words byte by byte.

    The byte to be sent has a register of its own: whether it is taken then decides over that one
    alone, and not over a wide word far away.

    Parameters
    ----------
    size
        Bytes of a word.

    Members
    -------
    words : In(stream.Signature(8 * size))
        Words to send.
    bytes : Out(stream.Signature(8))
        Their bytes.
    drop : In(1)
        Forget what is left of the word.
    """

    def __init__(self, size: int):
        self._size = size
        super().__init__(
            {
                "words": In(stream.Signature(unsigned(8 * size))),
                "bytes": Out(stream.Signature(unsigned(8))),
                "drop": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        word = Signal(8 * self._size, reset_less=True)
        left, empty = Signal(range(self._size + 1)), Signal(init=1)
        m.d.comb += self.words.ready.eq(empty)
        with m.If(self.words.ready & self.words.valid):
            m.d.sync += [word.eq(self.words.payload), left.eq(self._size), empty.eq(0)]
        with m.If(self.bytes.valid):
            m.d.sync += self.bytes.valid.eq(~self.bytes.ready)
        with m.Elif(~empty):
            m.d.sync += [
                self.bytes.payload.eq(word[:8]),
                self.bytes.valid.eq(1),
                word.eq(word >> 8),
                left.eq(left - 1),
                empty.eq(left == 1),
            ]
        with m.If(self.drop):
            m.d.sync += [empty.eq(1), self.bytes.valid.eq(0)]
        return m
