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
from software_ref.network import JunctionShape
from software_ref.schedule import LOAD_WRITE, Schedule
from software_ref.timing import JunctionTiming

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
    patterns = [
        generate_pattern(shape, schedule.network.connections)
        for shape in schedule.network.junctions
    ]
    yield from _loads(schedule, plan, pulses, early)
    for timing, pattern in zip(schedule.timing, patterns, strict=True):
        i = timing.junction
        for step, pulse in enumerate(pulses, start=1):
            read = pulse + plan.row_read[i - 1]
            fed, learnt = step - i, step - i - plan.lags[i - 1]
            yield from _activation_reads(schedule, plan, timing, pattern, step, read, fed, learnt)
            if not timing.last:
                yield from _activation_writes(schedule, plan, timing, step, read, fed)
            if schedule.training:
                yield from _parameters(timing, step, read)
                yield from _queue(plan, timing, step, read, fed, learnt)
                if not timing.last:
                    yield from _fetches(schedule, plan, timing, step, read, learnt)
                if timing.backpropagates:
                    yield from _sums(plan, timing, pattern, step, read, learnt)


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
    timing: JunctionTiming,
    pattern: ClashFreePattern,
    step: int,
    read: int,
    fed: int,
    learnt: int,
) -> Iterator[Access]:
    i, shape = timing.junction, timing.shape
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
    schedule: Schedule, plan: Plan, timing: JunctionTiming, step: int, read: int, sample: int
) -> Iterator[Access]:
    """Readable `activation_latency` after the row read, so written a clock before."""
    i = timing.junction
    z = schedule.network.junctions[i].parallelism
    banks = plan.banks["activations", i + 1]
    for row in range(timing.shape.rows):
        clock = read + row + timing.activation_latency - 1
        for neuron in finishing(timing.shape, row):
            memory = ("activations", i + 1, neuron % z)
            address = (sample % banks, neuron // z)
            yield Access(memory, clock, True, "write", address, (sample, neuron), step)


def _parameters(timing: JunctionTiming, step: int, read: int) -> Iterator[Access]:
    """Every row and bias of a step must have been written in the step before."""
    i = timing.junction
    for row in range(timing.shape.rows):
        memory: tuple[str | int, ...] = ("weights", i)
        at = read + row
        yield Access(memory, at, False, "read", (row,), (step - 1,), step)
        yield Access(memory, at + timing.weight_written, True, "write", (row,), (step,), step)
        neurons = finishing(timing.shape, row)
        if neurons:
            memory = ("biases", i)
            word, _ = timing.layout.finish_place(neurons[0])
            needed = at + timing.totals
            address = needed - timing.bias_plan.read_latency
            yield Access(memory, address, False, "read", (word,), (step - 1,), step)
            # Subtract, saturate: written two clocks after the word is there.
            yield Access(memory, needed + 2, True, "write", (word,), (step,), step)


def _queue(  # noqa: PLR0917
    plan: Plan, timing: JunctionTiming, step: int, read: int, fed: int, learnt: int
) -> Iterator[Access]:
    """h' (or the output delta) by finishing slot, fetched with the first delta of its neuron."""
    i, slots = timing.junction, timing.layout.finishing
    banks = plan.banks["queue", i]
    made = timing.activated + 1
    if timing.last:
        made = timing.activation_latency + timing.output_delta_latency - 1
    for row in range(timing.shape.rows):
        for neuron in finishing(timing.shape, row):
            address = (fed % banks, neuron // slots)
            memory = ("queue", i, neuron % slots)
            yield Access(memory, read + row + made, True, "write", address, (fed, neuron), step)
        for neuron in starting(timing.shape, row):
            clock = read - timing.fetch_before_read + row
            address = (learnt % banks, neuron // slots)
            memory = ("queue", i, neuron % slots)
            yield Access(memory, clock, False, "read", address, (learnt, neuron), step)


def _fetches(  # noqa: PLR0917
    schedule: Schedule, plan: Plan, timing: JunctionTiming, step: int, read: int, sample: int
) -> Iterator[Access]:
    """Finished sums: all d_out edges of the next junction."""
    following = schedule.network.junctions[timing.junction]
    z, banks = following.parallelism, plan.banks["errors", following.index]
    for row in range(timing.shape.rows):
        clock = read - timing.fetch_before_read + row
        for neuron in starting(timing.shape, row):
            memory = ("errors", following.index, neuron % z)
            mark = (sample, neuron, following.out_degree)
            yield Access(memory, clock, False, "fetch", (sample % banks, neuron // z), mark, step)


def _sums(  # noqa: PLR0917
    plan: Plan,
    timing: JunctionTiming,
    pattern: ClashFreePattern,
    step: int,
    read: int,
    sample: int,
) -> Iterator[Access]:
    """The read-add-write loop: sums of up to three rows before are forwarded, not read."""
    i, shape = timing.junction, timing.shape
    banks = plan.banks["errors", i]
    for v in range(shape.parallelism):
        memory = ("errors", i, v)
        row_of: dict[int, int] = {}
        for row in range(shape.rows):
            sweep, cycle = divmod(row, shape.depth)
            word = int(pattern.words[sweep, v, cycle])
            neuron = word * shape.parallelism + v
            address = (sample % banks, word)
            written = read + row + timing.error_latency - 1
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
