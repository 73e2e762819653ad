"""The commands that fill the store: features, labels, an order, and the seal on them."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.commands import Command, Status
from boards.link.dispatcher import CommandPort, Size
from boards.link.framing import MAX_PAYLOAD
from boards.link.payloads import SEAL, STORE_RANGE
from boards.link.words import take_fields
from boards.store.sample_store import StoreShape
from hwgen.parts.layouts import view_of
from software_ref.plan.payload import bytes_of

__all__ = ["StoreWriter"]


class StoreWriter(wiring.Component):
    """Carries out WRITE_FEATURES, WRITE_LABELS, WRITE_ORDER and SEAL_STORE.

    Parameters
    ----------
    design
        The build.

    Members
    -------
    port : Out(CommandPort())
        For the dispatcher.
    running : In(1)
        Samples are being played: refuse.
    write_features, write_label, write_order : Out(1), write_address, write_data : Out
        For the SampleStore.
    seal : Out(32)
        What the host has sealed the store with; 0 where it was written to since.
    """

    def __init__(self, design: BoardDesign):
        self._shape = shape = StoreShape(design)
        address = max(shape.beat_address_bits, shape.sample_bits)
        self._targets = {
            Command.WRITE_FEATURES: (shape.samples * shape.beats, bytes_of(shape.beat_bits)),
            Command.WRITE_LABELS: (shape.samples, bytes_of(shape.label_bits)),
            Command.WRITE_ORDER: (shape.samples, bytes_of(shape.sample_bits)),
        }
        super().__init__(
            {
                "port": Out(CommandPort()),
                "running": In(1),
                "write_features": Out(1),
                "write_label": Out(1),
                "write_order": Out(1),
                "write_address": Out(address),
                "write_data": Out(max(shape.beat_bits, shape.label_bits, shape.sample_bits)),
                "seal": Out(32),
            }
        )

    @property
    def commands(self) -> dict[Command, Size]:
        """Its commands and the sizes of their payloads."""
        sizes = {
            command: Size(STORE_RANGE.size + word, MAX_PAYLOAD)
            for command, (_, word) in self._targets.items()
        }
        return sizes | {Command.SEAL_STORE: Size(SEAL.size, SEAL.size)}

    def elaborate(self, platform: object) -> Module:
        m = Module()
        port = self.port
        fields, complete = take_fields(m, self.port, STORE_RANGE.size)
        place = view_of(STORE_RANGE, fields)
        first, count = place.first, place.count
        # What the command's words are like, long before its fields are there.
        sealing, unseals = Signal(), Signal()
        chosen = {command: Signal(name=f"chosen_{command.name}") for command in self._targets}
        depth = Signal(32)
        word = Signal(range(max(size for _, size in self._targets.values()) + 1))
        m.d.sync += [
            sealing.eq(port.code == Command.SEAL_STORE),
            unseals.eq(port.code != Command.WRITE_ORDER),
            *(flag.eq(port.code == command) for command, flag in chosen.items()),
        ]
        with m.Switch(port.code):
            for command, (words, size) in self._targets.items():
                with m.Case(command):
                    m.d.sync += [depth.eq(words), word.eq(size)]

        # Each step of the checks has registers of its own. Bytes of all words are count x word,
        # bit by bit of the latter from the highest down.
        wanted = Signal(range(MAX_PAYLOAD + 1))
        factor, bits_left = Signal.like(word), Signal(range(len(word) + 1))
        product = Signal(len(count) + len(word))
        end = Signal(len(first) + 1)
        wrong_size, outside = Signal(), Signal()
        m.d.sync += [
            wanted.eq(port.size - STORE_RANGE.size),
            end.eq(first + count),
            wrong_size.eq(product != wanted),
            outside.eq(end > depth),
        ]

        # A word's bytes come in from the top, so that the last one is the highest.
        widest = len(self.write_data)
        bits = 8 * max(size for _, size in self._targets.values())
        shifted = Signal(bits, reset_less=True)
        # Bytes of the word to come, and words to come, each less two: the last has a sign.
        left = Signal(range(-2, max(size for _, size in self._targets.values())))
        words = Signal(range(-2, 1 << len(count)))
        written = Signal()
        writes = {
            Command.WRITE_FEATURES: self.write_features,
            Command.WRITE_LABELS: self.write_label,
            Command.WRITE_ORDER: self.write_order,
        }
        for command, (_, size) in self._targets.items():
            m.d.comb += writes[command].eq(written & chosen[command])
            with m.If(chosen[command]):
                m.d.comb += self.write_data.eq(shifted[bits - 8 * size :][:widest])
        m.d.sync += written.eq(0)
        with m.If(written):
            m.d.sync += self.write_address.eq(self.write_address + 1)

        m.d.comb += port.answer_size.eq(0)
        with m.FSM():
            with m.State("IDLE"), m.If(port.start):
                m.d.sync += port.done.eq(0)
                m.next = "FIELDS"
            with m.State("FIELDS"):
                m.d.comb += port.payload.ready.eq(~complete)
                m.d.sync += [factor.eq(word), bits_left.eq(len(word)), product.eq(0)]
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
                    self.write_address.eq(first),
                    words.eq(count - 2),
                    left.eq(word - 2),
                ]
                m.next = "WORDS"
                with m.If(sealing):
                    # The payload's four bytes are the upper ones of what was taken.
                    m.d.sync += [
                        self.seal.eq(view_of(SEAL, fields[-8 * SEAL.size :]).seal),
                        port.done.eq(1),
                    ]
                    m.next = "IDLE"
                with m.Elif(self.running):
                    m.d.sync += [port.status.eq(Status.BUSY), port.done.eq(1)]
                    m.next = "IDLE"
                with m.Elif(wrong_size):
                    m.d.sync += [port.status.eq(Status.WRONG_SIZE), port.done.eq(1)]
                    m.next = "IDLE"
                with m.Elif(outside):
                    m.d.sync += [port.status.eq(Status.OUT_OF_RANGE), port.done.eq(1)]
                    m.next = "IDLE"
                with m.Elif(unseals):
                    m.d.sync += self.seal.eq(0)
            with m.State("WORDS"):
                m.d.comb += port.payload.ready.eq(1)
                with m.If(port.payload.valid):
                    m.d.sync += [
                        shifted.eq(Cat(shifted[8:], port.payload.payload)),
                        left.eq(Mux(left[-1], word - 2, left - 1)),
                    ]
                    with m.If(left[-1]):
                        m.d.sync += [written.eq(1), words.eq(words - 1)]
                        with m.If(words[-1]):
                            m.d.sync += port.done.eq(1)
                            m.next = "IDLE"
        return m
