"""The step sequencer: pulses at most once a period, ages of samples, drain, credit and stalls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest

from hwgen.core.sequencer import Sequencer
from hwgen.testing.shapes import network
from hwgen.testing.simulation import simulator
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.ports import CorePorts
from software_ref.plan.schedule import Schedule

NETWORKS = {
    "L1": network((4, 6, 3, 1)),
    "L2": network((12, 4, 2, 4), (4, 3, 3, 2)),
    "L3": network((8, 4, 2, 8), (4, 6, 3, 2), (6, 3, 2, 3)),
}


@dataclass(frozen=True)
class Sample:
    """What comes with a sample."""

    label: int
    train: int
    rate_exponent: int


@dataclass
class Step:
    """What the hardware shows beside one start pulse."""

    clock: int
    feed: int
    learn: int
    exponents: list[int]
    label: int


@dataclass
class Record:
    """What one run showed, clock by clock."""

    steps: list[Step] = field(default_factory=list)
    entered: dict[int, Sample] = field(default_factory=dict)
    """Samples by the clock of their last beat."""
    busy: list[int] = field(default_factory=list)
    ready: list[int] = field(default_factory=list)
    beat: list[int] = field(default_factory=list)
    counted: int = 0


Control = Callable[[int], int]


def random_samples(seed: int, schedule: Schedule, count: int) -> list[Sample]:
    rng = np.random.default_rng(seed)
    labels = schedule.network.layers[-1]
    top = schedule.options.max_rate_exponent + 1
    return [
        Sample(int(rng.integers(labels)), int(rng.integers(4) > 0), int(rng.integers(top)))
        for _ in range(count)
    ]


def run(
    schedule: Schedule,
    samples: list[Sample],
    clocks: int,
    *,
    beats: int | None = None,
    credit: int = 50,
    valid: Control = lambda clock: 1,
    drain: Control = lambda clock: 0,
    hold: Control = lambda clock: 0,
    popped: Control = lambda clock: 1,
) -> Record:
    """Offer samples beat by beat; `popped` is ignored where no sample waits to be popped."""
    beats = beats or schedule.beats
    sequencer = Sequencer(schedule, beats=beats, credit=credit)
    header = CorePorts.of(schedule).header
    rng = np.random.default_rng(0)
    record = Record()

    def items() -> Iterator[tuple[Sample, int]]:
        for sample in samples:
            yield from ((sample, beat) for beat in range(beats))

    async def bench(ctx) -> None:
        queue = items()
        item = next(queue, None)
        waiting = 0
        for clock in range(clocks):
            offered = item is not None and bool(valid(clock))
            if item is not None:
                sample, beat = item
                for each in header.fields:
                    # The header counts with the first beat alone.
                    value = int(rng.integers(2**each.bits))
                    if beat == 0:
                        value = getattr(sample, each.name)
                    ctx.set(sequencer.headers.payload[each.name], value)
            ctx.set(sequencer.headers.valid, offered)
            ctx.set(sequencer.drain, int(drain(clock)))
            ctx.set(sequencer.hold, int(hold(clock)))
            pop = waiting > 0 and bool(popped(clock))
            ctx.set(sequencer.popped, pop)
            waiting -= pop
            record.busy.append(ctx.get(sequencer.busy))
            record.ready.append(ctx.get(sequencer.headers.ready))
            record.beat.append(ctx.get(sequencer.beat))
            if ctx.get(sequencer.start):
                training = schedule.training
                record.steps.append(
                    Step(
                        clock=clock,
                        feed=ctx.get(sequencer.feed),
                        learn=ctx.get(sequencer.learn) if training else 0,
                        exponents=[
                            ctx.get(sequencer.rate_exponents[i])
                            for i in range(len(schedule.timing) if training else 0)
                        ],
                        label=ctx.get(sequencer.label),
                    )
                )
            if offered and record.ready[-1]:
                sample, beat = item
                assert record.beat[-1] == beat
                if beat == beats - 1:
                    record.entered[clock] = sample
                    waiting += 1
                item = next(queue, None)
            record.counted = ctx.get(sequencer.steps)
            await ctx.tick()

    simulation = simulator(sequencer)
    simulation.add_testbench(bench)
    simulation.run()
    return record


def check_steps(schedule: Schedule, record: Record) -> None:
    """Section 3: junction i feeds the sample of step S - i, and learns from that of S - i - m_i."""
    starts = [step.clock for step in record.steps]
    assert all(b - a >= schedule.period for a, b in pairwise(starts))
    assert record.counted == len(starts)
    after_last = len(record.busy)
    assert {clock + 1 for clock in record.entered} <= {*starts, after_last}
    sequence = [record.entered.get(clock - 1) for clock in starts]  # None: a step without a sample
    for number, step in enumerate(record.steps, start=1):

        def sample_of(age: int, number: int = number) -> Sample | None:
            return sequence[number - age] if number >= age else None

        for i, lag in enumerate(schedule.lags, start=1):
            fed, learnt = sample_of(i), sample_of(i + lag)
            assert step.feed >> i - 1 & 1 == (fed is not None)
            if not schedule.training:
                continue
            learns = learnt is not None and learnt.train == 1
            assert step.learn >> i - 1 & 1 == learns
            if learns:
                assert step.exponents[i - 1] == learnt.rate_exponent
        fed = sample_of(len(schedule.lags))
        if fed is not None:
            assert step.label == fed.label


def steps_to_finish(schedule: Schedule, samples: list[Sample]) -> int:
    """Steps after the last sample's own that its junctions, and updates, still need."""
    last = len(samples)
    finish = last + len(schedule.lags) - 1
    for number, sample in enumerate(samples):
        if sample.train and schedule.training:
            finish = max(finish, *(number + i + m for i, m in enumerate(schedule.lags, start=1)))
    return finish - last


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", NETWORKS)
def test_at_full_rate_a_step_starts_every_period(name: str, training: bool) -> None:
    schedule = Schedule(network=NETWORKS[name], options=CoreOptions(training=training))
    samples = random_samples(1, schedule, 12)
    record = run(schedule, samples, 14 * schedule.period + schedule.beats)
    check_steps(schedule, record)
    starts = [step.clock for step in record.steps]
    assert list(record.entered.values()) == samples
    assert np.diff(starts).tolist() == [schedule.period] * 11
    assert starts[0] == schedule.beats  # one clock after the last beat


@pytest.mark.parametrize("beats", ["one", "period"])
def test_a_sample_may_take_one_beat_or_the_whole_period(beats: str) -> None:
    schedule = Schedule(network=NETWORKS["L2"])
    count = 1 if beats == "one" else schedule.period
    record = run(schedule, random_samples(2, schedule, 8), 12 * schedule.period, beats=count)
    check_steps(schedule, record)
    assert np.diff([step.clock for step in record.steps]).tolist() == [schedule.period] * 7


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", NETWORKS)
def test_stalls_hold_back_steps_and_change_nothing_else(name: str, training: bool) -> None:
    schedule = Schedule(network=NETWORKS[name], options=CoreOptions(training=training))
    rng = np.random.default_rng(3)
    clocks = 60 * schedule.period
    rate = np.where(np.arange(clocks) // (4 * schedule.period) % 2, 0.15, 0.9)
    valid = rng.random(clocks) < rate
    drain = rng.random(clocks) < 0.02
    hold = rng.random(clocks) < 0.05
    pops = rng.random(clocks) < 0.2
    samples = random_samples(4, schedule, 200)
    record = run(
        schedule,
        samples,
        clocks,
        credit=4,
        valid=valid.__getitem__,
        drain=drain.__getitem__,
        hold=hold.__getitem__,
        popped=pops.__getitem__,
    )
    check_steps(schedule, record)
    assert len(record.entered) > 8
    assert list(record.entered.values()) == samples[: len(record.entered)]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_drain_runs_just_the_steps_that_finish_the_last_samples(
    name: str, training: bool
) -> None:
    schedule = Schedule(network=NETWORKS[name], options=CoreOptions(training=training))
    period = schedule.period
    for trains in ((1, 1, 1), (1, 0, 0), (0, 0, 0), (0, 0, 1)):
        samples = [Sample(0, train, 1) for train in trains]
        extra = steps_to_finish(schedule, samples)
        done = (len(samples) + extra + 2) * period + schedule.beats + schedule.settle
        from_clock = len(samples) * period + schedule.beats

        record = run(
            schedule, samples, done, drain=lambda clock, first=from_clock: int(clock >= first)
        )
        check_steps(schedule, record)
        assert len(record.steps) == len(samples) + extra
        last = record.steps[-1].clock
        # Busy from the first beat until everything that the last step does is done.
        assert record.busy[1 : last + schedule.settle] == [1] * (last + schedule.settle - 1)
        assert record.busy[last + schedule.settle :] == [0] * (done - last - schedule.settle)


def test_a_partly_loaded_sample_is_finished_before_a_drain() -> None:
    schedule = Schedule(network=NETWORKS["L2"])
    samples = random_samples(5, schedule, 5)
    beats = 4
    record = run(schedule, samples, 300, beats=beats, drain=lambda clock: int(clock >= 2))
    check_steps(schedule, record)
    assert list(record.entered.values()) == samples[:1]
    assert not any(
        ready and not beat for ready, beat in list(zip(record.ready, record.beat, strict=True))[2:]
    )


def test_no_step_of_a_drain_comes_between_the_beats_of_a_sample() -> None:
    """Not even with samples in flight, and however long its next beat takes to come."""
    schedule = Schedule(network=NETWORKS["L2"])
    beats, late = 4, 10 * schedule.period
    record = run(
        schedule,
        random_samples(8, schedule, 2),
        20 * schedule.period,
        beats=beats,
        valid=lambda clock: int(clock < beats + 2 or clock >= late),
        drain=lambda clock: int(clock >= beats + 2),
    )
    check_steps(schedule, record)
    first, second = record.entered
    assert (first, second) == (beats - 1, late + 1)
    assert [step.clock for step in record.steps][:2] == [first + 1, second + 1]


def test_a_hold_keeps_samples_out_but_lets_one_that_has_begun_in() -> None:
    schedule = Schedule(network=NETWORKS["L2"])
    record = run(
        schedule, random_samples(6, schedule, 4), 200, beats=4, hold=lambda clock: int(clock >= 2)
    )
    assert list(record.entered) == [3]
    assert not any(record.ready[4:])
    opened = run(
        schedule, random_samples(6, schedule, 4), 200, beats=4, hold=lambda clock: int(clock < 9)
    )
    assert next(iter(opened.entered)) == 9 + 3
    assert len(opened.entered) == 4


@pytest.mark.parametrize("credit", [1, 3])
def test_no_more_samples_than_the_credit_wait_to_be_popped(credit: int) -> None:
    schedule = Schedule(network=NETWORKS["L2"])
    period = schedule.period
    samples = random_samples(7, schedule, 10)
    stuck = run(schedule, samples, 12 * period, credit=credit, popped=lambda clock: 0)
    check_steps(schedule, stuck)
    assert len(stuck.entered) == credit
    first_pop = 8 * period
    freed = run(
        schedule, samples, 12 * period, credit=credit, popped=lambda clock: int(clock == first_pop)
    )
    check_steps(schedule, freed)
    assert len(freed.entered) == credit + 1
    # The clock after the pop is the first that may take the last beat.
    assert list(freed.entered)[-1] == first_pop + 1


def test_an_untouched_sequencer_is_idle() -> None:
    record = run(Schedule(network=NETWORKS["L2"]), [], 20)
    assert not any(record.busy)
    assert record.steps == []
    assert all(record.ready)
