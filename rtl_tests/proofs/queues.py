"""Proofs on a whole core: no queue loses a word, and every read meets the sample it is meant for.

The core is the real one, with its sequencer, timelines, routers and bank counters. One step is
looked at, whichever: in it some sample is written into a bank, which must then stay that sample's
until the update has read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from amaranth.hdl import Const, Mux, Signal, Value

from hwgen.core.design import CoreDesign
from hwgen.testing.shapes import network
from rtl_tests.proofs.bench import Bench
from rtl_tests.proofs.proof import Broken, Proof
from rtl_tests.proofs.units import Elaborated, Mutation, Units
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions

__all__ = ["PROOFS"]


@dataclass(frozen=True)
class BankCounter:
    """A bank counter as the core made it."""

    start: Value
    bank: Value
    banks: int
    first: int


@dataclass(frozen=True)
class Access:
    """One port of a queue: the counter of its bank, and when that counter gets its pulses."""

    counter: BankCounter
    delay: int
    """Clocks from the step's start pulse to the counter's."""
    step: int
    """Step, counted from the sample's number, in which this port meets the sample."""
    rows: int = 0
    """Rows read, from the clock after the counter's pulse on."""


class Core:
    """A core, its bank counters, and the write enables of its activation queues."""

    def __init__(self, bench: Bench, units: Units, net: Network):
        m = bench.m
        scan = units.load("hwgen.parts.scan")
        self.counters: dict[str, list[dict[str, BankCounter]]] = {}
        self.enables: list[Value] = []
        schedules = units.load("software_ref.plan.schedule")
        sequencers = units.load("hwgen.core.sequencer", probed=True)
        activation = units.load("hwgen.storage.activation_queue")
        neuron = units.load("hwgen.storage.neuron_queue")
        backprop = units.load("hwgen.units.backprop")
        for owner, module in (
            ("activation", activation),
            ("neuron", neuron),
            ("error", backprop),
        ):
            module.bank_counter = partial(self._counter, owner, scan.bank_counter)
        junction = units.load("hwgen.core.junction")
        junction.ActivationQueue = self._recorded(activation.ActivationQueue)
        core_module = units.load("hwgen.core.network")
        made: list[Any] = []

        def sequencer(*arguments: Any, **options: Any) -> Any:
            made.append(sequencers.Sequencer(*arguments, **options))
            return made[0]

        core_module.Sequencer = sequencer
        self.schedule = schedules.Schedule(network=net, options=CoreOptions(max_rate_exponent=1))
        design = CoreDesign(network=net, options=CoreOptions(max_rate_exponent=1))
        parameters = [
            junction.JunctionParameters(
                pattern=pattern,
                weights=weights.tolist(),
                biases=biases.tolist(),
                dsp=dsp,
            )
            for pattern, weights, biases, dsp in zip(
                design.patterns,
                design.parameters.weights,
                design.parameters.biases,
                design.dsp,
                strict=True,
            )
        ]
        core = core_module.NetworkCore(self.schedule, parameters)
        m.submodules.core = Elaborated(core)
        self.start: Value = made[0].start
        m.d.comb += [
            core.samples.valid.eq(bench.free(1, "valid")),
            core.samples.payload.as_value().eq(
                bench.free(core.samples.payload.shape().as_shape(), "sample")
            ),
            core.predictions.ready.eq(bench.free(1, "ready")),
            core.parameter_requests.valid.eq(bench.free(1, "request_valid")),
            core.parameter_requests.payload.as_value().eq(
                bench.free(core.parameter_requests.payload.shape().as_shape(), "request")
            ),
            core.parameter_values.ready.eq(bench.free(1, "value_ready")),
            core.drain.eq(bench.free(1, "drain")),
        ]
        period = self.schedule.period
        since = bench.clocks_since(self.start, period, "since")
        left = Mux(since < period, period - 2 - since, -1)
        bench.lemma(units.signals["timer"] == left, "timer")
        apart = bench.past(since, init=period)
        bench.check(~self.start | (apart >= period - 1), "period")

    def _counter(
        self, owner: str, make: Callable[..., Value], m: Any, start: Value, *rest: Any
    ) -> Value:
        banks, first, name = rest
        name = name.rstrip("0123456789")  # of the first few memories, which are all here
        bank = make(m, start, banks, first, name)
        owned = self.counters.setdefault(owner, [])
        if not owned or name in owned[-1]:
            owned.append({})
        owned[-1][name] = BankCounter(start, bank, banks, first)
        return bank

    def _recorded(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """Like the class, and keeps the write enables of the components it makes."""

        def made(*arguments: Any, **options: Any) -> Any:
            component = make(*arguments, **options)
            self.enables.append(component.enables != 0)
            return component

        return made


def _queue(bench: Bench, units: Units, *, net: Network, kind: str, number: int) -> None:
    """The queue of that kind in junction `number`; errors are those that the junction fetches."""
    core = Core(bench, units, net)
    schedule = core.schedule
    timing, lag = schedule.timing[number - 1], schedule.lags[number - 1]
    row_read, rows = schedule.row_read(number), timing.shape.rows
    fetch = row_read - timing.fetch_before_read - 1
    if kind == "activation":
        counters = core.counters[kind][number - 1]
        written = 0
        if number > 1:
            left = schedule.timing[number - 2]
            written = schedule.row_read(number - 1) + left.activation_latency - 2
        write = Access(counters["write"], written, number - 1)
        writing = core.enables[number - 1]
        reads = [
            Access(counters["feed"], row_read - 1, number, rows),
            Access(counters["learn"], row_read - 1, number + lag, rows),
        ]
    elif kind == "neuron":
        counters = core.counters[kind][number - 1]
        written = row_read + timing.activated + (1 if timing.last else 0)
        write = Access(counters["write"], written, number)
        writing = _in_rows(bench, counters["write"], rows)
        reads = [Access(counters["read"], fetch, number + lag, rows)]
    else:
        counters = core.counters[kind][number - 1]
        right, right_lag = schedule.timing[number], schedule.lags[number]
        written = schedule.row_read(number + 1) + right.error_latency - 2
        write = Access(counters["write"], written, number + 1 + right_lag)
        writing = _in_rows(bench, counters["write"], right.shape.rows)
        reads = [Access(counters["fetch"], fetch, number + lag, rows)]
    _one_queue(bench, core.start, "queue", write=write, writing=writing, reads=reads)


def _in_rows(bench: Bench, counter: BankCounter, rows: int) -> Value:
    """Whether a row may be written: `rows` clocks, from the clock after the counter's pulse on."""
    since = bench.clocks_since(counter.start, rows + 1, "row_written")
    return (since >= 1) & (since <= rows)


def _one_queue(
    bench: Bench, start: Value, name: str, *, write: Access, writing: Value, reads: list[Access]
) -> None:
    m = bench.m
    banks = write.counter.banks
    for number, access in enumerate((write, *reads)):
        pulse = access.counter.start
        bench.check(pulse == bench.flag_past(start, access.delay), f"{name}_pulse{number}")
    # Steps counted modulo the banks, this clock's included.
    before = Signal(range(banks), name=f"{name}_steps_before")
    steps = Signal(range(banks), name=f"{name}_steps")
    m.d.comb += steps.eq(Mux(start, _next(before, banks), before))
    m.d.sync += before.eq(steps)
    bench.lemma(before < banks, f"{name}_steps")
    for number, access in enumerate((write, *reads)):
        counter = access.counter
        past = bench.past(steps, access.delay + 1, init=0)
        shown = counter.bank == _later(past, counter.first - 1, banks)
        bench.lemma(shown, f"{name}_bank{number}")

    # Look at one step: `age` counts the steps since, `own` is the bank its sample is written to.
    pick = bench.free(1, f"{name}_pick")
    oldest = reads[-1].step - write.step
    picked = Signal(name=f"{name}_picked")
    chosen = start & pick & ~picked & bench.started
    m.d.sync += picked.eq(picked | chosen)
    followed = picked | chosen
    aged = Signal(range(oldest + 2), name=f"{name}_aged")
    age = Signal(range(oldest + 2), name=f"{name}_age")
    later = start & picked & (aged <= oldest)
    m.d.comb += age.eq(Mux(chosen, 0, Mux(later, aged + 1, aged)))
    m.d.sync += aged.eq(age)
    kept = Signal(range(banks), name=f"{name}_kept")
    own = Signal(range(banks), name=f"{name}_own")
    current = _later(steps, write.counter.first - 1, banks)
    m.d.comb += own.eq(Mux(chosen, current, kept))
    m.d.sync += kept.eq(own)
    bench.lemma(age <= oldest + 1, f"{name}_age")
    for number in range(oldest + 1):
        same = _later(own, number, banks) == current
        bench.lemma(~followed | (age != number) | same, f"{name}_own{number}")
    bench.lemma(own < banks, f"{name}_own")

    def passed(step_age: int, clocks: int, label: str) -> Value:
        """Whether more than `clocks` clocks went by since the start pulse of that age."""
        pulse = start & followed & (age == step_age) & (Const(step_age != 0) | chosen)
        since = bench.clocks_since(pulse, clocks + 1, f"{name}_{label}")
        return followed & (age >= step_age) & (since == clocks + 1)

    begun = passed(0, write.delay, "begun")
    ended = passed(1, write.delay, "ended")
    others, mine = begun & ended & writing, begun & ~ended & writing
    bench.check(~mine | (write.counter.bank == own), f"{name}_written_to_its_bank")
    for number, access in enumerate(reads):
        step_age = access.step - write.step
        reading = passed(step_age, access.delay, f"read{number}")
        done = passed(step_age, access.delay + access.rows, f"done{number}")
        now = reading & ~done
        bench.check(~now | (access.counter.bank == own), f"{name}_read_from_its_bank{number}")
        bench.check(~(now & mine), f"{name}_written_before_read{number}")
        if access is reads[-1]:
            clash = others & ~done & (write.counter.bank == own)
            bench.check(~clash, f"{name}_not_overwritten")


def _later(bank: Value, steps: int, banks: int) -> Value:
    """(bank + steps) mod banks, for a constant."""
    steps %= banks
    return Mux(bank >= banks - steps, bank - (banks - steps), bank + steps) if steps else bank


def _next(bank: Signal, banks: int) -> Value:
    return Mux(bank == banks - 1, 0, bank + 1)


SMALL = network((2, 2, 1, 2), (2, 2, 2, 2), format=(1, 4), hidden="relu")
ROWS = network((4, 4, 2, 1), (4, 4, 2, 1), format=(1, 4), hidden="relu")


def _proof(kind: str, number: int, net: Network, shape: str, depth: int, *broken: Broken) -> Proof:
    return Proof(
        name=f"{kind}_queue_{number}_of_{shape.partition(' ')[0].replace('-', '_')}",
        claim=f"{kind}s of junction {number}: a bank belongs to one sample from its first write to "
        "its last read; every port reads the bank of its step's sample, after it was written",
        shape=f"{shape}, the whole core, any inputs",
        depth=depth,
        build=partial(_queue, net=net, kind=kind, number=number),
        broken=broken,
    )


_ONE_BANK_LESS = Broken(
    "a bank too few",
    Mutation(
        "software_ref.plan.schedule",
        "self.read_step - self.write_step + max",
        "self.read_step - self.write_step - 1 + max",
    ),
    56,
)
_WRONG_BANK = Broken(
    "FF one bank too far",
    Mutation("hwgen.storage.activation_queue", 'first, f"feed{part}"', 'first + 1, f"feed{part}"'),
    36,
)
_SMALL = "2-2-2 z 2, 2 (P = 8, C = 1, 2)"
PROOFS = [
    _proof("activation", 1, SMALL, _SMALL, 20, _WRONG_BANK),
    _proof("activation", 2, SMALL, _SMALL, 30, _ONE_BANK_LESS),
    _proof("neuron", 1, SMALL, _SMALL, 26),
    _proof("neuron", 2, SMALL, _SMALL, 30),
    _proof("error", 1, SMALL, _SMALL, 22),
]
