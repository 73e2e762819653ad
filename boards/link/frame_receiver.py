"""Takes frames apart and checks them; one whole frame waits in a buffer until it is answered.

UART --> unescape --+--> buffer --> the frame's bytes
                    +--> CRC, length --> fault
"""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.crc.catalog import CRC32_ISO_HDLC
from amaranth.lib.wiring import In, Out

from boards.link.framing import (
    CRC_BYTES,
    ESCAPE,
    FLAG,
    HEADER_BYTES,
    INVERTED,
    LONGEST,
    MAX_PAYLOAD,
    Fault,
)
from hwgen.parts.memory import memory

__all__ = ["BYTE_LATENCY", "FrameReceiver", "ReceivedFrame"]

BYTE_LATENCY = 2
"""Clocks from the address of a waiting frame's byte to the byte."""


class ReceivedFrame(wiring.Signature):
    """A frame in a receiver's buffer, from the receiver's side.

    waiting : Out(1)
        A frame is in the buffer, or something that is none (see `fault`).
    fault : Out(Fault)
        What is wrong with it. The header of a faulty frame may be anything.
    length : Out
        Bytes of its payload, as received.
    release : In(1)
        The frame was answered: wait for the next.
    address : In, byte : Out(8)
        Byte of the frame, counted from its header, BYTE_LATENCY clocks after its address.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "waiting": Out(1),
                "fault": Out(Fault),
                "length": Out(range(MAX_PAYLOAD + 1)),
                "release": In(1),
                "address": In(range(LONGEST)),
                "byte": Out(unsigned(8)),
            }
        )


class FrameReceiver(wiring.Component):
    """Receives frames.

    Members
    -------
    valid : In(1), data : In(8), broken : In(1)
        Bytes of a UartReceiver. Those that come while a frame waits are lost, and the rest of a
        frame that lost its beginning so: as a fault it would be answered, and a host that answers
        faults by sending again would never get ahead of the answers.
    frame : Out(ReceivedFrame())
        The frame.

    Timing
    ------
    `waiting` rises two clocks after the byte of the closing flag.
    """

    def __init__(self) -> None:
        super().__init__(
            {"valid": In(1), "data": In(8), "broken": In(1), "frame": Out(ReceivedFrame())}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        frame = self.frame
        m.submodules.crc = crc = CRC32_ISO_HDLC(data_width=8).create()
        count = Signal(range(LONGEST + 2))  # bytes of the frame so far
        declared = Signal(16)
        escaped, broken, ended = Signal(), Signal(), Signal()
        lost = Signal()  # up to the next flag
        byte = Signal(8)
        stored = Signal()
        m.d.comb += byte.eq(self.data ^ Mux(escaped, INVERTED, 0))
        (read,) = memory(
            m,
            "buffer",
            depth=LONGEST,
            width=8,
            reads=[frame.address],
            write=(count, byte, stored),
            latency=BYTE_LATENCY,
        )
        m.d.comb += [
            frame.byte.eq(read),
            crc.data.eq(byte),
            crc.valid.eq(stored),
            crc.start.eq(ended | frame.release),
        ]
        flag = self.data == FLAG
        # A clock after the flag, the CRC has taken the last byte.
        m.d.sync += ended.eq(0)
        with m.If(self.valid & flag):
            m.d.sync += lost.eq(0)
        with m.Elif((self.valid | self.broken) & frame.waiting):
            m.d.sync += lost.eq(1)
        with m.If(frame.waiting), m.If(frame.release):
            m.d.sync += [frame.waiting.eq(0), count.eq(0), escaped.eq(0), broken.eq(0)]
        with m.Elif(ended):
            m.d.sync += [frame.waiting.eq(1), frame.length.eq(declared)]
            with m.If(broken):
                m.d.sync += frame.fault.eq(Fault.BROKEN)
            with m.Elif(count > LONGEST):
                m.d.sync += frame.fault.eq(Fault.TOO_LONG)
            with m.Elif(count < HEADER_BYTES + CRC_BYTES):
                m.d.sync += frame.fault.eq(Fault.LENGTH)
            with m.Elif(~crc.match_detected):
                m.d.sync += frame.fault.eq(Fault.CRC)
            with m.Elif(count != declared + HEADER_BYTES + CRC_BYTES):
                m.d.sync += frame.fault.eq(Fault.LENGTH)
            with m.Else():
                m.d.sync += frame.fault.eq(Fault.NONE)
        with m.Elif(self.broken & ~lost):
            m.d.sync += broken.eq(1)
        with m.Elif(self.valid & flag):
            # Flags in a row end nothing.
            m.d.sync += [
                ended.eq((count != 0) | escaped | broken),
                broken.eq(broken | escaped),
                escaped.eq(0),
            ]
        with m.Elif(self.valid & ~lost & (self.data == ESCAPE)):
            m.d.sync += escaped.eq(1)
        with m.Elif(self.valid & ~lost):
            m.d.sync += escaped.eq(0)
            with m.If(count <= LONGEST):
                m.d.sync += count.eq(count + 1)
            with m.If(count < LONGEST):
                m.d.comb += stored.eq(1)
            for place in range(2):
                with m.If(count == place):
                    m.d.sync += declared.word_select(place, 8).eq(byte)
        return m
