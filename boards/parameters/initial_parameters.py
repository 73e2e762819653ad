"""Writes the initial parameters again: training starts anew without a new bitstream."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from amaranth.hdl import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.parameters.parameter_access import address_limits, place_limits
from hwgen.parts.layouts import layout_of
from hwgen.parts.memory import memory
from software_ref.connections.stored_words import stored_words
from software_ref.plan.memory_plan import MemoryPlan

__all__ = ["InitialParameters"]


class InitialParameters(wiring.Component):
    """Plays a table of the initial weights, and zeros for the biases, into the parameter port.

    Where connections move, a table of the first addresses follows.

    Parameters
    ----------
    design
        The build.

    Members
    -------
    start : In(1)
        Begin; the core must not be busy.
    working : Out(1)
        From the clock after `start` until the last write is answered.
    requests : Out(stream), values : In(stream)
        The core's parameter port.
    """

    def __init__(self, design: BoardDesign):
        self._schedule = design.core.schedule
        self._parameters = design.core.parameters
        self._patterns = design.core.patterns
        ports = design.core.ports
        super().__init__(
            {
                "start": In(1),
                "working": Out(1),
                "requests": Out(stream.Signature(layout_of(ports.request))),
                "values": In(stream.Signature(layout_of(ports.value))),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        request = self.requests.payload
        # Weights in the order of the places; a bias starts at 0 (docs/numerics.md, "Initial
        # parameters"); where a row has fewer neurons than others, the core refuses one of them.
        weights = np.concatenate(self._parameters.weights)
        width = len(request.data)
        plan = MemoryPlan(depth=len(weights), width=width)
        address = Signal(range(max(len(weights), 2)))
        (weight,) = memory(
            m,
            "initial_weights",
            depth=plan.depth,
            width=width,
            reads=[address],
            init=[int(value) & (1 << width) - 1 for value in weights],
            latency=plan.read_latency,
        )
        limits = place_limits(self._schedule)
        addresses = address_limits(self._schedule)
        last_row, last_lane = Signal.like(request.row), Signal.like(request.lane)
        place = Signal(range(len(limits) + len(addresses)))
        with m.Switch(place):
            for number, (rows, lanes) in enumerate([*limits, *addresses.values()]):
                with m.Case(number):
                    m.d.comb += [last_row.eq(rows - 1), last_lane.eq(lanes - 1)]
        row, lane = Signal.like(request.row), Signal.like(request.lane)
        # Known while the weight is read.
        ends_row, ends_place = Signal(), Signal()
        m.d.sync += [ends_row.eq(lane == last_lane), ends_place.eq(row == last_row)]
        latency = plan.read_latency
        wait = Signal(range(latency + 1))
        m.d.comb += [
            request.write.eq(1),
            request.junction.eq(place[1:]),
            request.bias.eq(place[0]),
            request.row.eq(row),
            request.lane.eq(lane),
        ]
        with m.If(~place[0]):
            m.d.comb += request.data.eq(weight)
        if addresses:
            self._addresses(m, place, addresses, latency)
        with m.FSM():
            with m.State("IDLE"), m.If(self.start):
                m.d.sync += [
                    self.working.eq(1),
                    *(signal.eq(0) for signal in (place, row, lane, address, wait)),
                ]
                m.next = "READ"
            with m.State("READ"):
                m.d.sync += wait.eq(wait + 1)
                with m.If(wait == latency):
                    m.next = "WRITE"
            with m.State("WRITE"):
                m.d.comb += self.requests.valid.eq(1)
                with m.If(self.requests.ready):
                    m.next = "ANSWER"
            with m.State("ANSWER"):
                m.d.comb += self.values.ready.eq(1)
                with m.If(self.values.valid):
                    m.d.sync += [wait.eq(0), lane.eq(lane + 1)]
                    with m.If(~place[0]):
                        m.d.sync += address.eq(address + 1)
                    m.next = "READ"
                    with m.If(ends_row):
                        m.d.sync += [lane.eq(0), row.eq(row + 1)]
                        with m.If(ends_place):
                            m.d.sync += [row.eq(0), place.eq(place + 1)]
                            with m.If(place == len(limits) + len(addresses) - 1):
                                m.d.sync += self.working.eq(0)
                                m.next = "IDLE"
        return m

    def _addresses(self, m: Module, place: Signal, addresses: Iterable[int], latency: int) -> None:
        """The places of these junctions' addresses, behind all others, and a table of the words.

        A word is read in at most `latency` clocks, which is what the weights are given.
        """
        request = self.requests.payload
        words = [stored_words(self._patterns[junction]) for junction in addresses]
        width = max(self._schedule.timing[junction].addresses.word_bits for junction in addresses)
        plan = MemoryPlan(depth=sum(map(len, words)), width=width)
        number = Signal(range(max(plan.depth, 2)))
        (word,) = memory(
            m,
            "initial_addresses",
            depth=plan.depth,
            width=width,
            reads=[number],
            init=np.concatenate(words).tolist(),
            latency=min(plan.read_latency, latency),
        )
        first = 2 * len(self._schedule.timing)
        with m.If(self.start):
            m.d.sync += number.eq(0)
        with m.Elif((place >= first) & self.values.valid & self.values.ready):
            m.d.sync += number.eq(number + 1)
        with m.Switch(place):
            for which, junction in enumerate(addresses, start=first):
                with m.Case(which):
                    m.d.comb += [
                        *(request.junction.eq(junction), request.bias.eq(0)),
                        *(request.address.eq(1), request.data.eq(word)),
                    ]
