"""The runner: plays passes over the stored samples, epoch by epoch, without a host.

idle -> rate -> training samples -> drain -> test samples -> drain -> history -+-> idle
          ^                                                                    |
          '--------------------------- next epoch -----------------------------'
idle -> samples of PLAY -> (drain) -> idle

A board with a key looks at a letter wherever the core is drained: after either pass, or idle.
"""

from __future__ import annotations

from amaranth.hdl import Const, Module, Mux, Signal, Value, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from boards.design import BoardDesign
from boards.link.commands import ConfigurationFlag, PlayFlag
from boards.link.payloads import RATES, TAIL
from boards.run.configuration import CONFIGURATION_LAYOUT, PLAY_LAYOUT, RATE_LAYOUT, pass_layout
from boards.run.pass_counters import PassCounters
from boards.run.sample_sources import numbers, sources_request
from boards.store.store_shape import StoreShape

__all__ = ["Runner"]


class Runner(wiring.Component):
    """Decides which samples the store plays, and when the core drains.

    Parameters
    ----------
    design
        The build.

    Members
    -------
    start, play, stop_now, stop_after_epoch, pause, resume : In(1)
        Pulses; `start` and `play` count while `running` is low.
    configuration : In(CONFIGURATION_LAYOUT), played : In(PLAY_LAYOUT)
        What `start` and `play` are about.
    rate_entry : Out(3), rate : In(RATE_LAYOUT)
        Entries of the schedule, a clock later.
    requests : Out(stream), taken : In(1)
        For and from the SampleStore, or SampleSources.
    prediction, correct : In(1)
        A prediction came, and was right.
    core_busy : In(1), drain : Out(1)
        From and for the core.
    playing : Out(1)
        Samples are asked for, and not all taken; not while it pauses.
    running, paused : Out(1)
        A run or PLAY is under way; it takes no samples.
    epoch : Out(32)
        Epoch at work, or the next one.
    samples, right : Out
        Samples taken in by the pass at work, or the last one; its correct predictions.
    clocks : Out(32), timed : Out
        Clocks from the first to the last sample of the last pass with any, and their number.
    predictions : Out(32)
        Predictions since reset.
    recorded : Out(1), train_right, tail_right, test_right : Out
        Pulse at the end of an epoch, while `epoch` is still its number; its correct predictions.
    tail : Out
        Training samples that `tail_right` is about.
    letter, occupied : In(1), hearing, asked, heard : Out(1)
        With a key alone: a letter waits; somebody is at the core's parameters. A letter is being
        looked at, and what the core does is none of the runner's passes; pulses: its frame is
        asked for, its prediction is there.
    configured, forget : In(1)
        Set `epoch` to the configuration's first one, or to 0.
    """

    def __init__(self, design: BoardDesign):
        self._key = key = design.morse is not None
        count = numbers(design).bit_length()
        self._pass = pass_layout(count, generated=key)
        self._read_only = design.read_only
        stored = StoreShape(design.core.ports, design.store).request
        request = sources_request(design) if key else stored
        pulses = ("start", "play", "stop_now", "stop_after_epoch", "pause", "resume")
        super().__init__(
            {
                **{name: In(1) for name in (*pulses, "configured", "forget")},
                "configuration": In(CONFIGURATION_LAYOUT),
                "played": In(PLAY_LAYOUT),
                "rate_entry": Out(range(RATES)),
                "rate": In(RATE_LAYOUT),
                "requests": Out(stream.Signature(request)),
                "taken": In(1),
                "prediction": In(1),
                "correct": In(1),
                "core_busy": In(1),
                "drain": Out(1),
                "playing": Out(1),
                "running": Out(1),
                "paused": Out(1),
                "epoch": Out(32),
                "samples": Out(count),
                "clocks": Out(32),
                "timed": Out(count),
                "right": Out(count),
                "predictions": Out(32),
                "recorded": Out(1),
                "train_right": Out(count),
                "tail_right": Out(count),
                "test_right": Out(count),
                "tail": Out(range(TAIL + 1)),
                **({name: In(1) for name in ("letter", "occupied")} if key else {}),
                **({name: Out(1) for name in ("hearing", "asked", "heard")} if key else {}),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        wanted, played = self.configuration, self.played
        m.submodules.counters = counters = PassCounters(len(self.samples))
        current = Signal(self._pass)
        taken, prediction = self.taken, self.prediction
        if self._key:
            taken, prediction = taken & ~self.hearing, prediction & ~self.hearing
        m.d.comb += [
            counters.count.eq(current.count),
            counters.taken.eq(taken),
            counters.prediction.eq(prediction),
            counters.correct.eq(self.correct),
            self.samples.eq(counters.samples),
            self.clocks.eq(counters.clocks),
            self.timed.eq(counters.timed),
            self.right.eq(counters.right),
            self.predictions.eq(counters.all_predictions),
        ]

        # Flags that last until the runner is idle.
        stopping, ending = Signal(), Signal()
        with m.If(self.pause & self.running):
            m.d.sync += self.paused.eq(1)
        with m.If(self.resume | self.stop_after_epoch | ~self.running):
            m.d.sync += self.paused.eq(0)
        with m.If(self.stop_now & self.running):
            m.d.sync += stopping.eq(1)
        with m.If(self.stop_after_epoch & self.running):
            m.d.sync += ending.eq(1)

        # `current.first` is the next sample to be asked for; those to come are counted less one, so
        # that their sign says when there are none.
        requested = Signal.like(current.count)
        rest = Signal(signed(len(current.count) + 1))
        all_taken = Signal()
        m.d.sync += all_taken.eq(counters.samples == requested)
        with m.If(self.requests.ready):
            m.d.sync += self.requests.valid.eq(0)
        single, testing, draining = Signal(), Signal(), Signal()  # PLAY; the test samples' pass
        entry = Signal(range(RATES + 2))
        exponent = Signal(8)
        # Epochs are so long that what comes after this one is known at its end.
        next_epoch, last_epoch = Signal.like(self.epoch), Signal()
        m.d.sync += [
            next_epoch.eq(self.epoch + 1),
            last_epoch.eq(next_epoch == wanted.end_epoch),
        ]
        m.d.comb += self.rate_entry.eq(entry)
        playing = Signal()
        m.d.sync += self.playing.eq(playing & ~self.paused)

        # Of a memory that can only be read, an epoch's order begins where the last one's ended.
        train_first: Value = wanted.train_first
        if self._read_only:
            train_first = following = Signal.like(current.first)

        def begin(first: Value, count: Value) -> list:
            return [
                *(requested.eq(0), rest.eq(count - 1)),
                *(current.first.eq(first), current.count.eq(count)),
            ]

        with m.If(self.forget):
            m.d.sync += self.epoch.eq(0)
        with m.Elif(self.configured & ~self.running):
            m.d.sync += self.epoch.eq(wanted.first_epoch)
        with m.FSM():
            with m.State("IDLE"):
                m.d.sync += [stopping.eq(0), ending.eq(0), testing.eq(0), entry.eq(0)]
                if self._key:
                    self._listen(m)
                with m.If(self.play):
                    m.d.comb += counters.begin.eq(1)
                    m.d.sync += [
                        self.running.eq(1),
                        single.eq(1),
                        draining.eq((played.flags & PlayFlag.DRAIN) != 0),
                        *begin(played.first, played.count),
                        current.ordered.eq(0),
                        current.train.eq((played.flags & PlayFlag.TRAIN) != 0),
                        current.rate_exponent.eq(played.rate_exponent),
                        *self._generated(current, played.flags & PlayFlag.GENERATED),
                    ]
                    m.next = "PASS"
                with m.Elif(self.start):
                    m.d.sync += [
                        self.running.eq(1),
                        single.eq(0),
                        draining.eq(1),
                        self.epoch.eq(wanted.first_epoch),
                    ]
                    if self._read_only:
                        m.d.sync += following.eq(wanted.train_first)
                    m.next = "RATE"
            with m.State("RATE"):
                # Entry n is at `rate` a clock after it was asked for.
                m.d.sync += entry.eq(entry + 1)
                with m.If((entry != 0) & (self.rate.first_epoch <= self.epoch)):
                    m.d.sync += exponent.eq(self.rate.rate_exponent)
                with m.If(entry == RATES):
                    m.next = "TRAIN"
            with m.State("TRAIN"):
                m.d.comb += counters.begin.eq(1)
                m.d.sync += [
                    *begin(train_first, wanted.train_count),
                    testing.eq(0),
                    current.ordered.eq((wanted.flags & ConfigurationFlag.ORDERED) != 0),
                    current.train.eq(1),
                    current.rate_exponent.eq(exponent),
                    *self._generated(current, wanted.flags & ConfigurationFlag.GENERATED),
                ]
                m.next = "PASS"
            with m.State("PASS"):
                m.d.comb += playing.eq(~rest[-1])
                with m.If(rest[-1] | stopping):
                    m.next = "TAKEN"
                # With a key it pauses after the pass, where letters can be looked at.
                held = Const(0) if self._key else self.paused
                with m.Elif(~held & (self.requests.ready | ~self.requests.valid)):
                    request = self.requests.payload
                    m.d.sync += [
                        *(requested.eq(requested + 1), rest.eq(rest - 1)),
                        current.first.eq(current.first + 1),
                        self.requests.valid.eq(1),
                        request.place.eq(current.first),
                        *(
                            request[name].eq(current[name])
                            for name in ("ordered", "train", "rate_exponent")
                        ),
                    ]
                    if self._key:
                        m.d.sync += [
                            request.generated.eq(current.generated),
                            request.tapped.eq(0),
                        ]
            # What was asked for is still to be taken by the core.
            with m.State("TAKEN"):
                m.d.comb += playing.eq(~all_taken)
                with m.If(all_taken):
                    m.next = "IDLE"
                    with m.If(draining):
                        m.next = "FLY"
                    with m.Else():
                        m.d.sync += self.running.eq(0)
            with m.State("FLY"):  # the last sample's step has started by the next clock
                m.next = "DRAIN"
            with m.State("DRAIN"):
                m.d.comb += self.drain.eq(1)
                with m.If(~self.core_busy & counters.complete):
                    m.next = "LISTEN" if self._key else "PASSED"
            with m.State("PASSED"):
                m.d.comb += self.drain.eq(1)
                with m.If(single | stopping):
                    m.d.sync += self.running.eq(0)
                    m.next = "IDLE"
                with m.Elif(testing):
                    m.d.sync += self.test_right.eq(counters.right)
                    m.next = "RECORD"
                with m.Else():
                    m.d.comb += counters.begin.eq(1)
                    m.d.sync += [
                        self.train_right.eq(counters.right),
                        self.tail_right.eq(counters.tail_right),
                        self.tail.eq(Mux(current.count < TAIL, current.count, TAIL)),
                        *begin(wanted.test_first, wanted.test_count),
                        testing.eq(1),
                        current.ordered.eq(0),
                        current.train.eq(0),
                    ]
                    if self._read_only:
                        with m.If(current.ordered):
                            m.d.sync += following.eq(current.first)
                    m.next = "PASS"
            with m.State("RECORD"):
                m.d.comb += self.recorded.eq(1)
                m.d.sync += [self.epoch.eq(next_epoch), entry.eq(0)]
                m.next = "RATE"
                with m.If(last_epoch | ending):
                    m.d.sync += self.running.eq(0)
                    m.next = "IDLE"
            if self._key:
                self._hear(m, stopping)
        return m

    def _generated(self, target: data.View, flag: Value | int) -> list:
        """Set whether samples are those that the board makes, where it makes any."""
        return [target.generated.eq(flag != 0)] if self._key else []

    def _listen(self, m: Module) -> None:
        """In IDLE: a letter is looked at once nobody else has been at the core for some clocks.

        `hearing` keeps others away from then on; who came just before it counts.
        """
        quiet = Signal(3)
        m.d.sync += [quiet.eq(0), self.hearing.eq(0)]
        with m.If(self.letter & ~self.core_busy & ~self.occupied & ~self.play & ~self.start):
            m.d.sync += [quiet.eq(quiet + 1), self.hearing.eq(1)]
            with m.If(quiet.all()):
                m.next = "ASK"

    def _hear(self, m: Module, stopping: Value) -> None:
        """States of a key: where a run waits, and a letter through the drained core."""
        heard = Signal()
        request = self.requests.payload
        m.d.comb += self.heard.eq(self.prediction & self.hearing)
        with m.State("LISTEN"):
            m.d.comb += self.drain.eq(1)
            with m.If(self.letter):
                m.d.sync += self.hearing.eq(1)
                m.next = "ASK"
            with m.Elif(~self.paused | stopping):
                m.next = "PASSED"
        with m.State("ASK"):
            m.d.comb += self.asked.eq(1)
            m.d.sync += [
                *(self.requests.valid.eq(1), heard.eq(0)),
                *(request.tapped.eq(1), request.generated.eq(1), request.train.eq(0)),
            ]
            m.next = "ASKED"
        with m.State("ASKED"), m.If(self.taken):
            m.next = "ASKED_FLY"
        with m.State("ASKED_FLY"):
            m.next = "ANSWER"
        with m.State("ANSWER"):
            m.d.comb += self.drain.eq(1)
            with m.If(self.heard):
                m.d.sync += heard.eq(1)
            with m.If(heard & ~self.core_busy):
                m.d.sync += self.hearing.eq(0)
                m.next = "IDLE"
                with m.If(self.running):
                    m.next = "LISTEN"
