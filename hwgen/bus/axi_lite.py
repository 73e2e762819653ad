"""AXI4-Lite: the bus, and a slave that makes one request at a time of it."""

from __future__ import annotations

from enum import IntEnum

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.bus.register_map import WORD_BITS, WORD_BYTES

__all__ = ["AxiLiteSignature", "AxiLiteSlave", "Response", "answer_layout", "request_layout"]


class Response(IntEnum):
    """BRESP and RRESP."""

    OKAY = 0
    SLVERR = 2


class AxiLiteSignature(wiring.Signature):
    """The five channels, as the master has them, 32 bits of data.

    Parameters
    ----------
    address_bits
        Bits of an address in bytes.
    """

    def __init__(self, address_bits: int):
        self.address_bits = address_bits
        """Bits of an address in bytes."""
        super().__init__(
            {
                "awaddr": Out(address_bits),
                "awprot": Out(3),
                "awvalid": Out(1),
                "awready": In(1),
                "wdata": Out(WORD_BITS),
                "wstrb": Out(WORD_BYTES),
                "wvalid": Out(1),
                "wready": In(1),
                "bresp": In(2),
                "bvalid": In(1),
                "bready": Out(1),
                "araddr": Out(address_bits),
                "arprot": Out(3),
                "arvalid": Out(1),
                "arready": In(1),
                "rdata": In(WORD_BITS),
                "rresp": In(2),
                "rvalid": In(1),
                "rready": Out(1),
            }
        )


def request_layout(address_bits: int) -> data.StructLayout:
    """A read or a write of one word."""
    return data.StructLayout({"write": 1, "address": address_bits, "data": WORD_BITS})


def answer_layout() -> data.StructLayout:
    """The word that was read, and whether the request was refused."""
    return data.StructLayout({"data": WORD_BITS, "error": 1})


class AxiLiteSlave(wiring.Component):
    """Turns accesses into requests, and their answers into responses.

    What is no whole word (an address between two words, or a write of some of a word's bytes) is
    refused here: SLVERR, and no request. So is what its answer calls an error. Reads and writes
    that wait take turns.

    Parameters
    ----------
    address_bits
        Bits of an address in bytes.

    Members
    -------
    bus : In(AxiLiteSignature)
        AW and W may come in any order. No output depends on an input of the same clock.
    requests : Out(stream), answers : In(stream)
        One answer for each request.

    Timing
    ------
    Two clocks from the address, and a write's data, to the request, and one from its answer to the
    response.
    """

    def __init__(self, address_bits: int):
        self._address_bits = address_bits
        super().__init__(
            {
                "bus": In(AxiLiteSignature(address_bits)),
                "requests": Out(stream.Signature(request_layout(address_bits))),
                "answers": In(stream.Signature(answer_layout())),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        bus = self.bus
        # What has come on each channel is kept until its response is taken.
        write_address, write_data = Signal(self._address_bits), Signal(WORD_BITS)
        write_strobes, read_address = Signal(WORD_BYTES), Signal(self._address_bits)
        has_address, has_data, has_read = Signal(), Signal(), Signal()
        for valid, ready, has, kept in (
            (bus.awvalid, bus.awready, has_address, [write_address.eq(bus.awaddr)]),
            (
                bus.wvalid,
                bus.wready,
                has_data,
                [write_data.eq(bus.wdata), write_strobes.eq(bus.wstrb)],
            ),
            (bus.arvalid, bus.arready, has_read, [read_address.eq(bus.araddr)]),
        ):
            m.d.comb += ready.eq(~has)
            with m.If(valid & ready):
                m.d.sync += [has.eq(1), *kept]

        writing, reads_next = Signal(), Signal()
        address = Signal(self._address_bits)
        response, word = Signal(2), Signal(WORD_BITS)
        m.d.comb += [
            address.eq(Mux(writing, write_address, read_address)),
            self.requests.payload.write.eq(writing),
            self.requests.payload.address.eq(address),
            self.requests.payload.data.eq(write_data),
            bus.bresp.eq(response),
            bus.rresp.eq(response),
            bus.rdata.eq(word),
        ]
        partial = writing & ~write_strobes.all()
        unaligned = address[: (WORD_BYTES - 1).bit_length()].any()
        with m.FSM():
            with m.State("IDLE"):
                write = has_address & has_data
                with m.If(write | has_read):
                    m.d.sync += writing.eq(write & ~(reads_next & has_read))
                    m.next = "CHECK"
            with m.State("CHECK"):
                m.d.sync += [reads_next.eq(writing), word.eq(0), response.eq(Response.SLVERR)]
                m.next = "REQUEST"
                with m.If(partial | unaligned):
                    m.next = "RESPOND"
            with m.State("REQUEST"):
                m.d.comb += self.requests.valid.eq(1)
                with m.If(self.requests.ready):
                    m.next = "ANSWER"
            with m.State("ANSWER"):
                m.d.comb += self.answers.ready.eq(1)
                answer = self.answers.payload
                with m.If(self.answers.valid):
                    m.next = "RESPOND"
                    with m.If(~answer.error):
                        m.d.sync += [word.eq(answer.data), response.eq(Response.OKAY)]
            with m.State("RESPOND"):
                m.d.comb += [bus.bvalid.eq(writing), bus.rvalid.eq(~writing)]
                with m.If(writing & bus.bready):
                    m.d.sync += [has_address.eq(0), has_data.eq(0)]
                    m.next = "IDLE"
                with m.If(~writing & bus.rready):
                    m.d.sync += has_read.eq(0)
                    m.next = "IDLE"
        return m
