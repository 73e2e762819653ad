"""The schedule: its published formulas, and that no memory access ever meets another."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from math import ceil, gcd
from pathlib import Path

import numpy as np
import pytest

from software_ref.activation import Activation
from software_ref.connections.options import KINDS, ConnectionOptions
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.network_file import read_network_file
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.schedule import LOAD_WRITE, Queue, Schedule
from software_ref.tests.schedule_events import Plan, all_accesses, collisions

ROOT = Path(__file__).parents[3]


def random_network(seed: int, *, largest: int = 8, weights: int = 80) -> Network:
    """A legal network of one to four junctions, with few enough weights to enumerate."""
    rng = np.random.default_rng([seed, 77])
    while True:
        layers = [int(n) for n in rng.integers(1, largest + 1, rng.integers(2, 6))]
        degrees, parallelism = [], []
        for left, right in pairwise(layers):
            unit = right // gcd(left, right)
            degrees.append(unit * int(rng.integers(1, right // unit + 1)))
            parallelism.append(int(rng.choice([z for z in range(1, left + 1) if left % z == 0])))
        relu = bool(rng.integers(2))
        try:
            network = Network(
                layers=tuple(layers),
                out_degree=tuple(degrees),
                parallelism=tuple(parallelism),
                format=FixedFormat(integer=int(rng.integers(1, 8)), fraction=8),
                activation=Activation(hidden="relu" if relu else "sigmoid"),
                connections=ConnectionOptions(
                    kind=str(rng.choice([*KINDS])), dither=bool(rng.integers(2))
                ),
            )
        except ValueError:
            continue  # too many neurons finish per clock
        if network.weights <= weights:
            return network


def pulses_of(schedule: Schedule, rng: np.random.Generator | None) -> list[int]:
    """Start pulses of enough steps to fill every queue twice: a period apart, or with gaps."""
    plan = Plan.of(schedule)
    steps = max(i + lag for i, lag in enumerate(schedule.lags, start=1))
    steps += max(plan.banks.values()) + 4
    gaps = np.zeros(steps, dtype=np.int64)
    if rng is not None:
        gaps = rng.integers(0, 4, steps) * (rng.random(steps) < 0.5)
        long = rng.random(steps) < 0.2
        gaps[long] = rng.integers(0, 4 * schedule.period + schedule.settle, long.sum())
    return [int(clock) for clock in 1000 + np.arange(steps) * schedule.period + np.cumsum(gaps)]


def check(schedule: Schedule, plan: Plan | None = None, seed: int | None = None) -> list[str]:
    """Collisions under a plan, with pulses a period apart or, given a seed, with gaps."""
    rng = None if seed is None else np.random.default_rng(seed)
    pulses = pulses_of(schedule, rng)
    early = [True] * len(pulses) if rng is None else (rng.random(len(pulses)) < 0.5).tolist()
    return collisions(all_accesses(schedule, plan or Plan.of(schedule), pulses, early))


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize("seed", range(20))
def test_no_access_ever_meets_another(seed: int, training: bool) -> None:
    schedule = Schedule(network=random_network(seed), options=CoreOptions(training=training))
    assert check(schedule) == []
    assert check(schedule, seed=seed) == []


def network_of(*junctions: tuple[int, int, int, int]) -> Network:
    """A network of shapes (left, right, out_degree, parallelism)."""
    return Network(
        layers=(*(left for left, *_ in junctions), junctions[-1][1]),
        out_degree=tuple(degree for _, _, degree, _ in junctions),
        parallelism=tuple(z for *_, z in junctions),
    )


@pytest.mark.parametrize(
    "network",
    [
        network_of((64, 1, 1, 64)),  # deep adder trees, one row
        network_of((32, 32, 1, 32), (32, 2, 1, 32)),
        network_of((40, 4, 1, 2), (4, 4, 1, 1), (4, 3, 3, 4)),  # the later junctions mostly idle
        network_of((2, 20, 20, 1), (20, 2, 1, 20)),
        network_of((129, 2, 2, 1), (2, 2, 2, 2)),  # block RAM
    ],
)
def test_no_access_ever_meets_another_in_lopsided_networks(network: Network) -> None:
    schedule = Schedule(network=network, options=CoreOptions(max_rate_exponent=31))
    assert check(schedule) == []
    assert check(schedule, seed=1) == []


# Networks whose numbers are as small as they can be, so that each of them can be shown to matter.
THREE = network_of((12, 6, 3, 6), (6, 4, 2, 3), (4, 3, 3, 4))
TWO = network_of((8, 8, 4, 4), (8, 4, 4, 4))


@pytest.mark.parametrize(
    ("network", "key"),
    [
        *((THREE, ("activations", i)) for i in (1, 3)),
        (TWO, ("activations", 2)),
        *((THREE, ("queue", i)) for i in (1, 2, 3)),
        *((THREE, ("errors", i)) for i in (2, 3)),
    ],
)
def test_one_bank_less_would_be_overwritten(network: Network, key: tuple[str, int]) -> None:
    schedule = Schedule(network=network)
    plan = Plan.of(schedule)
    banks = {**plan.banks, key: plan.banks[key] - 1}
    smaller = dataclasses.replace(plan, banks=banks)
    found = check(schedule, smaller) or check(schedule, smaller, seed=1)
    assert found
    assert all(f"('{key[0]}', {key[1]}, " in line for line in found)


@pytest.mark.parametrize(("network", "junction"), [(THREE, 2), (THREE, 3), (TWO, 1)])
def test_one_step_less_of_lag_would_read_deltas_too_early(network: Network, junction: int) -> None:
    schedule = Schedule(network=network)
    plan = Plan.of(schedule)
    lags = [lag - (i == junction) for i, lag in enumerate(plan.lags, start=1)]
    assert check(schedule, dataclasses.replace(plan, lags=tuple(lags)))


@pytest.mark.parametrize("junction", [2, 3])
def test_two_clocks_less_of_offset_would_read_activations_too_early(junction: int) -> None:
    # The published sigma has one clock to spare: it counts C rows where the last is read at C - 1.
    schedule = Schedule(network=THREE)
    plan = Plan.of(schedule)
    for fewer, collides in ((1, False), (2, True)):
        reads = [clock - fewer * (i == junction) for i, clock in enumerate(plan.row_read, start=1)]
        found = check(schedule, dataclasses.replace(plan, row_read=tuple(reads)))
        assert bool(found) == collides


def test_steps_closer_than_the_period_would_use_a_port_twice() -> None:
    schedule = Schedule(network=network_of((12, 6, 3, 2)))
    plan = Plan.of(schedule)
    assert schedule.period == schedule.network.block_cycle == 18
    closer = [1000 + 17 * step for step in range(12)]
    found = collisions(all_accesses(schedule, plan, closer, [False] * 12))
    assert any("port used twice" in line for line in found)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_offsets_and_lags_follow_the_designs_formulas(seed: int, training: bool) -> None:
    network = random_network(seed, largest=40, weights=10**6)
    schedule = Schedule(network=network, options=CoreOptions(training=training))
    timing, last = schedule.timing, len(network.junctions)
    updates = [t.update_latency for t in timing]
    period = schedule.period
    assert period == max(network.block_cycle, *updates)
    if not training:
        assert updates == [1] * last
        assert period == network.block_cycle
    rows = [junction.rows for junction in network.junctions]
    sigma = [0]
    for i in range(last - 1):
        sigma.append(max(0, sigma[i] + timing[i].activation_latency - (period - rows[i])))
    assert list(schedule.offsets) == sigma
    if not training:
        assert schedule.lags == (0,) * last
        return
    # lB and lc: to the error (or output delta) readable, and to the lanes of the rows it is for.
    early = [t.fetch - t.operands for t in timing]
    made = rows[-1] + timing[-1].activation_latency + timing[-1].output_delta_latency + early[-1]
    lags = [ceil(made / period)]
    for i in reversed(range(last - 1)):
        wait = sigma[i + 1] - sigma[i] + rows[i + 1] + timing[i + 1].error_latency + early[i]
        lags.insert(0, 1 + lags[0] + ceil(wait / period))
    assert list(schedule.lags) == lags
    assert all(a > b for a, b in pairwise(lags))


def test_the_original_network_trains_a_sample_every_32_clocks() -> None:
    schedule = Schedule(network=read_network_file(ROOT / "examples/mnist_original.toml").network)
    assert (schedule.period, schedule.lags) == (32, (5, 2))
    assert schedule.offsets == (0, schedule.timing[0].activation_latency)
    assert (schedule.beat_features, schedule.beats) == (32, 32)


def test_small_networks_wait_for_their_updates() -> None:
    schedule = Schedule(network=network_of((4, 4, 1, 4)))
    (timing,) = schedule.timing
    assert schedule.network.block_cycle == 1
    # Row read 1, multiplier 4 (9-bit activations), rate shift 1, subtract, saturate, write.
    assert schedule.period == timing.update_latency == 1 + 4 + 1 + 2 + 1
    assert Schedule(network=schedule.network, options=CoreOptions(training=False)).period == 1


@pytest.mark.parametrize("seed", range(60))
def test_a_queue_has_the_fewest_banks_that_pulses_can_never_defeat(seed: int) -> None:
    rng = np.random.default_rng(seed)
    period = int(rng.integers(1, 20))
    write_step, read_step = 0, int(rng.integers(0, 6))
    write_clock, read_clock = (int(clock) for clock in rng.integers(0, 60, 2))
    queue = Queue(
        write_step=write_step,
        write_clock=write_clock,
        read_step=read_step,
        read_clock=read_clock,
    )

    def safe(banks: int) -> bool:
        """Whether sample K is written after the last read of sample 0, however pulses come."""
        ahead = write_step + banks - read_step
        if ahead < 0:  # an earlier step's write: a stall may delay the read at will
            return False
        return ahead * period + write_clock > read_clock

    banks = queue.banks(period)
    assert safe(banks)
    # At the same step the write must come later in it; one bank more never hurts.
    assert banks == 1 or not safe(banks - 1)
    assert safe(banks + 1)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_queues_know_their_first_write_and_their_last_read(seed: int, training: bool) -> None:
    schedule = Schedule(network=random_network(seed), options=CoreOptions(training=training))
    # For a sample n, accesses by s and by clocks after the pulse of step n + s.
    writes: dict[tuple[str, int], set[tuple[int, int]]] = {}
    reads: dict[tuple[str, int], set[tuple[int, int]]] = {}
    for access in all_accesses(schedule, Plan.of(schedule), [1000], [False]):
        kind, junction, *_ = access.memory
        if kind in ("activations", "queue", "errors") and access.mark is not None:
            found = writes if access.write else reads
            place = (access.step - access.mark[0], access.clock - 1000)
            found.setdefault((str(kind), int(junction)), set()).add(place)
    writes["activations", 1] = {(0, LOAD_WRITE)}  # beats come when they like from there on
    for i, timing in enumerate(schedule.timing, start=1):
        queues = {("activations", i): schedule.activation_queue(i - 1)}
        if training:
            queues["queue", i] = schedule.derivative_queue(i)
        if training and not timing.last:
            queues["errors", i + 1] = schedule.error_queue(i)
        for key, queue in queues.items():
            assert (queue.write_step, queue.write_clock) == min(writes[key])
            step, clock = max(reads[key])
            assert queue.read_step == step
            # In a step's last row activations are read in any case, deltas where a neuron starts.
            most = 0 if key[0] == "activations" else timing.shape.in_degree
            assert 0 <= queue.read_clock - clock <= most


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_everything_a_step_does_is_done_before_it_settles(seed: int, training: bool) -> None:
    schedule = Schedule(network=random_network(seed), options=CoreOptions(training=training))
    pulses = pulses_of(schedule, None)
    accesses = all_accesses(schedule, Plan.of(schedule), pulses, [False] * len(pulses))
    latest = max(access.clock - pulses[access.step - 1] for access in accesses)
    assert latest < schedule.settle
    # The prediction is the last thing that an inference step does.
    last = schedule.timing[-1]
    compared = last.activated + (last.layout.finishing - 1).bit_length() + 1
    assert schedule.row_read(last.junction) + last.shape.rows + compared < schedule.settle


@pytest.mark.parametrize("seed", range(20))
def test_every_junction_starts_after_the_pulse(seed: int) -> None:
    schedule = Schedule(network=random_network(seed, largest=30, weights=10**6))
    for timing in schedule.timing:
        read = schedule.row_read(timing.junction)
        assert read >= timing.lead >= timing.addresses.latency
        assert read - timing.fetch_before_read >= 2  # a scan's start pulse to its first row


@pytest.mark.parametrize("seed", range(20))
def test_beats_are_the_narrowest_that_load_a_sample_in_a_period(seed: int) -> None:
    schedule = Schedule(network=random_network(seed, largest=40, weights=10**6))
    first = schedule.network.junctions[0]
    fitting = [
        features
        for features in range(1, first.parallelism + 1)
        if first.parallelism % features == 0 and first.left // features <= schedule.period
    ]
    assert schedule.beat_features == fitting[0]
    assert schedule.beats == first.left // fitting[0]
