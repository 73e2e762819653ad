"""The commands that configure runs, start and stop them, and play single samples."""

from __future__ import annotations

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.commands import Command, ConfigurationFlag, PlayFlag, Status, Stop
from boards.link.dispatcher import CommandPort, Size
from boards.link.payloads import CONFIGURATION, PLAY, RATE, RATES, STOP
from boards.link.words import take_fields
from boards.run.configuration import CONFIGURATION_LAYOUT, PLAY_LAYOUT, RATE_LAYOUT
from hwgen.parts.layouts import view_of
from hwgen.parts.memory import memory

__all__ = ["RunCommands"]


class RunCommands(wiring.Component):
    """Carries out CONFIGURE, START, PAUSE, RESUME, STOP, RESET_TRAINING and PLAY.

    Parameters
    ----------
    design
        The build.

    Members
    -------
    port : Out(CommandPort())
        For the dispatcher.
    running, busy, occupied, sealed : In(1)
        A run or PLAY is under way; the core has samples in flight or `occupied` is high; somebody
        is at the core's parameters; the store is sealed.
    configuration : Out(CONFIGURATION_LAYOUT), configured : Out(1), new : Out(1)
        The last configuration; there is one; a pulse when it changes.
    rate_entry : In(3), rate : Out(RATE_LAYOUT)
        An entry of its schedule, a clock later.
    start, play, stop_now, stop_after_epoch, pause, resume, reset_training : Out(1)
        Pulses, in the clock in which `running`, `busy` and `occupied` were looked at,
    played : Out(PLAY_LAYOUT)
        with what to play.
    """

    def __init__(self, design: BoardDesign):
        self._samples = design.samples
        self._max_exponent = design.core.schedule.options.max_rate_exponent
        pulses = {
            Command.START: "start",
            Command.PLAY: "play",
            Command.PAUSE: "pause",
            Command.RESUME: "resume",
            Command.RESET_TRAINING: "reset_training",
        }
        self._pulses = pulses
        super().__init__(
            {
                "port": Out(CommandPort()),
                "running": In(1),
                "busy": In(1),
                "occupied": In(1),
                "sealed": In(1),
                "configuration": Out(CONFIGURATION_LAYOUT),
                "configured": Out(1),
                "new": Out(1),
                "rate_entry": In(range(RATES)),
                "rate": Out(RATE_LAYOUT),
                **{name: Out(1) for name in pulses.values()},
                "stop_now": Out(1),
                "stop_after_epoch": Out(1),
                "played": Out(PLAY_LAYOUT),
            }
        )

    @property
    def commands(self) -> dict[Command, Size]:
        """Its commands and the sizes of their payloads."""
        whole = CONFIGURATION.size + RATES * RATE.size
        return {
            Command.CONFIGURE: Size(whole, whole),
            Command.PLAY: Size(PLAY.size, PLAY.size),
            Command.STOP: Size(STOP.size, STOP.size),
            **{
                command: Size(0, 0)
                for command in (
                    Command.START,
                    Command.PAUSE,
                    Command.RESUME,
                    Command.RESET_TRAINING,
                )
            },
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        port = self.port
        fields, complete = take_fields(m, port, CONFIGURATION.size)
        wanted = Signal(CONFIGURATION_LAYOUT)
        played = Signal(PLAY_LAYOUT)
        # A payload shorter than the fields is in their upper bytes.
        stop = view_of(STOP, fields[-8 * STOP.size :]).when
        m.d.comb += [
            wanted.as_value().eq(fields),
            played.as_value().eq(fields[-8 * PLAY.size :]),
        ]
        status = Signal(Status)
        self._decide(m, status, wanted, played, stop)

        # Two sets of rates: a configuration that is refused must not touch those in use.
        entry, bytes_left = Signal(range(RATES)), Signal(range(RATE.size + 1))
        shifted = Signal(8 * RATE.size, reset_less=True)
        used, write = Signal(), Signal()
        bad_rate = Signal()
        (rate,) = memory(
            m,
            "rates",
            depth=2 * RATES,
            width=RATE_LAYOUT.size,
            reads=[Cat(self.rate_entry, used)],
            write=(Cat(entry, ~used), shifted, write),
        )
        m.d.comb += self.rate.as_value().eq(rate)
        new_rate = Signal(RATE_LAYOUT)
        m.d.comb += new_rate.as_value().eq(shifted)
        m.d.sync += self.new.eq(0)

        m.d.comb += [port.answer_size.eq(0), self.played.eq(played)]
        with m.FSM():
            with m.State("IDLE"), m.If(port.start):
                m.d.sync += [port.done.eq(0), entry.eq(0), bad_rate.eq(0)]
                m.d.sync += bytes_left.eq(RATE.size)
                m.next = "FIELDS"
            with m.State("FIELDS"):
                m.d.comb += port.payload.ready.eq(~complete)
                with m.If(complete):
                    m.next = "CHECK"
                    with m.If(port.code == Command.CONFIGURE):
                        m.next = "RATE"
            with m.State("RATE"):
                m.d.comb += port.payload.ready.eq(1)
                with m.If(port.payload.valid):
                    m.d.sync += [
                        shifted.eq(Cat(shifted[8:], port.payload.payload)),
                        bytes_left.eq(bytes_left - 1),
                    ]
                    with m.If(bytes_left == 1):
                        m.next = "RATE_WRITE"
            with m.State("RATE_WRITE"):
                m.d.comb += write.eq(1)
                m.d.sync += [
                    bytes_left.eq(RATE.size),
                    entry.eq(entry + 1),
                    bad_rate.eq(bad_rate | (new_rate.rate_exponent > self._max_exponent)),
                ]
                m.next = "RATE"
                with m.If(entry == RATES - 1):
                    m.next = "CHECK"
            with m.State("CHECK"):
                m.next = "DECIDE"
            with m.State("DECIDE"):
                m.d.sync += [port.status.eq(status), port.done.eq(1)]
                m.next = "IDLE"
                with m.If((port.code == Command.CONFIGURE) & (status == Status.OK)):
                    with m.If(bad_rate):
                        m.d.sync += port.status.eq(Status.OUT_OF_RANGE)
                    with m.Else():
                        m.d.sync += [
                            self.configuration.eq(wanted),
                            self.configured.eq(1),
                            self.new.eq(1),
                            used.eq(~used),
                        ]
                with m.If(status == Status.OK):
                    for command, name in self._pulses.items():
                        with m.If(port.code == command):
                            m.d.comb += getattr(self, name).eq(1)
                    with m.If(port.code == Command.STOP):
                        m.d.comb += [
                            self.stop_now.eq(stop == Stop.NOW),
                            self.stop_after_epoch.eq(stop == Stop.AFTER_EPOCH),
                        ]
        return m

    def _decide(
        self, m: Module, status: Signal, wanted: data.View, played: data.View, stop: Value
    ) -> None:
        """The status of the command, a clock after its fields are there; rates apart."""
        outside = Signal()

        def beyond(first: Value, count: Value) -> Value:
            return first + count > self._samples

        with m.Switch(self.port.code):
            with m.Case(Command.CONFIGURE):
                m.d.sync += outside.eq(
                    (wanted.flags > ConfigurationFlag.ORDERED)
                    | (wanted.first_epoch >= wanted.end_epoch)
                    | beyond(wanted.train_first, wanted.train_count)
                    | beyond(wanted.test_first, wanted.test_count)
                )
            with m.Case(Command.PLAY):
                m.d.sync += outside.eq(
                    (played.flags > (PlayFlag.TRAIN | PlayFlag.DRAIN))
                    | (played.rate_exponent > self._max_exponent)
                    | beyond(played.first, played.count)
                )
            with m.Case(Command.STOP):
                m.d.sync += outside.eq(stop > Stop.AFTER_EPOCH)
            with m.Default():
                m.d.sync += outside.eq(0)
        m.d.comb += status.eq(Status.OK)
        with m.If(outside):
            m.d.comb += status.eq(Status.OUT_OF_RANGE)
        with m.Switch(self.port.code):
            with m.Case(Command.CONFIGURE), m.If(self.running):
                m.d.comb += status.eq(Status.BUSY)
            with m.Case(Command.PLAY), m.If(self.running | self.occupied):
                m.d.comb += status.eq(Status.BUSY)
            with m.Case(Command.START):
                with m.If(self.running | self.busy):
                    m.d.comb += status.eq(Status.BUSY)
                with m.Elif(~(self.configured & self.sealed)):
                    m.d.comb += status.eq(Status.NOT_READY)
            with m.Case(Command.RESET_TRAINING), m.If(self.running | self.busy):
                m.d.comb += status.eq(Status.BUSY)
