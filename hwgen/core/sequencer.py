"""The step sequencer: takes samples in, starts steps, and knows the age of every sample in flight.

beats --> loader --> pulse of step S --> per junction: delay by its offset --> start, feed, learn
             ^                |
          credit, drain       +--> ages: sample S-1 has age 1, S-2 age 2, ...
"""

from __future__ import annotations

from itertools import pairwise

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.parts import cost
from hwgen.parts.layouts import layout_of
from software_ref.plan.ports import STEP_BITS, CorePorts
from software_ref.plan.schedule import Schedule

__all__ = ["Sequencer"]


class Sequencer(wiring.Component):
    """Accepts beats, issues start pulses at least P clocks apart, and ages the samples.

    Parameters
    ----------
    schedule
        Period, lags and settling time.
    beats
        Beats of a sample, at most P.
    credit
        Samples that may be in flight or waiting at the output.

    Members
    -------
    headers : In(stream.Signature)
        One item per beat; `ready` says that the beat is taken.
    drain : In(1)
        While high and no sample is partly loaded: take none, run steps until all is done.
    popped : In(1)
        A prediction left the output.
    hold : In(1)
        Take no new sample (the parameter port is at work).
    start : Out(1)
        Start pulse of a step, one clock after the last beat of its new sample.
    feed, learn : Out(L), rate_exponents : Out(array), label : Out
        Beside `start`: what each junction does, and the label of the sample the last one feeds.
    beat : Out
        Number of the next beat.
    busy : Out(1), steps : Out(32)
        Whether anything is under way or pending; steps started.
    """

    def __init__(self, schedule: Schedule, *, beats: int, credit: int):
        self._schedule = schedule
        self._beats = beats
        self._credit = credit
        junctions = len(schedule.timing)
        header = layout_of(CorePorts.of(schedule).header)
        self._header = header
        members = {
            "headers": In(stream.Signature(header)),
            "drain": In(1),
            "popped": In(1),
            "hold": In(1),
            "start": Out(1),
            "feed": Out(junctions),
            "label": Out(header["label"].shape),
            "beat": Out(range(max(beats, 2))),
            "busy": Out(1),
            "steps": Out(STEP_BITS),
        }
        if schedule.training:
            members |= {
                "learn": Out(junctions),
                "rate_exponents": Out(data.ArrayLayout(header["rate_exponent"].shape, junctions)),
            }
        super().__init__(members)

    @staticmethod
    def cost(schedule: Schedule) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        header = CorePorts.of(schedule).header
        kept = header.bits if schedule.training else header["label"].bits
        ages = max(i + lag for i, lag in enumerate(schedule.lags, start=1))
        return {
            "ages": cost.Logic(lut=ages, ff=ages * (kept + 1)),
            "own": cost.ONE * (STEP_BITS + 16),
        }

    def elaborate(self, platform: object) -> Module:
        m = Module()
        schedule = self._schedule
        junctions = len(schedule.timing)
        lags = schedule.lags
        # Junction i feeds the sample of age i and learns from that of age i + m_i.
        oldest = max(i + lag for i, lag in enumerate(lags, start=1))
        header = self._header

        # The header of the sample being loaded comes with its first beat.
        first_beat = Signal(init=1)
        last_beat = Signal(init=int(self._beats == 1))
        loading = Signal(header, name="loading")
        current = Signal(header, name="current")
        m.d.comb += current.eq(Mux(first_beat, self.headers.payload, loading))

        # A step may start P clocks after the one before it. What decides about a beat is a register
        # each: the counters' signs, and flags of its place in the sample.
        timer = Signal(range(-1, max(schedule.period - 1, 1)), init=-1)
        may_start = timer[-1]
        room = Signal(range(-1, max(self._credit, 1)), init=self._credit - 1)  # samples, less one
        may_finish = may_start & ~room[-1]
        partly = ~first_beat
        open_first = ~self.drain & ~self.hold
        m.d.comb += self.headers.ready.eq((partly | open_first) & (~last_beat | may_finish))
        taken = self.headers.valid & self.headers.ready
        complete = taken & last_beat
        with m.If(taken):
            m.d.sync += [
                self.beat.eq(Mux(last_beat, 0, self.beat + 1)),
                first_beat.eq(last_beat),
                last_beat.eq((self._beats == 1) | (self.beat == self._beats - 2)),
            ]
            with m.If(first_beat):
                m.d.sync += loading.eq(self.headers.payload)

        # Ages. `valid` samples still have junctions to pass, `train` ones still updates to make.
        valid = [Signal(name=f"valid_age{age}") for age in range(1, junctions + 1)]
        train = [Signal(name=f"train_age{age}") for age in range(1, oldest + 1)]
        exponents = [
            Signal(header["rate_exponent"].shape, name=f"rate_exponent_age{age}", reset_less=True)
            for age in range(1, oldest + 1)
        ]
        labels = [
            Signal(header["label"].shape, name=f"label_age{age}", reset_less=True)
            for age in range(1, junctions + 1)
        ]
        pending = Signal()
        waiting: Value = valid[0] & 0
        for flag in valid[:-1]:
            waiting |= flag
        if schedule.training:
            for flag in train[:-1]:
                waiting |= flag
        # A register, as it decides about every age at once: it follows a clock after a step, and
        # the next step comes two clocks after one at the earliest, but for a period of one clock.
        domain = m.d.sync if schedule.period > 1 else m.d.comb
        domain += pending.eq(waiting)
        drain_step = self.drain & ~partly & pending & may_start
        step = Signal()
        m.d.comb += step.eq(complete | drain_step)
        with m.If(step):
            m.d.sync += [
                timer.eq(schedule.period - 2),
                valid[0].eq(complete),
                labels[0].eq(current.label),
                self.steps.eq(self.steps + 1),
            ]
            for chain in (valid, labels):
                m.d.sync += [new.eq(old) for old, new in pairwise(chain)]
            if schedule.training:
                m.d.sync += [
                    train[0].eq(complete & current.train),
                    exponents[0].eq(current.rate_exponent),
                ]
                for chain in (train, exponents):
                    m.d.sync += [new.eq(old) for old, new in pairwise(chain)]
        with m.Elif(~may_start):
            m.d.sync += timer.eq(timer - 1)
        m.d.sync += [
            self.start.eq(step),
            room.eq(room - complete + self.popped),
        ]
        for i, lag in enumerate(lags, start=1):
            m.d.comb += self.feed[i - 1].eq(valid[i - 1])
            if schedule.training:
                m.d.comb += [
                    self.learn[i - 1].eq(train[i + lag - 1]),
                    self.rate_exponents[i - 1].eq(exponents[i + lag - 1]),
                ]
        m.d.comb += self.label.eq(labels[-1])

        # Everything a step does is done `settle` clocks after its pulse.
        settle = Signal(range(schedule.settle + 1))
        with m.If(step):
            m.d.sync += settle.eq(schedule.settle)
        with m.Elif(settle != 0):
            m.d.sync += settle.eq(settle - 1)
        m.d.comb += self.busy.eq((settle != 0) | pending | partly | self.start)
        return m
