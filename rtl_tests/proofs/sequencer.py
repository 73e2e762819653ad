"""Proofs of hwgen.core.sequencer: no step starts early and no sample loses its age."""

from __future__ import annotations

from functools import partial
from typing import Any

from amaranth.hdl import Mux, Signal

from hwgen.testing.shapes import network
from rtl_tests.proofs.bench import Bench
from rtl_tests.proofs.proof import Broken, Proof
from rtl_tests.proofs.units import Elaborated, Mutation, Units
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.schedule import Schedule

__all__ = ["PROOFS"]

MAX_RATE_EXPONENT = 3


def _schedule(*junctions: tuple[int, ...], training: bool) -> Schedule:
    return Schedule(
        network=network(*junctions, format=(1, 4), hidden="relu"),
        options=CoreOptions(training=training, max_rate_exponent=MAX_RATE_EXPONENT),
    )


def _steps(bench: Bench, units: Units, *, schedule: Schedule, credit: int) -> None:
    """Every input is free, but for one thing: only a sample that is in flight can leave."""
    m = bench.m
    module = units.load("hwgen.core.sequencer", probed=True)
    sequencer = module.Sequencer(schedule, beats=schedule.beats, credit=credit)
    m.submodules.sequencer = Elaborated(sequencer)
    header = bench.free(sequencer.headers.payload.shape().as_shape(), "header")
    valid, drain, popped, hold = (
        bench.free(1, name) for name in ("valid", "drain", "popped", "hold")
    )
    m.d.comb += [
        sequencer.headers.valid.eq(valid),
        sequencer.headers.payload.as_value().eq(header),
        sequencer.drain.eq(drain),
        sequencer.popped.eq(popped),
        sequencer.hold.eq(hold),
    ]
    # What the bench counts by itself: beats of the sample being loaded, and samples in flight.
    taken = Signal(name="taken")
    beats = Signal(range(schedule.beats + 1), name="beats")
    complete = Signal(name="complete")
    flying = Signal(range(credit + 3), name="flying")
    m.d.comb += [
        taken.eq(valid & sequencer.headers.ready),
        complete.eq(taken & (beats == schedule.beats - 1)),
    ]
    with m.If(taken):
        m.d.sync += beats.eq(Mux(complete, 0, beats + 1))
    m.d.sync += flying.eq(flying + complete - popped)
    bench.assume(~popped | (flying != 0))
    bench.check(flying <= credit, "credit")
    bench.check(sequencer.beat == beats, "beat")
    bench.check(~(taken & (beats == 0) & (drain | hold)), "none_taken_while_draining")

    # Steps: P clocks apart, one clock after a sample is complete, or while draining.
    start = sequencer.start
    settle = schedule.settle
    since = bench.clocks_since(start, settle, "since")
    apart = bench.past(since, init=settle)
    bench.check(~start | (apart >= schedule.period - 1), "period")
    was_complete = bench.flag_past(complete, 1)
    drained = bench.flag_past(drain & (beats == 0), 1)
    bench.check(~was_complete | start, "complete_starts")
    bench.check(~start | was_complete | drained, "start_has_a_cause")
    bench.check((since >= settle) | sequencer.busy, "busy_until_settled")
    bench.check((beats == 0) | sequencer.busy, "busy_while_loading")
    probes = units.signals
    bench.lemma(probes["room"] == credit - 1 - flying, "room")
    timer = Mux(since < schedule.period, schedule.period - 2 - since, -1)
    bench.lemma(probes["timer"] == timer, "timer")
    bench.lemma(probes["first_beat"] == (beats == 0), "first_beat")
    bench.lemma(probes["last_beat"] == (beats == schedule.beats - 1), "last_beat")
    bench.lemma(probes["settle"] == settle - since, "settle")
    _ages(bench, units, sequencer, schedule, header=header, complete=complete, beats=beats)


def _ages(
    bench: Bench,
    units: Units,
    sequencer: Any,
    schedule: Schedule,
    *,
    header: Signal,
    complete: Signal,
    beats: Signal,
) -> None:
    """Follow one step, whichever: its sample meets FF and UP of every junction at the right age."""
    m, start = bench.m, sequencer.start
    shape = sequencer.headers.payload.shape()
    # The header counts in the first beat.
    first = Signal(len(header), name="first_header")
    with m.If(beats == 0):
        m.d.sync += first.eq(header)
    current = shape(Mux(beats == 0, header, first))
    lags = schedule.lags
    oldest = max(i + lag for i, lag in enumerate(lags, start=1))
    pick = bench.free(1, "pick")
    picked = Signal(name="picked")
    sample = Signal(name="sample")
    kept = Signal(shape, name="kept")
    chosen = bench.flag_past(pick, 1) & start & ~picked
    with m.If(chosen):
        m.d.sync += picked.eq(1)
    # `sample` and `kept` are what was there in the clock before the picked step's pulse.
    was_sample = bench.flag_past(complete, 1)
    was_kept = shape(bench.past(current.as_value()))
    with m.If(chosen):
        m.d.sync += [sample.eq(was_sample), kept.eq(was_kept)]
    now_sample = Mux(picked, sample, was_sample)
    now_kept = shape(Mux(picked, kept.as_value(), was_kept.as_value()))
    followed = picked | chosen
    # The picked step's sample has age 1 beside its pulse, one more beside every later pulse.
    aged = Signal(range(oldest + 2), name="aged")
    now_age = Signal(range(oldest + 2), name="age")
    m.d.comb += now_age.eq(Mux(chosen, 1, Mux(start & (aged <= oldest), aged + 1, aged)))
    m.d.sync += aged.eq(now_age)
    beside = followed & start
    probes = units.signals
    junctions = len(lags)
    trains = now_sample & now_kept.train
    for i, lag in enumerate(lags, start=1):
        fed = beside & (now_age == i)
        bench.check(~fed | (sequencer.feed[i - 1] == now_sample), f"feed{i}")
        if schedule.training:
            learnt = beside & (now_age == i + lag)
            bench.check(~learnt | (sequencer.learn[i - 1] == trains), f"learn{i}")
            same = sequencer.rate_exponents[i - 1] == now_kept.rate_exponent
            bench.check(~(learnt & trains) | same, f"exponent{i}")
    last = beside & (now_age == junctions) & now_sample
    bench.check(~last | (sequencer.label == now_kept.label), "label")
    waits = (now_sample & (now_age < junctions)) | (trains & (now_age < oldest))
    if not schedule.training:
        waits = now_sample & (now_age < junctions)
    bench.check(~(followed & waits) | sequencer.busy, "busy_while_pending")

    bench.lemma(~followed | (now_age != 0), "age")
    bench.lemma(now_age <= oldest + 1, "age_bound")
    with m.If(beats != 0):
        bench.lemma(probes["loading"] == first, "loading")
    for number in range(1, oldest + 1):
        at = followed & (now_age == number)
        if number <= junctions:
            bench.lemma(~at | (probes[f"valid_age{number}"] == now_sample), f"valid{number}")
            same = probes[f"label_age{number}"] == now_kept.label
            bench.lemma(~(at & now_sample) | same, f"label{number}")
        if schedule.training:
            bench.lemma(~at | (probes[f"train_age{number}"] == trains), f"train{number}")
            same = probes[f"rate_exponent_age{number}"] == now_kept.rate_exponent
            bench.lemma(~(at & trains) | same, f"exponent{number}")


_TRAINING = ((2, 2, 1, 2), (2, 2, 2, 2))
_MODULE = "hwgen.core.sequencer"
_CLAIM = (
    "steps start P clocks apart, one clock after a sample's last beat or while draining; at most "
    "`credit` samples are in flight; a sample meets FF and UP of junction i with age i and i + m_i"
)
PROOFS = [
    Proof(
        name="sequencer_training",
        claim=_CLAIM,
        shape="2-2-2, P = 8, m = (5, 2), 2 beats, credit 3; any inputs",
        depth=4,
        build=partial(_steps, schedule=_schedule(*_TRAINING, training=True), credit=3),
        broken=(
            Broken(
                "the period one clock short",
                Mutation(_MODULE, "timer.eq(schedule.period - 2)", "timer.eq(schedule.period - 3)"),
            ),
            Broken(
                "a sample beyond the credit",
                Mutation(
                    _MODULE,
                    "self._credit, 1)), init=self._credit - 1",
                    "self._credit + 1, 1)), init=self._credit",
                ),
                60,
            ),
            Broken(
                "UP one step early",
                Mutation(_MODULE, "eq(train[i + lag - 1])", "eq(train[i + lag - 2])"),
                60,
            ),
        ),
    ),
    Proof(
        name="sequencer_inference",
        claim=_CLAIM,
        shape="4-3 (inference), P = 3, 2 beats, credit 9; any inputs",
        depth=4,
        build=partial(_steps, schedule=_schedule((4, 3, 3, 4), training=False), credit=9),
        broken=(
            Broken(
                "a sample taken while draining",
                Mutation(
                    _MODULE, "open_first = ~self.drain & ~self.hold", "open_first = ~self.hold"
                ),
            ),
        ),
    ),
]
