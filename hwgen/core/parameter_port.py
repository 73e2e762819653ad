"""The parameter port: reads and writes one weight or bias at a time while the core is idle."""

from __future__ import annotations

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.layouts import layout_of, shape_of
from software_ref.plan.ports import CorePorts
from software_ref.plan.schedule import Schedule

__all__ = ["ParameterPort"]


class ParameterPort(wiring.Component):
    """Serves one request at a time.

    Parameters
    ----------
    schedule
        The core's schedule, for the widths.
    latency
        Clocks that every junction needs for an access.

    Members
    -------
    requests : In(stream.Signature(CorePorts.request))
        Taken while `idle` is high, two clocks after a claim that keeps samples out.
    values : Out(stream.Signature(signed(B + E)))
        One item per read request.
    idle : In(1), working : Out(1)
        Whether the core is idle, or was a clock ago; whether a request keeps samples out.
    access : Out(L), request : Out
        Access pulse by junction, and the request it is for; the write flag is low between requests.
    read_data : In(ArrayLayout(signed(B + E), L))
        The parameter accessed, by junction.

    Timing
    ------
    A write takes `latency` + 4 clocks, a read one more until its value is offered.
    """

    def __init__(self, schedule: Schedule, latency: int):
        ports = CorePorts.of(schedule)
        self._latency = latency
        self._junctions = len(ports.junctions)
        request = layout_of(ports.request)
        value = shape_of(ports.value["value"])
        super().__init__(
            {
                "requests": In(stream.Signature(request)),
                "values": Out(stream.Signature(value)),
                "idle": In(1),
                "working": Out(1),
                "access": Out(self._junctions),
                "request": Out(request),
                "read_data": In(data.ArrayLayout(value, self._junctions)),
            }
        )

    @staticmethod
    def cost(schedule: Schedule) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        width = schedule.network.format.stored_width
        return {
            "request": cost.registers(
                width + bits_for(max(t.shape.rows for t in schedule.timing) - 1) + 8
            ),
            "data": cost.multiplexer(len(schedule.timing), width),
            "own": cost.ONE * 16,
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        clocks = Signal(range(self._latency + 1))
        m.d.comb += self.values.payload.eq(self.read_data[self.request.junction])
        m.d.sync += self.access.eq(0)
        with m.FSM():
            with m.State("IDLE"), m.If(self.idle & self.requests.valid):
                m.next = "CLAIM"
            with m.State("CLAIM"):  # no sample is taken from here on, but one may just have been
                m.d.comb += self.working.eq(1)
                m.next = "TAKE"
            with m.State("TAKE"):
                m.d.comb += [self.working.eq(1), self.requests.ready.eq(self.idle)]
                m.next = "IDLE"
                with m.If(self.idle & self.requests.valid):
                    m.d.sync += [
                        self.request.eq(self.requests.payload),
                        self.access.eq(1 << self.requests.payload.junction),
                        clocks.eq(self._latency),
                    ]
                    m.next = "WAIT"
            with m.State("WAIT"):
                m.d.comb += self.working.eq(1)
                m.d.sync += clocks.eq(clocks - 1)
                with m.If(clocks == 0):
                    m.d.sync += self.request.write.eq(0)
                    m.next = "ANSWER"
                    with m.If(self.request.write):
                        m.next = "IDLE"
            with m.State("ANSWER"):
                m.d.comb += [self.working.eq(1), self.values.valid.eq(1)]
                with m.If(self.values.ready):
                    m.next = "IDLE"
        return m
