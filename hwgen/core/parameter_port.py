"""The parameter port: reads and writes one weight, bias or address at a time, in an idle core."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.parts import cost
from hwgen.parts.layouts import layout_of, shape_of
from software_ref.plan.ports import CorePorts
from software_ref.plan.schedule import Schedule

__all__ = ["ParameterPort"]


class ParameterPort(wiring.Component):
    """Serves one request at a time, and answers each.

    A request for a place at which nothing lies reaches no junction.

    Parameters
    ----------
    schedule
        The core's schedule, for the widths and the places of parameters.
    latency
        Clocks that every junction needs for an access.

    Members
    -------
    requests : In(stream.Signature(CorePorts.request))
        Taken while `idle` is high, two clocks after a claim that keeps samples out.
    values : Out(stream.Signature(CorePorts.value))
        One item per request.
    idle : In(1), working : Out(1)
        Whether the core is idle, or was a clock ago; whether a request keeps samples out.
    access : Out(L), request : Out
        Access pulse by junction, and the request it is for; the write flag is low between requests.
    read_data : In(ArrayLayout(signed(data_width), L))
        What was accessed as it was before, by junction.

    Timing
    ------
    A request's answer is offered ACCESS_CHECK + `latency` + ACCESS_ANSWER clocks after it is taken,
    see `software_ref.plan.schedule`; the next is taken three clocks after the answer at the
    earliest.
    """

    def __init__(self, schedule: Schedule, latency: int):
        ports = CorePorts.of(schedule)
        self._latency = latency
        self._junctions = ports.junctions
        self._rewritable = ports.rewritable
        request = layout_of(ports.request)
        value = data.ArrayLayout(shape_of(ports.value["value"]), len(ports.junctions))
        super().__init__(
            {
                "requests": In(stream.Signature(request)),
                "values": Out(stream.Signature(layout_of(ports.value))),
                "idle": In(1),
                "working": Out(1),
                "access": Out(len(ports.junctions)),
                "request": Out(request),
                "read_data": In(value),
            }
        )

    @staticmethod
    def cost(schedule: Schedule) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        ports = CorePorts.of(schedule)
        places = sum(2 + (junction.address_rows > 0) for junction in ports.junctions)
        comparison = cost.Logic(lut=(ports.row_width + ports.lane_width) / 3)
        return {
            "request": cost.registers(ports.request.bits),
            "data": cost.multiplexer(len(ports.junctions), ports.data_width),
            "places": (comparison + cost.ONE) * places,
            "own": cost.ONE * 16,
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        clocks = Signal(range(self._latency + 1))
        error = Signal()
        found = self._found(m)
        value = self.values.payload
        m.d.comb += [
            value.value.eq(Mux(error, 0, self.read_data[self.request.junction])),
            value.error.eq(error),
        ]
        m.d.sync += self.access.eq(0)
        with m.FSM():
            # `working` is a register, as it decides about every step of the sequencer; it is low in
            # IDLE alone.
            with m.State("IDLE"), m.If(self.idle & self.requests.valid):
                m.d.sync += self.working.eq(1)
                m.next = "CLAIM"
            with m.State("CLAIM"):  # no sample is taken from here on, but one may just have been
                m.next = "TAKE"
            with m.State("TAKE"):
                m.d.comb += self.requests.ready.eq(self.idle)
                with m.If(self.idle & self.requests.valid):
                    m.d.sync += self.request.eq(self.requests.payload)
                    m.next = "FIND"
                with m.Else():
                    m.d.sync += self.working.eq(0)
                    m.next = "IDLE"
            with m.State("FIND"):
                m.next = "ACCESS"
            with m.State("ACCESS"):
                m.d.sync += [
                    self.access.eq(found),
                    error.eq(~found.any()),
                    clocks.eq(self._latency),
                ]
                m.next = "WAIT"
            with m.State("WAIT"):
                m.d.sync += clocks.eq(clocks - 1)
                with m.If(clocks == 0):
                    m.d.sync += self.request.write.eq(0)
                    m.next = "ANSWER"
            with m.State("ANSWER"):
                m.d.comb += self.values.valid.eq(1)
                with m.If(self.values.ready):
                    m.d.sync += self.working.eq(0)
                    m.next = "IDLE"
        return m

    def _found(self, m: Module) -> Value:
        """By junction, whether what is requested lies in it; a clock after the request."""
        request = self.request
        found = []
        for number, junction in enumerate(self._junctions):
            in_junction = []
            for bias, lanes in enumerate((junction.weight_lanes, junction.biases_by_row)):
                here = Signal(name=f"{'bias' if bias else 'weight'}_in_{number + 1}")
                asked = (request.junction == number) & (request.bias == bias)
                if self._rewritable:
                    asked &= ~request.address
                m.d.sync += here.eq(asked & _lies(request.row, request.lane, lanes))
                in_junction.append(here)
            if junction.address_rows:
                here = Signal(name=f"address_in_{number + 1}")
                asked = (request.junction == number) & request.address & ~request.bias
                lanes = (junction.parallelism,) * junction.address_rows
                m.d.sync += here.eq(asked & _lies(request.row, request.lane, lanes))
                in_junction.append(here)
            found.append(Cat(in_junction).any())
        return Cat(found)


def _lies(row: Value, lane: Value, lanes: tuple[int, ...]) -> Value:
    """Whether there is a lane in a row, for the lanes of each row, which differ by 1 at most."""
    least, most = min(lanes), max(lanes)
    in_row = _below(lane, least)
    if most > least:
        longer = Const(sum(1 << k for k, count in enumerate(lanes) if count == most), len(lanes))
        in_row |= (lane == least) & longer.bit_select(row, 1)
    return _below(row, len(lanes)) & in_row


def _below(number: Value, limit: int) -> Value:
    """Whether a number is below a limit; tools warn of a comparison that every number passes."""
    return Const(1) if limit >> len(number) else number < limit
