"""The parameter port: one request at a time, while the core is idle."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from hwgen.core.parameter_port import ParameterPort
from hwgen.testing.shapes import network
from hwgen.testing.simulation import simulator
from software_ref.connections.rewire_options import RewireOptions
from software_ref.plan.ports import CorePorts
from software_ref.plan.schedule import ACCESS_ANSWER, ACCESS_CHECK, Schedule

SCHEDULE = Schedule(network=network((12, 4, 2, 4), (4, 6, 3, 2), (6, 3, 2, 3)))
UNEVEN = Schedule(network=network((6, 6, 2, 3), (6, 2, 1, 3)))
"""Neurons of junction 1 have two edges and its rows three: one neuron ends in a row, or two."""
CLAIM = 2
"""Clocks from a request to its being taken by an idle core."""
FIELDS = ("write", "junction", "bias", "row", "lane", "data", "address")
MOVING = Schedule(
    network=replace(
        network((4, 4, 1, 2), (4, 2, 1, 4), kind="free"), rewire=RewireOptions(junctions=(1,))
    )
)
"""Junction 1 has two rows of two words to write; those of junction 2 are the first and only."""


@dataclass
class Record:
    """What one run showed."""

    taken: list[int] = field(default_factory=list)
    answers: list[tuple[int, int, int]] = field(default_factory=list)
    """Clock, value, error."""
    accesses: list[tuple[int, int, tuple[int, ...]]] = field(default_factory=list)
    working: list[int] = field(default_factory=list)
    ready: list[int] = field(default_factory=list)
    write: list[int] = field(default_factory=list)
    request: list[tuple[int, ...]] = field(default_factory=list)


def run(
    requests: list[tuple[int, ...]],
    clocks: int,
    *,
    latency: int,
    idle: np.ndarray | None = None,
    take: np.ndarray | None = None,
    schedule: Schedule = SCHEDULE,
) -> Record:
    """Offer requests; junction j's read data is 100 j plus the clock, modulo 128, plus 1."""
    port = ParameterPort(schedule, latency)
    junctions = len(schedule.timing)
    fields = FIELDS[: len(requests[0])]
    record = Record()

    async def bench(ctx) -> None:
        queue = list(requests)
        for clock in range(clocks):
            ctx.set(port.idle, 1 if idle is None else int(idle[clock]))
            ctx.set(port.requests.valid, bool(queue))
            if queue:
                for name, value in zip(fields, queue[0], strict=True):
                    ctx.set(port.requests.payload[name], value)
            ctx.set(port.values.ready, 1 if take is None else int(take[clock]))
            for j in range(junctions):
                ctx.set(port.read_data[j], (100 * j + clock) % 128 + 1)
            record.working.append(ctx.get(port.working))
            record.ready.append(ctx.get(port.requests.ready))
            record.write.append(ctx.get(port.request.write))
            record.request.append(tuple(ctx.get(port.request[name]) for name in fields))
            if ctx.get(port.access):
                record.accesses.append((clock, ctx.get(port.access), record.request[-1]))
            if ctx.get(port.values.valid) and ctx.get(port.values.ready):
                answer = ctx.get(port.values.payload)
                record.answers.append((clock, answer.value, answer.error))
            if queue and record.ready[-1]:
                record.taken.append(clock)
                queue.pop(0)
            await ctx.tick()

    simulation = simulator(port)
    simulation.add_testbench(bench)
    simulation.run()
    return record


def places(schedule: Schedule) -> set[tuple[int, int, int, int]]:
    """Junction, bias, row and lane of every parameter."""
    weights = {
        (junction, 0, *divmod(edge, timing.shape.parallelism))
        for junction, timing in enumerate(schedule.timing)
        for edge in range(timing.shape.weights)
    }
    biases = {
        (junction, 1, *timing.layout.finish_place(neuron))
        for junction, timing in enumerate(schedule.timing)
        for neuron in range(timing.shape.right)
    }
    return weights | biases


def random_requests(seed: int, count: int) -> list[tuple[int, ...]]:
    rng = np.random.default_rng(seed)
    there = sorted(places(SCHEDULE))
    return [
        (int(rng.integers(2)), *there[rng.integers(len(there))], int(rng.integers(-2048, 2048)))
        for _ in range(count)
    ]


@pytest.mark.parametrize("latency", [1, 5, 12])
def test_a_request_reaches_its_junction_and_keeps_still_for_the_latency(latency: int) -> None:
    requests = random_requests(latency, 20)
    record = run(requests, 20 * (latency + 8), latency=latency)
    assert len(record.taken) == 20
    for taken, request, access, answer in zip(
        record.taken, requests, record.accesses, record.answers, strict=True
    ):
        junction = request[1]
        assert access == (taken + ACCESS_CHECK, 1 << junction, request)
        done = taken + ACCESS_CHECK + latency
        assert record.request[taken + 1 : done + 1] == [request] * (done - taken)
        # The junction's read data is there `latency` clocks after the access pulse.
        clock = done + ACCESS_ANSWER
        assert answer == (clock, (100 * junction + clock) % 128 + 1, 0)
    assert set(np.diff(record.taken)) == {ACCESS_CHECK + latency + ACCESS_ANSWER + 1 + CLAIM}


def test_the_write_flag_is_low_between_requests() -> None:
    latency = 4
    requests = [(1, 0, 0, 1, 2, 7), (0, 1, 1, 0, 0, 0), (1, 2, 0, 3, 0, -9)]
    record = run(requests, 50, latency=latency)
    writing = set()
    for taken, (write, *_) in zip(record.taken, requests, strict=True):
        if write:
            writing |= set(range(taken + 1, taken + ACCESS_CHECK + latency + 1))
    assert {clock for clock, flag in enumerate(record.write) if flag} == writing


@pytest.mark.parametrize("schedule", [SCHEDULE, UNEVEN], ids=["even", "uneven"])
def test_a_request_for_a_place_without_a_parameter_is_refused_and_reaches_no_junction(
    schedule: Schedule,
) -> None:
    ports = CorePorts.of(schedule)
    requests = [
        (write, junction, bias, row, lane, -1)
        for write in (0, 1)
        for junction in range(1 << ports.junction_width)
        for bias in (0, 1)
        for row in range(1 << ports.row_width)
        for lane in range(1 << ports.lane_width)
    ]
    there = places(schedule)
    record = run(requests, len(requests) * 8, latency=1, schedule=schedule)
    assert len(record.answers) == len(requests)
    refused = [request[1:5] not in there for request in requests]
    assert [bool(error) for *_, error in record.answers] == refused
    assert [value == 0 for _, value, _ in record.answers] == refused
    reached = [request for request, wrong in zip(requests, refused, strict=True) if not wrong]
    assert [request for *_, request in record.accesses] == reached
    assert [one_hot for _, one_hot, _ in record.accesses] == [1 << each[1] for each in reached]
    clocks = np.subtract([clock for clock, *_ in record.answers], record.taken)
    assert set(clocks) == {ACCESS_CHECK + 1 + ACCESS_ANSWER}


def test_addresses_lie_where_they_can_be_written_and_nowhere_else() -> None:
    ports = CorePorts.of(MOVING)
    requests = [
        (1, junction, bias, row, lane, 0, address)
        for junction in (0, 1)
        for bias in (0, 1)
        for row in range(1 << ports.row_width)
        for lane in range(1 << ports.lane_width)
        for address in (0, 1)
    ]
    there = {(*place, 0) for place in places(MOVING)}
    there |= {(0, 0, row, memory, 1) for row in (0, 1) for memory in (0, 1)}
    record = run(requests, len(requests) * 8, latency=1, schedule=MOVING)
    refused = [(*each[1:5], each[6]) not in there for each in requests]
    assert [bool(error) for *_, error in record.answers] == refused
    reached = [request for request, wrong in zip(requests, refused, strict=True) if not wrong]
    assert [request for *_, request in record.accesses] == reached


def test_nothing_is_taken_while_the_core_works() -> None:
    rng = np.random.default_rng(8)
    idle = rng.random(1500) < 0.3
    record = run(random_requests(9, 20), 1500, latency=3, idle=idle)
    assert len(record.taken) == 20
    assert all(idle[clock] for clock in record.taken)
    assert not any(ready and not idle[clock] for clock, ready in enumerate(record.ready))


def test_it_is_working_from_the_claim_for_a_request_until_its_answer_is_taken() -> None:
    requests = [(0, 1, 0, 0, 0, 0), (1, 0, 0, 0, 0, 5)]
    latency, patience = 3, 6
    take = np.zeros(40, dtype=np.int64)
    wait = ACCESS_CHECK + latency + ACCESS_ANSWER
    answer = CLAIM + wait
    take[answer + patience :] = 1
    record = run(requests, 40, latency=latency, take=take)
    # The first answer waits; the second request comes the clock after it has gone.
    between = answer + patience + 1
    assert record.taken == [CLAIM, between + CLAIM]
    written = record.taken[1] + wait
    assert [clock for clock, *_ in record.answers] == [answer + patience, written]
    expected = [1] * (written + 1) + [0] * (40 - written - 1)
    expected[0] = expected[between] = 0  # the clocks that see the requests
    assert record.working == expected


def test_a_core_that_took_a_sample_at_last_goes_first() -> None:
    idle = np.array([1, 1, 0, 0, 1, 1, 1, *[1] * 20])
    record = run([(1, 0, 0, 0, 0, 5)], len(idle), latency=3, idle=idle)
    assert record.working[:7] == [0, 1, 1, 0, 0, 1, 1]
    assert record.taken == [4 + CLAIM]
