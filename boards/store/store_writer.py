"""The commands that fill the store's memory, check what is in it, and seal it."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from boards.link.commands import Command, Status
from boards.link.dispatcher import CommandPort, Size
from boards.link.framing import MAX_PAYLOAD
from boards.link.payloads import SEAL, STORE_RANGE
from boards.link.words import take_fields
from boards.store.store_shape import StoreShape
from hwgen.parts.layouts import view_of

__all__ = ["StoreWriter"]


class StoreWriter(wiring.Component):
    """Carries out WRITE_STORE, WRITE_ORDER, CHECK_STORE and SEAL_STORE.

    Parameters
    ----------
    shape
        Sizes of the store.

    Members
    -------
    port : Out(CommandPort())
        For the dispatcher.
    running, checking : In(1)
        Samples are being played, or the store is being checked: refuse.
    damaged : In(1)
        A sample was not what had been written: takes the seal off.
    writes : Out(stream.Signature(LinearShape.write))
        For the memory; not there where it can only be read, as are the commands that write.
    check : Out(1), check_first, check_count : Out
        For the SampleStore.
    seal : Out(32)
        What the host has sealed the store with; 0 where it was written to since.
    own : In(1), own_seal : In(32), sealed : Out(1)
        Where the memory can only be read: a pulse, the board seals it itself; the host has.
    """

    def __init__(self, shape: StoreShape):
        self._memory = memory = shape.memory
        read_only = {"own": In(1), "own_seal": In(32), "sealed": Out(1)}
        self._order_words = shape.layout.order.words
        self._octets = memory.width // 8
        super().__init__(
            {
                "port": Out(CommandPort()),
                "running": In(1),
                "checking": In(1),
                "damaged": In(1),
                **({"writes": Out(stream.Signature(memory.write))} if memory.writable else {}),
                "check": Out(1),
                "check_first": Out(memory.address_bits),
                "check_count": Out(memory.count_bits),
                "seal": Out(32),
                **({} if memory.writable else read_only),
            }
        )

    @property
    def commands(self) -> dict[Command, Size]:
        """Its commands and the sizes of their payloads."""
        words = Size(STORE_RANGE.size + self._octets, MAX_PAYLOAD)
        writing = (Command.WRITE_STORE, Command.WRITE_ORDER) if self._memory.writable else ()
        return {
            **dict.fromkeys(writing, words),
            Command.CHECK_STORE: Size(STORE_RANGE.size, STORE_RANGE.size),
            Command.SEAL_STORE: Size(SEAL.size, SEAL.size),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        if not self._memory.writable:
            self._elaborate_read_only(m)
            return m
        port, octets = self.port, self._octets
        fields, complete = take_fields(m, self.port, STORE_RANGE.size)
        place = view_of(STORE_RANGE, fields)
        first, count = place.first, place.count
        # What the command is, long before its fields are there.
        is_one = {command: Signal(name=f"is_{command.name}") for command in self.commands}
        depth = Signal(32)
        m.d.sync += [
            *(flag.eq(port.code == command) for command, flag in is_one.items()),
            depth.eq(Mux(port.code == Command.WRITE_ORDER, self._order_words, self._memory.words)),
        ]
        checks, seals = is_one[Command.CHECK_STORE], is_one[Command.SEAL_STORE]
        unseals = is_one[Command.WRITE_STORE]

        # Each step of the checks has registers of its own. Bytes of all words are count x octets,
        # bit by bit of the latter from the highest down.
        wanted = Signal(range(MAX_PAYLOAD + 1))
        size_bits = octets.bit_length()
        factor, bits_left = Signal(size_bits), Signal(range(size_bits + 1))
        product = Signal(len(count) + size_bits)
        end = Signal(len(first) + 1)
        wrong_size, outside, none = Signal(), Signal(), Signal()
        m.d.sync += [
            wanted.eq(port.size - STORE_RANGE.size),
            end.eq(first + count),
            wrong_size.eq((product != wanted) & ~checks),
            outside.eq(end > depth),
            none.eq(count == 0),
        ]

        # A word's bytes come in from the top, so that the last one is the highest.
        shifted = Signal(8 * octets, reset_less=True)
        # Bytes of the word to come, and words to come, each less two: the last has a sign.
        left, words = Signal(range(-2, octets)), Signal(range(-2, MAX_PAYLOAD))
        writing, address = Signal(), self.writes.payload.address
        m.d.comb += [
            self.writes.valid.eq(writing),
            self.writes.payload.data.eq(shifted),
            port.answer_size.eq(0),
            self.check_first.eq(first),
            self.check_count.eq(count),
        ]
        m.d.sync += self.check.eq(0)
        with m.If(writing & self.writes.ready):
            m.d.sync += [writing.eq(0), address.eq(address + 1)]
        with m.If(self.damaged):
            m.d.sync += self.seal.eq(0)

        with m.FSM():
            with m.State("IDLE"), m.If(port.start):
                m.d.sync += port.done.eq(0)
                m.next = "FIELDS"
            with m.State("FIELDS"):
                m.d.comb += port.payload.ready.eq(~complete)
                m.d.sync += [factor.eq(octets), bits_left.eq(size_bits), product.eq(0)]
                with m.If(complete):
                    m.next = "SIZES"
            with m.State("SIZES"):
                m.d.sync += [
                    factor.eq(factor << 1),
                    product.eq((product << 1) + Mux(factor[-1], count, 0)),
                    bits_left.eq(bits_left - 1),
                ]
                with m.If(bits_left == 1):
                    m.next = "COMPARE"
            with m.State("COMPARE"):
                m.next = "CHECK"
            with m.State("CHECK"):
                m.d.sync += [
                    port.status.eq(Status.OK),
                    address.eq(first),
                    words.eq(count - 2),
                    left.eq(octets - 2),
                ]
                m.next = "WORDS"
                with m.If(seals):
                    # The payload's four bytes are the upper ones of what was taken.
                    m.d.sync += [
                        self.seal.eq(view_of(SEAL, fields[-8 * SEAL.size :]).seal),
                        port.done.eq(1),
                    ]
                    m.next = "IDLE"
                with m.Elif(self.running | self.checking):
                    m.d.sync += [port.status.eq(Status.BUSY), port.done.eq(1)]
                    m.next = "IDLE"
                with m.Elif(wrong_size):
                    m.d.sync += [port.status.eq(Status.WRONG_SIZE), port.done.eq(1)]
                    m.next = "IDLE"
                with m.Elif(outside | none):
                    m.d.sync += [port.status.eq(Status.OUT_OF_RANGE), port.done.eq(1)]
                    m.next = "IDLE"
                with m.Elif(checks):
                    m.d.sync += [self.check.eq(1), port.done.eq(1)]
                    m.next = "IDLE"
                with m.Elif(unseals):
                    m.d.sync += self.seal.eq(0)
            with m.State("WORDS"):
                m.d.comb += port.payload.ready.eq(~writing)
                with m.If(port.payload.valid & ~writing):
                    m.d.sync += [
                        shifted.eq(Cat(shifted, port.payload.payload)[8:]),
                        left.eq(Mux(left[-1], octets - 2, left - 1)),
                    ]
                    with m.If(left[-1]):
                        m.d.sync += [writing.eq(1), words.eq(words - 1)]
                        with m.If(words[-1]):
                            m.next = "WRITTEN"
            with m.State("WRITTEN"), m.If(~writing):
                m.d.sync += port.done.eq(1)
                m.next = "IDLE"
        return m

    def _elaborate_read_only(self, m: Module) -> None:
        """CHECK_STORE and SEAL_STORE alone."""
        port = self.port
        fields, complete = take_fields(m, port, STORE_RANGE.size)
        place = view_of(STORE_RANGE, fields)
        seal = view_of(SEAL, fields[-8 * SEAL.size :]).seal
        checks = Signal()
        end, outside, none = Signal(len(place.first) + 1), Signal(), Signal()
        m.d.sync += [
            checks.eq(port.code == Command.CHECK_STORE),
            end.eq(place.first + place.count),
            outside.eq(end > self._memory.words),
            none.eq(place.count == 0),
            *(self.check.eq(0), self.sealed.eq(0)),
        ]
        m.d.comb += [
            port.answer_size.eq(0),
            self.check_first.eq(place.first),
            self.check_count.eq(place.count),
        ]
        with m.If(self.own):
            m.d.sync += self.seal.eq(self.own_seal)
        with m.If(self.damaged):
            m.d.sync += self.seal.eq(0)
        with m.FSM():
            with m.State("IDLE"), m.If(port.start):
                m.d.sync += port.done.eq(0)
                m.next = "FIELDS"
            with m.State("FIELDS"):
                m.d.comb += port.payload.ready.eq(~complete)
                with m.If(complete):
                    m.next = "COMPARE"
            with m.State("COMPARE"):
                m.next = "COMPARED"
            with m.State("COMPARED"):
                m.next = "CHECK"
            with m.State("CHECK"):
                m.d.sync += [port.status.eq(Status.OK), port.done.eq(1)]
                m.next = "IDLE"
                with m.If(~checks):
                    m.d.sync += [self.seal.eq(seal), self.sealed.eq(seal != 0)]
                with m.Elif(self.running | self.checking):
                    m.d.sync += port.status.eq(Status.BUSY)
                with m.Elif(outside | none):
                    m.d.sync += port.status.eq(Status.OUT_OF_RANGE)
                with m.Else():
                    m.d.sync += self.check.eq(1)
