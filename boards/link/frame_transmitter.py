"""Puts frames together: flags, escapes and the CRC around the bytes of a header and payload."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, unsigned
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
        # One byte between the body and the UART, escaped where it must be.
        byte = Signal(8)
        special, escaped = Signal(), Signal()
        trailer = Signal(range(CRC_BYTES))
        taken = Signal()
        m.d.comb += [
            byte.eq(body.payload.byte),
            special.eq((byte == FLAG) | (byte == ESCAPE)),
            self.bytes.payload.eq(
                Mux(special, Mux(escaped, byte ^ INVERTED, ESCAPE), byte),
            ),
            taken.eq(self.bytes.ready & (~special | escaped)),
            crc.data.eq(body.payload.byte),
        ]
        with m.FSM():
            with m.State("IDLE"):
                m.d.comb += [
                    crc.start.eq(1),
                    self.bytes.valid.eq(body.valid),
                    self.bytes.payload.eq(FLAG),
                ]
                m.d.sync += escaped.eq(0)
                with m.If(body.valid & self.bytes.ready):
                    m.next = "BODY"
            with m.State("BODY"):
                m.d.comb += [
                    self.bytes.valid.eq(body.valid),
                    body.ready.eq(taken),
                    crc.valid.eq(body.valid & taken),
                ]
                with m.If(body.valid & self.bytes.ready):
                    m.d.sync += escaped.eq(special & ~escaped)
                with m.If(body.valid & taken & body.payload.last):
                    m.d.sync += trailer.eq(0)
                    m.next = "CRC"
            with m.State("CRC"):
                m.d.comb += [byte.eq(crc.crc.word_select(trailer, 8)), self.bytes.valid.eq(1)]
                with m.If(self.bytes.ready):
                    m.d.sync += escaped.eq(special & ~escaped)
                with m.If(taken):
                    m.d.sync += trailer.eq(trailer + 1)
                    with m.If(trailer == CRC_BYTES - 1):
                        m.next = "FLAG"
            with m.State("FLAG"):
                m.d.comb += [self.bytes.valid.eq(1), self.bytes.payload.eq(FLAG)]
                with m.If(self.bytes.ready):
                    m.next = "IDLE"
        return m
