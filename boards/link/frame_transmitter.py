"""Puts frames together: flags, escapes and the CRC around the bytes of a header and payload."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, ValueLike, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.crc.catalog import CRC32_ISO_HDLC
from amaranth.lib.wiring import In, Out

from boards.link.framing import CRC_BYTES, ESCAPE, FLAG, INVERTED

__all__ = ["FRAME_BYTE", "FrameTransmitter"]

FRAME_BYTE = data.StructLayout({"byte": 8, "last": 1})
"""A byte of header or payload, and whether it is the frame's last."""


class FrameTransmitter(wiring.Component):
    """Sends frames.

    Members
    -------
    body : In(stream.Signature(FRAME_BYTE))
        Header and payload.
    bytes : Out(stream.Signature(8))
        For a UartTransmitter.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "body": In(stream.Signature(FRAME_BYTE)),
                "bytes": Out(stream.Signature(unsigned(8))),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.crc = crc = CRC32_ISO_HDLC(data_width=8).create()
        # A register takes the units' long way to here out of the one on.
        body = stream.Signature(FRAME_BYTE).create()
        m.d.comb += self.body.ready.eq(~body.valid)
        with m.If(self.body.valid & self.body.ready):
            m.d.sync += [body.valid.eq(1), body.payload.eq(self.body.payload)]
        with m.Elif(body.ready):
            m.d.sync += body.valid.eq(0)
        # One byte between the body and the UART: first it is held, then known to be escaped or not,
        # then offered.
        byte, plain = Signal(8), Signal()  # `plain`: a flag that is one
        held, special, escaped = Signal(), Signal(), Signal()
        trailer = Signal(range(CRC_BYTES))
        m.d.sync += [
            special.eq(((byte == FLAG) | (byte == ESCAPE)) & ~plain),
            self.bytes.valid.eq(held),
        ]
        with m.If(self.bytes.valid & self.bytes.ready):
            m.d.sync += escaped.eq(special & ~escaped)
            with m.If(~special | escaped):
                m.d.sync += [held.eq(0), self.bytes.valid.eq(0)]
        m.d.comb += [
            self.bytes.payload.eq(
                Mux(special, Mux(escaped, byte ^ INVERTED, ESCAPE), byte),
            ),
            crc.data.eq(body.payload.byte),
        ]

        def hold(value: ValueLike, *, flag: bool = False) -> None:
            m.d.sync += [byte.eq(value), plain.eq(flag), held.eq(1)]

        with m.FSM():
            with m.State("IDLE"):
                m.d.comb += crc.start.eq(1)
                with m.If(body.valid & ~held):
                    hold(FLAG, flag=True)
                    m.next = "BODY"
            with m.State("BODY"), m.If(body.valid & ~held):
                m.d.comb += [body.ready.eq(1), crc.valid.eq(1)]
                m.d.sync += trailer.eq(0)
                hold(body.payload.byte)
                with m.If(body.payload.last):
                    m.next = "CRC"
            with m.State("CRC"), m.If(~held):
                m.d.sync += trailer.eq(trailer + 1)
                hold(crc.crc.word_select(trailer, 8))
                with m.If(trailer == CRC_BYTES - 1):
                    m.next = "FLAG"
            with m.State("FLAG"), m.If(~held):
                hold(FLAG, flag=True)
                m.next = "IDLE"
        return m
