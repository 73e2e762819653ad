"""The parameter port: one request at a time, while the core is idle."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from hwgen.core.parameter_port import ParameterPort
from hwgen.testing.shapes import network
from hwgen.testing.simulation import simulator
from software_ref.plan.schedule import Schedule

SCHEDULE = Schedule(network=network((12, 4, 2, 4), (4, 6, 3, 2), (6, 3, 2, 3)))
CLAIM = 2
"""Clocks from a request to its being taken by an idle core."""
FIELDS = ("write", "junction", "bias", "row", "lane", "data")


@dataclass
class Record:
    """What one run showed."""

    taken: list[int] = field(default_factory=list)
    answers: list[tuple[int, int]] = field(default_factory=list)
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
) -> Record:
    """Offer requests; junction j's read data is 100 j plus the clock, modulo 128."""
    port = ParameterPort(SCHEDULE, latency)
    record = Record()

    async def bench(ctx) -> None:
        queue = list(requests)
        for clock in range(clocks):
            ctx.set(port.idle, 1 if idle is None else int(idle[clock]))
            ctx.set(port.requests.valid, bool(queue))
            if queue:
                for name, value in zip(FIELDS, queue[0], strict=True):
                    ctx.set(port.requests.payload[name], value)
            ctx.set(port.values.ready, 1 if take is None else int(take[clock]))
            for j in range(3):
                ctx.set(port.read_data[j], (100 * j + clock) % 128)
            record.working.append(ctx.get(port.working))
            record.ready.append(ctx.get(port.requests.ready))
            record.write.append(ctx.get(port.request.write))
            record.request.append(tuple(ctx.get(port.request[name]) for name in FIELDS))
            if ctx.get(port.access):
                record.accesses.append((clock, ctx.get(port.access), record.request[-1]))
            if ctx.get(port.values.valid) and ctx.get(port.values.ready):
                record.answers.append((clock, ctx.get(port.values.payload)))
            if queue and record.ready[-1]:
                record.taken.append(clock)
                queue.pop(0)
            await ctx.tick()

    simulation = simulator(port)
    simulation.add_testbench(bench)
    simulation.run()
    return record


def random_requests(seed: int, count: int) -> list[tuple[int, ...]]:
    rng = np.random.default_rng(seed)
    limits = (2, 3, 2, 6, 4)
    return [
        (*(int(rng.integers(limit)) for limit in limits), int(rng.integers(-2048, 2048)))
        for _ in range(count)
    ]


@pytest.mark.parametrize("latency", [1, 5, 12])
def test_a_request_reaches_its_junction_and_keeps_still_for_the_latency(latency: int) -> None:
    requests = random_requests(latency, 20)
    record = run(requests, 20 * (latency + 6), latency=latency)
    assert len(record.taken) == 20
    answers = list(record.answers)
    for taken, request, access in zip(record.taken, requests, record.accesses, strict=True):
        write, junction, *_ = request
        assert access == (taken + 1, 1 << junction, request)
        done = taken + 1 + latency
        assert record.request[taken + 1 : done + 1] == [request] * (latency + 1)
        if not write:
            # The junction's read data is there `latency` clocks after the access pulse.
            clock, value = answers.pop(0)
            assert clock == done + 1
            assert value == (100 * junction + clock) % 128
    assert not answers
    spans = np.diff(record.taken)
    for (write, *_), span in zip(requests, spans, strict=False):
        assert span == latency + 4 + (not write)


def test_the_write_flag_is_low_between_requests() -> None:
    latency = 4
    requests = [(1, 0, 0, 1, 2, 7), (0, 1, 1, 0, 1, 0), (1, 2, 0, 3, 0, -9)]
    record = run(requests, 40, latency=latency)
    writing = set()
    for taken, (write, *_) in zip(record.taken, requests, strict=True):
        if write:
            writing |= set(range(taken + 1, taken + 1 + latency + 1))
    assert {clock for clock, flag in enumerate(record.write) if flag} == writing


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
    answer = CLAIM + 1 + latency + 1
    take[answer + patience :] = 1
    record = run(requests, 40, latency=latency, take=take)
    # The first answer waits; the second request comes the clock after it has gone.
    assert record.taken == [CLAIM, answer + patience + 1 + CLAIM]
    assert [clock for clock, _ in record.answers] == [answer + patience]
    written = record.taken[1] + latency + 2
    between = answer + patience + 1
    expected = [1] * written + [0] * (40 - written)
    expected[0] = expected[between] = 0  # the clocks that see the requests
    assert record.working == expected


def test_a_core_that_took_a_sample_at_last_goes_first() -> None:
    idle = np.array([1, 1, 0, 0, 1, 1, 1, *[1] * 20])
    record = run([(1, 0, 0, 0, 0, 5)], len(idle), latency=3, idle=idle)
    assert record.working[:7] == [0, 1, 1, 0, 0, 1, 1]
    assert record.taken == [4 + CLAIM]
