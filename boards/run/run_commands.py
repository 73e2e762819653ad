"""The commands that configure runs, start and stop them, and play single samples."""

from __future__ import annotations

from collections.abc import Mapping

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.commands import Command, ConfigurationFlag, PlayFlag, Status, Stop
from boards.link.dispatcher import CommandPort, Size
from boards.link.payloads import CONFIGURATION, NEVER, PLAY, RATE, RATES, STOP
from boards.link.words import take_fields
from boards.morse.live import FRAMES, TEST_FRAMES
from boards.run.configuration import CONFIGURATION_LAYOUT, PLAY_LAYOUT, RATE_LAYOUT
from hwgen.parts.arithmetic import register
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
        is at the core's parameters; the store is sealed, or the samples need none.
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
        self._places = design.store.order.entries if design.read_only else None
        self._morse = design.morse
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
                "configuration": Out(CONFIGURATION_LAYOUT, init=self._own()),
                "configured": Out(1, init=int(design.morse is not None)),
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
        # Which command it is, from the clock after `start` on.
        is_one = {command: Signal(name=f"is_{command.name}") for command in self.commands}
        m.d.sync += [flag.eq(port.code == command) for command, flag in is_one.items()]
        status = self._decide(m, is_one, wanted, played, stop)

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
        m.d.comb += self.rate.as_value().eq(rate if self._morse is None else self._rate(m, rate))
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
                    with m.If(is_one[Command.CONFIGURE]):
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
                m.next = "COMPARE"
            with m.State("COMPARE"):
                m.next = "DECIDE"
            with m.State("DECIDE"):
                m.d.sync += [port.status.eq(status), port.done.eq(1)]
                m.next = "IDLE"
                with m.If(is_one[Command.CONFIGURE] & (status == Status.OK)):
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
                        with m.If(is_one[command]):
                            m.d.comb += getattr(self, name).eq(1)
                    with m.If(is_one[Command.STOP]):
                        m.d.comb += [
                            self.stop_now.eq(stop == Stop.NOW),
                            self.stop_after_epoch.eq(stop == Stop.AFTER_EPOCH),
                        ]
        return m

    def _own(self) -> dict[str, int] | None:
        """The configuration before any of a host's: epochs of the board's own frames, for ever."""
        if self._morse is None:
            return None
        options = self._morse.options
        return {
            "flags": ConfigurationFlag.GENERATED,
            "end_epoch": NEVER,
            "train_count": options.train_frames,
            "test_first": TEST_FRAMES,
            "test_count": options.test_frames,
        }

    def _rate(self, m: Module, rate: Value) -> Value:
        """An entry of the host's schedule, or of the board's own, which is no memory's contents."""
        assert self._morse is not None
        own, hosts = Signal(RATE_LAYOUT, reset_less=True), Signal()
        rates = [*self._morse.rates[:RATES], *[(NEVER, 0)] * (RATES - len(self._morse.rates))]
        with m.If(self.new):
            m.d.sync += hosts.eq(1)
        with m.Switch(self.rate_entry):
            for number, (epoch, exponent) in enumerate(rates):
                with m.Case(number):
                    m.d.sync += [own.first_epoch.eq(epoch), own.rate_exponent.eq(exponent)]
        return Mux(hosts, rate, own.as_value())

    def _decide(
        self,
        m: Module,
        is_one: Mapping[Command, Signal],
        wanted: data.View,
        played: data.View,
        stop: Value,
    ) -> Signal:
        """The status of the command, three clocks after its fields are there; rates apart."""

        def beyond(samples: str, first: Value, count: Value, last: Value | int) -> Value:
            end, found = Signal(33, name=f"{samples}_end"), Signal(name=f"{samples}_outside")
            m.d.sync += [end.eq(first + count), found.eq(end > last)]
            return found

        def most(generated: Value, train: Value | int) -> Value | int:
            """Numbers end before this; no test frame is trained on."""
            if self._morse is None:
                return self._samples
            frames = Mux(train, TEST_FRAMES, TEST_FRAMES + FRAMES)
            return Mux(generated != 0, frames, self._samples)

        flags, play_flags = ConfigurationFlag.ORDERED, PlayFlag.TRAIN | PlayFlag.DRAIN
        if self._morse is not None:
            flags, play_flags = ConfigurationFlag.GENERATED, play_flags | PlayFlag.GENERATED
        generated = wanted.flags & ConfigurationFlag.GENERATED
        playing = (played.flags & PlayFlag.GENERATED, played.flags & PlayFlag.TRAIN)
        most_trained = most(generated, 1)
        if self._places is not None:
            ordered = (wanted.flags & ConfigurationFlag.ORDERED) != 0
            most_trained = Mux(ordered, self._places, self._samples)
        no_configuration = Cat(
            register(m, wanted.flags > flags, "unknown_flags"),
            register(m, wanted.first_epoch >= wanted.end_epoch, "no_epochs"),
            beyond("train", wanted.train_first, wanted.train_count, most_trained),
            beyond("test", wanted.test_first, wanted.test_count, most(generated, 0)),
        ).any()
        no_play = Cat(
            register(m, played.flags > play_flags, "unknown_play_flags"),
            register(m, played.rate_exponent > self._max_exponent, "no_such_rate"),
            beyond("play", played.first, played.count, most(*playing)),
        ).any()

        status = Signal(Status)
        outside, not_now, not_ready = Signal(), Signal(), Signal()
        m.d.sync += outside.eq(
            (is_one[Command.CONFIGURE] & no_configuration)
            | (is_one[Command.PLAY] & no_play)
            | (is_one[Command.STOP] & (stop > Stop.AFTER_EPOCH))
        )
        alone = is_one[Command.START] | is_one[Command.RESET_TRAINING]
        m.d.comb += [
            not_now.eq(
                ((is_one[Command.CONFIGURE] | is_one[Command.PLAY] | alone) & self.running)
                | (is_one[Command.PLAY] & self.occupied)
                | (alone & self.busy)
            ),
            not_ready.eq(is_one[Command.START] & ~(self.configured & self.sealed)),
            status.eq(
                Mux(
                    not_now,
                    Status.BUSY,
                    Mux(
                        not_ready,
                        Status.NOT_READY,
                        Mux(outside, Status.OUT_OF_RANGE, Status.OK),
                    ),
                )
            ),
        ]
        return status
