"""Every memory access of a scheduled core as an event, and the check that no two of them collide.

Step S starts at `pulses[S - 1]`. In it junction i feeds sample S - i forward and learns from sample
S - i - m_i; accesses come at the clocks of JunctionTiming. Every word carries a mark of what wrote
it, so that a read of anything else shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.connections.junction_shape import JunctionShape
from software_ref.plan.row_layout import RowLayout
from software_ref.plan.schedule import LOAD_WRITE, Schedule
from software_ref.plan.timing import JunctionTiming

__all__ = ["Access", "Plan", "all_accesses", "collisions"]

Mark = tuple[int, ...]
PARAMETERS = ("weights", "biases")
"""Memories that hold their initial words until step 1 has written them."""


class Access(NamedTuple):
    """One access of one port of one memory."""

    memory: tuple[str | int, ...]
    clock: int
    write: bool
    port: str
    address: tuple[int, ...]
    mark: Mark | None
    """What is written, or must be read; None where anything may be read."""
    step: int


@dataclass(frozen=True)
class Plan:
    """The numbers on trial, as the schedule gives them or changed."""

    row_read: tuple[int, ...]
    """For each junction, clocks from a start pulse to its first row read."""
    lags: tuple[int, ...]
    banks: Mapping[tuple[str, int], int]
    """By kind of queue and junction (for "activations", the one that reads them)."""

    @classmethod
    def of(cls, schedule: Schedule) -> Plan:
        """The schedule's own numbers."""
        last = len(schedule.timing)
        period = schedule.period
        banks = {
            ("activations", i): schedule.activation_queue(i - 1).banks(period)
            for i in range(1, last + 1)
        }
        if schedule.training:
            for i in range(1, last + 1):
                banks["queue", i] = schedule.derivative_queue(i).banks(period)
            for i in range(1, last):
                banks["errors", i + 1] = schedule.error_queue(i).banks(period)
        rows = tuple(schedule.row_read(i) for i in range(1, last + 1))
        return cls(rows, schedule.lags, banks)


@dataclass(frozen=True)
class _Clocks:
    """The figures of one junction's timing that accesses need, looked up once."""

    shape: JunctionShape
    layout: RowLayout
    last: bool
    activation_written: int
    queue_written: int
    error_written: int
    weight_written: int
    bias_needed: int
    bias_read: int
    fetch_before_read: int

    @classmethod
    def of(cls, timing: JunctionTiming) -> _Clocks:
        """The figures, in clocks from the row read; readable means written a clock before."""
        queue_written = timing.activated + 1
        if timing.last:
            queue_written = timing.activation_latency + timing.output_delta_latency - 1
        return cls(
            shape=timing.shape,
            layout=timing.layout,
            last=timing.last,
            activation_written=timing.activation_latency - 1,
            queue_written=queue_written,
            error_written=timing.error_latency - 1,
            weight_written=timing.weight_written,
            bias_needed=timing.totals,
            bias_read=timing.totals - timing.memories.biases.read_latency,
            fetch_before_read=timing.fetch_before_read,
        )


def starting(shape: JunctionShape, row: int) -> list[int]:
    """Right neurons whose first edge lies in a row."""
    first, z, degree = row * shape.parallelism, shape.parallelism, shape.in_degree
    return [edge // degree for edge in range(first, first + z) if edge % degree == 0]


def finishing(shape: JunctionShape, row: int) -> list[int]:
    """Right neurons whose last edge lies in a row."""
    first, z, degree = row * shape.parallelism, shape.parallelism, shape.in_degree
    return [edge // degree for edge in range(first, first + z) if edge % degree == degree - 1]


def all_accesses(
    schedule: Schedule, plan: Plan, pulses: list[int], early: list[bool]
) -> Iterator[Access]:
    """All accesses; a sample's beats come as soon as they may where `early`, else just in time."""
    yield from _loads(schedule, plan, pulses, early)
    for timing in schedule.timing:
        clocks, i = _Clocks.of(timing), timing.junction
        pattern = generate_pattern(timing.shape, schedule.network.connections)
        for step, pulse in enumerate(pulses, start=1):
            read = pulse + plan.row_read[i - 1]
            fed, learnt = step - i, step - i - plan.lags[i - 1]
            yield from _activation_reads(schedule, plan, pattern, step, read, fed, learnt)
            if not clocks.last:
                yield from _activation_writes(schedule, plan, clocks, step, read, fed)
            if schedule.training:
                yield from _parameters(clocks, step, read)
                yield from _queue(plan, clocks, step, read, fed, learnt)
                if not clocks.last:
                    yield from _fetches(schedule, plan, clocks, step, read, learnt)
                if timing.backpropagates:
                    yield from _sums(plan, clocks, pattern, step, read, learnt)


def _loads(
    schedule: Schedule, plan: Plan, pulses: list[int], early: list[bool]
) -> Iterator[Access]:
    """Beats of sample n, written after the pulse of step n and up to that of step n + 1."""
    z = schedule.network.junctions[0].parallelism
    for sample, end in enumerate(pulses):
        for beat in range(schedule.beats):
            clock = end - (schedule.beats - 1) + beat
            if early[sample] and sample > 0 and beat < schedule.beats - 1:
                clock = pulses[sample - 1] + LOAD_WRITE + beat
            for k in range(schedule.beat_features):
                neuron = beat * schedule.beat_features + k
                address = (sample % plan.banks["activations", 1], neuron // z)
                memory = ("activations", 1, neuron % z)
                yield Access(memory, clock, True, "write", address, (sample, neuron), sample + 1)


def _activation_reads(  # noqa: PLR0917
    schedule: Schedule,
    plan: Plan,
    pattern: ClashFreePattern,
    step: int,
    read: int,
    fed: int,
    learnt: int,
) -> Iterator[Access]:
    shape = pattern.shape
    i = shape.index
    banks = plan.banks["activations", i]
    ports = {"feed": fed} | ({"learn": learnt} if schedule.training else {})
    for port, sample in ports.items():
        for row in range(shape.rows):
            sweep, cycle = divmod(row, shape.depth)
            for v in range(shape.parallelism):
                word = int(pattern.words[sweep, v, cycle])
                mark = (sample, word * shape.parallelism + v)
                address = (sample % banks, word)
                yield Access(("activations", i, v), read + row, False, port, address, mark, step)


def _activation_writes(  # noqa: PLR0917
    schedule: Schedule, plan: Plan, clocks: _Clocks, step: int, read: int, sample: int
) -> Iterator[Access]:
    """Readable `activation_latency` after the row read, so written a clock before."""
    shape = clocks.shape
    i = shape.index
    z = schedule.network.junctions[i].parallelism
    banks = plan.banks["activations", i + 1]
    for row in range(shape.rows):
        clock = read + row + clocks.activation_written
        for neuron in finishing(shape, row):
            memory = ("activations", i + 1, neuron % z)
            address = (sample % banks, neuron // z)
            yield Access(memory, clock, True, "write", address, (sample, neuron), step)


def _parameters(clocks: _Clocks, step: int, read: int) -> Iterator[Access]:
    """Every row and bias of a step must have been written in the step before."""
    shape = clocks.shape
    i = shape.index
    for row in range(shape.rows):
        memory: tuple[str | int, ...] = ("weights", i)
        at = read + row
        yield Access(memory, at, False, "read", (row,), (step - 1,), step)
        yield Access(memory, at + clocks.weight_written, True, "write", (row,), (step,), step)
        neurons = finishing(shape, row)
        if neurons:
            memory = ("biases", i)
            word, _ = clocks.layout.finish_place(neurons[0])
            yield Access(memory, at + clocks.bias_read, False, "read", (word,), (step - 1,), step)
            # Subtract, saturate: written two clocks after the word is there.
            written = at + clocks.bias_needed + 2
            yield Access(memory, written, True, "write", (word,), (step,), step)


def _queue(  # noqa: PLR0917
    plan: Plan, clocks: _Clocks, step: int, read: int, fed: int, learnt: int
) -> Iterator[Access]:
    """h' (or the output delta) by finishing slot, fetched with the first delta of its neuron."""
    shape, slots = clocks.shape, clocks.layout.finishing
    i = shape.index
    banks = plan.banks["queue", i]
    for row in range(shape.rows):
        for neuron in finishing(shape, row):
            clock = read + row + clocks.queue_written
            address = (fed % banks, neuron // slots)
            memory = ("queue", i, neuron % slots)
            yield Access(memory, clock, True, "write", address, (fed, neuron), step)
        for neuron in starting(shape, row):
            clock = read - clocks.fetch_before_read + row
            address = (learnt % banks, neuron // slots)
            memory = ("queue", i, neuron % slots)
            yield Access(memory, clock, False, "read", address, (learnt, neuron), step)


def _fetches(  # noqa: PLR0917
    schedule: Schedule, plan: Plan, clocks: _Clocks, step: int, read: int, sample: int
) -> Iterator[Access]:
    """Finished sums: all d_out edges of the next junction."""
    following = schedule.network.junctions[clocks.shape.index]
    z, banks = following.parallelism, plan.banks["errors", following.index]
    for row in range(clocks.shape.rows):
        clock = read - clocks.fetch_before_read + row
        for neuron in starting(clocks.shape, row):
            memory = ("errors", following.index, neuron % z)
            mark = (sample, neuron, following.out_degree)
            yield Access(memory, clock, False, "fetch", (sample % banks, neuron // z), mark, step)


def _sums(  # noqa: PLR0917
    plan: Plan,
    clocks: _Clocks,
    pattern: ClashFreePattern,
    step: int,
    read: int,
    sample: int,
) -> Iterator[Access]:
    """The read-add-write loop: sums of up to three rows before are forwarded, not read."""
    shape = clocks.shape
    i = shape.index
    banks = plan.banks["errors", i]
    for v in range(shape.parallelism):
        memory = ("errors", i, v)
        row_of: dict[int, int] = {}
        for row in range(shape.rows):
            sweep, cycle = divmod(row, shape.depth)
            word = int(pattern.words[sweep, v, cycle])
            neuron = word * shape.parallelism + v
            address = (sample % banks, word)
            written = read + row + clocks.error_written
            before = row_of.get(word)
            needed = before is not None and row - before > 3
            mark = (sample, neuron, sweep) if needed else None
            yield Access(memory, written - 3, False, "read", address, mark, step)
            yield Access(memory, written, True, "write", address, (sample, neuron, sweep + 1), step)
            row_of[word] = row


def collisions(accesses: Iterator[Access]) -> list[str]:
    """What goes wrong, in order of time; a read in the clock of a write sees the old word."""
    found = []
    words: dict[tuple[object, ...], Mark] = {}
    used: set[tuple[object, ...]] = set()
    for access in sorted(accesses, key=lambda access: (access.clock, access.write)):
        port = (access.memory, access.port, access.clock)
        where = f"{access.memory} {access.port} {access.address} in step {access.step}"
        if port in used:
            found.append(f"{where}: port used twice in clock {access.clock}")
        used.add(port)
        place = (access.memory, access.address)
        if access.write:
            assert access.mark is not None
            words[place] = access.mark
        elif access.mark is not None and access.mark[0] >= (access.memory[0] in PARAMETERS):
            held = words.get(place)
            if held != access.mark:
                found.append(f"{where}: needs {access.mark}, has {held}")
    return found
