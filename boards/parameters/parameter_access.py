"""The commands that read and write weights, biases and addresses through the parameter port."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.commands import Command, Status
from boards.link.dispatcher import CommandPort, Size
from boards.link.framing import MAX_PAYLOAD
from boards.link.payloads import PARAMETER_KINDS, PARAMETER_RUN, PARAMETER_VALUE
from boards.link.words import WordSender, take_fields
from hwgen.parts.layouts import layout_of, view_of
from software_ref.plan.schedule import Schedule

__all__ = ["ParameterAccess", "address_limits", "place_limits"]


def place_limits(schedule: Schedule) -> list[tuple[int, int]]:
    """Rows and lanes of each junction's weights, then of its biases, junction 1 first."""
    limits = []
    for timing in schedule.timing:
        limits.append((timing.shape.rows, timing.shape.parallelism))
        limits.append((timing.layout.finish_words, timing.layout.finishing))
    return limits


def address_limits(schedule: Schedule) -> dict[int, tuple[int, int]]:
    """By junction, from 0, rows and lanes of the addresses that can be written."""
    return {
        number: (timing.shape.rows, timing.shape.parallelism)
        for number, timing in enumerate(schedule.timing)
        if timing.addresses.writable
    }


class ParameterAccess(wiring.Component):
    """Carries out READ_PARAMETERS and WRITE_PARAMETERS.

    Every place is checked before the first one is touched.

    Parameters
    ----------
    design
        The build.

    Members
    -------
    port : Out(CommandPort())
        For the dispatcher.
    busy : In(1)
        The core or somebody else at its parameters is at work: refuse.
    working : Out(1)
        From a command's start until its last access is answered.
    requests : Out(stream), values : In(stream)
        The core's parameter port.
    """

    def __init__(self, design: BoardDesign):
        self._schedule = design.core.schedule
        ports = design.core.ports
        self._rewritable = ports.rewritable
        super().__init__(
            {
                "port": Out(CommandPort()),
                "busy": In(1),
                "working": Out(1),
                "requests": Out(stream.Signature(layout_of(ports.request))),
                "values": In(stream.Signature(layout_of(ports.value))),
            }
        )

    @property
    def commands(self) -> dict[Command, Size]:
        """Its commands and the sizes of their payloads."""
        run = PARAMETER_RUN.size
        return {
            Command.READ_PARAMETERS: Size(run, run),
            Command.WRITE_PARAMETERS: Size(run + PARAMETER_VALUE.size, MAX_PAYLOAD),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        port, request = self.port, self.requests.payload
        m.submodules.sender = sender = WordSender(PARAMETER_VALUE.size)
        fields, complete = take_fields(m, port, PARAMETER_RUN.size)
        run = view_of(PARAMETER_RUN, fields)
        writing = Signal()
        m.d.sync += writing.eq(port.code == Command.WRITE_PARAMETERS)

        # Rows and lanes of what is accessed; none where there is no such thing.
        rows, width = Signal(32), Signal(16)
        m.d.sync += [rows.eq(0), width.eq(0)]
        limits = [
            (number // 2, number % 2, limit)
            for number, limit in enumerate(place_limits(self._schedule))
        ]
        addresses = PARAMETER_KINDS.index("addresses")
        limits += [(k, addresses, limit) for k, limit in address_limits(self._schedule).items()]
        with m.Switch(Cat(run.kind, run.junction)):
            for junction, kind, (words, wide) in limits:
                with m.Case(kind | junction << len(run.kind)):
                    m.d.sync += [rows.eq(words), width.eq(wide)]

        # What is known of a place a clock after it is there.
        row, lane = Signal(32), Signal(16)
        last_lane, last = Signal(16), Signal()
        no_row, no_lane = Signal(), Signal()
        m.d.sync += [
            last_lane.eq(run.lanes - 1),
            last.eq(lane == last_lane),
            no_row.eq(row >= rows),
            no_lane.eq(lane >= width),
        ]
        left = Signal(len(run.count))
        bad = Signal()
        step = Signal()
        with m.If(step):
            m.d.sync += [
                lane.eq(Mux(last, 0, lane + 1)),
                row.eq(row + last),
                left.eq(left - 1),
            ]
        begin = [row.eq(run.row), lane.eq(run.lane), left.eq(run.count)]

        needed = Signal(range(PARAMETER_RUN.size + (1 << len(run.count) + 2)))
        wrong_size = Signal()
        m.d.sync += [
            needed.eq(PARAMETER_RUN.size + (run.count << 2)),
            wrong_size.eq(writing & (port.size != needed)),
        ]
        value = Signal(8 * PARAMETER_VALUE.size, reset_less=True)
        value_bytes = Signal(range(PARAMETER_VALUE.size + 1))
        m.d.comb += [
            request.write.eq(writing),
            request.junction.eq(run.junction),
            request.bias.eq(run.kind),
            request.row.eq(row),
            request.lane.eq(lane),
            request.data.eq(value),
            port.answer.valid.eq(sender.bytes.valid),
            port.answer.payload.eq(sender.bytes.payload),
            sender.bytes.ready.eq(port.answer.ready),
            sender.words.payload.eq(self.values.payload.value),
        ]
        if self._rewritable:
            m.d.comb += request.address.eq(run.kind == addresses)
        with m.FSM():
            with m.State("IDLE"), m.If(port.start):
                m.d.sync += [port.done.eq(0), self.working.eq(1)]
                m.next = "FIELDS"
            with m.State("FIELDS"):
                m.d.comb += port.payload.ready.eq(~complete)
                with m.If(complete):
                    m.next = "BEGIN"
            with m.State("BEGIN"):
                m.d.sync += [
                    *(port.status.eq(Status.OK), port.answer_size.eq(0)),
                    bad.eq((run.count == 0) | (run.lanes == 0)),
                    *begin,
                ]
                m.next = "PLACE"
                with m.If(self.busy):
                    m.d.sync += port.status.eq(Status.BUSY)
                    m.next = "END"
            with m.State("PLACE"):
                m.next = "CHECK"
                with m.If(wrong_size):
                    m.d.sync += port.status.eq(Status.WRONG_SIZE)
                    m.next = "END"
                with m.Elif(left == 0):
                    m.d.sync += [*begin, value_bytes.eq(0)]
                    m.next = "CHECKED"
            with m.State("CHECK"):
                m.d.comb += step.eq(1)
                m.d.sync += bad.eq(bad | no_row | no_lane)
                m.next = "PLACE"
            with m.State("CHECKED"):
                m.next = "VALUE"
                with m.If(bad):
                    m.d.sync += port.status.eq(Status.OUT_OF_RANGE)
                    m.next = "END"
                with m.Elif(~writing):
                    m.d.sync += [
                        *(port.done.eq(1), port.answer_size.eq(run.count * PARAMETER_VALUE.size)),
                    ]
                    m.next = "ACCESS"
            with m.State("VALUE"):
                m.d.comb += port.payload.ready.eq(1)
                with m.If(port.payload.valid):
                    m.d.sync += [
                        value.eq(Cat(value[8:], port.payload.payload)),
                        value_bytes.eq(value_bytes + 1),
                    ]
                    with m.If(value_bytes == PARAMETER_VALUE.size - 1):
                        m.d.sync += value_bytes.eq(0)
                        m.next = "ACCESS"
            with m.State("ACCESS"):
                m.d.comb += self.requests.valid.eq(1)
                with m.If(self.requests.ready):
                    m.d.comb += step.eq(1)
                    m.next = "ANSWER"
            with m.State("ANSWER"):
                m.d.comb += [
                    sender.words.valid.eq(self.values.valid & ~writing),
                    self.values.ready.eq(sender.words.ready | writing),
                ]
                with m.If(self.values.valid & self.values.ready):
                    m.next = "ACCESS"
                    with m.If(writing):
                        m.next = "VALUE"
                    with m.If(left == 0):
                        m.next = "END"
            with m.State("END"):
                m.d.sync += [port.done.eq(1), self.working.eq(0)]
                m.next = "IDLE"
        return m
