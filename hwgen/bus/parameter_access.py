"""Reads and writes single parameters for a bus, which must never wait for a busy core."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.parts.layouts import layout_of
from software_ref.plan.ports import CorePorts

__all__ = ["ParameterAccess"]


class ParameterAccess(wiring.Component):
    """Keeps samples out of the core, and then asks its parameter port, or refuses if it is busy.

    The parameter port waits for a core that is busy, and a core whose updates nobody drains stays
    so: a bus that waited for it would stand still.

    Parameters
    ----------
    ports
        The core's ports.

    Members
    -------
    accesses : In(stream), answers : Out(stream)
        From and to a RegisterFile: `write` and `data`; `data` and `error`.
    junction, bias, row, lane, lanes : In
        Which parameter, and lanes of a row, or 0.
    address : In(1)
        It is an address; only where these can be written.
    row_next, lane_next : Out, load : Out(1)
        The place after it, once it was accessed without an error; not where `lanes` is 0.
    claim : Out(1)
        No sample may enter the core.
    busy : In(1)
        The core's.
    requests : Out(stream), values : In(stream)
        The core's parameter port, which answers every request.

    Timing
    ------
    Three clocks beside those of the parameter port; four until a busy core is told.
    """

    def __init__(self, ports: CorePorts):
        request = layout_of(ports.request)
        value = signed(ports.data_width)
        row, lane = request["row"].shape, request["lane"].shape
        self._rewritable = ports.rewritable
        super().__init__(
            {
                **({"address": In(1)} if ports.rewritable else {}),
                "accesses": In(stream.Signature(data.StructLayout({"write": 1, "data": value}))),
                "answers": Out(stream.Signature(data.StructLayout({"data": value, "error": 1}))),
                "junction": In(request["junction"].shape),
                "bias": In(1),
                "row": In(row),
                "lane": In(lane),
                "lanes": In(ports.lane_width + 1),
                "row_next": Out(row),
                "lane_next": Out(lane),
                "load": Out(1),
                "claim": Out(1),
                "busy": In(1),
                "requests": Out(stream.Signature(request)),
                "values": In(stream.Signature(layout_of(ports.value))),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        access, answer = Signal(self.accesses.payload.shape()), Signal(self.answers.payload.shape())
        request = self.requests.payload
        was_busy = Signal()
        # The place after this one is worked out while the core is asked.
        following, wraps = Signal(len(self.lane) + 1), Signal()
        m.d.sync += [
            was_busy.eq(self.busy),
            following.eq(self.lane + 1),
            wraps.eq(following == self.lanes),
            self.row_next.eq(self.row + wraps),
            self.lane_next.eq(Mux(wraps, 0, following)),
        ]
        m.d.comb += [
            request.write.eq(access.write),
            request.junction.eq(self.junction),
            request.bias.eq(self.bias),
            request.row.eq(self.row),
            request.lane.eq(self.lane),
            request.data.eq(access.data),
            self.answers.payload.eq(answer),
        ]
        if self._rewritable:
            m.d.comb += request.address.eq(self.address)
        with m.FSM():
            with m.State("IDLE"):
                m.d.comb += self.accesses.ready.eq(1)
                m.d.sync += access.eq(self.accesses.payload)
                with m.If(self.accesses.valid):
                    m.next = "CLAIM"
            with m.State("CLAIM"):  # a sample may have entered in the clock before
                m.d.comb += self.claim.eq(1)
                m.next = "CHECK"
            with m.State("CHECK"):  # `was_busy` is what the core said in CLAIM
                m.d.comb += self.claim.eq(1)
                m.d.sync += [answer.data.eq(0), answer.error.eq(1)]
                m.next = "REQUEST"
                with m.If(was_busy):
                    m.next = "ANSWER"
            with m.State("REQUEST"):
                m.d.comb += [self.claim.eq(1), self.requests.valid.eq(1)]
                with m.If(self.requests.ready):
                    m.next = "VALUE"
            with m.State("VALUE"):
                m.d.comb += [self.claim.eq(1), self.values.ready.eq(1)]
                value = self.values.payload
                m.d.sync += [answer.data.eq(value.value), answer.error.eq(value.error)]
                with m.If(self.values.valid):
                    m.d.comb += self.load.eq(~value.error & self.lanes.any())
                    m.next = "ANSWER"
            with m.State("ANSWER"):
                m.d.comb += self.answers.valid.eq(1)
                with m.If(self.answers.ready):
                    m.next = "IDLE"
        return m
