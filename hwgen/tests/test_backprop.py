"""The backpropagation unit: exact sums of w delta over out-edges, in place, whatever the depth."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.backprop import Backprop
from hwgen.tests.numerics import random_signed
from hwgen.tests.shapes import identify, network, start_clocks
from hwgen.tests.simulation import play, pulses
from software_ref.connections.clash_free import generate_pattern
from software_ref.network import Network
from software_ref.schedule import Schedule

# Junction 2 after a small junction 1; D from 1 to 6, as the loop has to forward three rows back.
SHAPES = [
    (4, 6, 3, 4),  # D = 1
    (1, 3, 3, 1),  # D = 1, one left neuron
    (6, 6, 3, 3),  # D = 2
    (6, 4, 2, 2),  # D = 3, three edges a right neuron
    (8, 4, 1, 2),  # d_out = 1, D = 4
    (5, 4, 4, 1),  # z = 1, D = 5, fully connected
    (12, 4, 2, 4),  # straddling rows
    (15, 10, 2, 5),
    (12, 6, 3, 2),  # D = 6
    (10, 10, 3, 10),
]


def two_junctions(numbers: tuple[int, ...], last: bool, **options: object) -> Network:
    """A network whose junction 2 has the given shape, as its last or followed by another."""
    left, right, *_ = numbers
    following = () if last else ((right, 2, 2, right),)
    return network((left, left, 1, 1), numbers, *following, **options)


def check_sums(net: Network, *, dsp: bool, seed: int) -> None:
    """Sum up four samples, two of them back to back, and fetch every sum once it is ready."""
    schedule = Schedule(network=net)
    timing, shape = schedule.timing[1], net.junctions[1]
    pattern = generate_pattern(shape, net.connections)
    z, depth, rows = shape.parallelism, shape.depth, shape.rows
    group = timing.layout.group
    rng = np.random.default_rng([seed, *net.layers])
    # A fetch may come as soon as the sum is readable, so its steps are numbered ahead.
    ahead = schedule.lags[0] - 1 - schedule.lags[1]
    assert ahead >= 0
    reads = start_clocks(rng, 4, rows, first=ahead + 2)
    latency = timing.error_latency
    fetch_latency = schedule.timing[0].fetch_plan.read_latency
    clocks = reads[-1] + rows + latency + fetch_latency + 1

    order = pattern.words.transpose(0, 2, 1).reshape(rows, z)
    words = rng.integers(0, depth, (clocks, z))
    sweeps = rng.integers(0, shape.out_degree, clocks)
    weights = random_signed(rng, net.format.width, (clocks, z), corners=0.4)
    deltas = random_signed(rng, timing.delta_width, (clocks, timing.layout.groups), corners=0.4)
    if timing.last:  # an output delta lies in [-1, 1]
        deltas = np.clip(deltas, -net.format.one, net.format.one)
    fetch_words = rng.integers(0, depth, (clocks, z))
    sums = []
    for read in reads:
        words[read : read + rows] = order
        sweeps[read : read + rows] = np.arange(rows) // depth
        products = weights * np.repeat(deltas, group, axis=1)
        operands = read + timing.operands
        errors = np.zeros(shape.left, dtype=np.int64)
        np.add.at(errors, pattern.left_neurons, products[operands : operands + rows].ravel())
        sums.append(errors)
        fetch_words[read + rows - depth + latency : read + rows + latency] = order[-depth:]
    # Each memory's words of the last sweep, the clock after they are written.
    fetches = [*range(ahead), *(read + rows - depth + latency - 1 for read in reads)]
    shown = play(
        Backprop(schedule, 2, pattern, dsp=dsp),
        {
            "start": pulses(clocks, [read - 1 for read in reads]),
            "words": words,
            "sweep": sweeps,
            "weights": weights,
            "deltas": deltas,
            "fetch_start": pulses(clocks, fetches),
            "fetch_words": fetch_words,
        },
        ["errors"],
    )["errors"]
    memories = np.arange(z)
    for read, errors in zip(reads, sums, strict=True):
        for cycle in range(depth):
            clock = read + rows - depth + cycle + latency
            expected = errors[order[rows - depth + cycle] * z + memories]
            assert shown[clock + fetch_latency].tolist() == expected.tolist()


@pytest.mark.parametrize("last", [True, False], ids=["last", "hidden"])
@pytest.mark.parametrize("numbers", SHAPES, ids=identify)
def test_sums_are_readable_error_latency_after_their_last_row(
    numbers: tuple[int, ...], last: bool
) -> None:
    place = SHAPES.index(numbers)
    kind = ("seed_per_sweep", "free")[place % 2]
    net = two_junctions(numbers, last, kind=kind, format=((3, 8), (1, 4))[last])
    check_sums(net, dsp=last, seed=1)


@pytest.mark.parametrize("numbers", [SHAPES[0], SHAPES[6], SHAPES[8], SHAPES[9]], ids=identify)
def test_products_find_their_memories_through_the_crossbar(numbers: tuple[int, ...]) -> None:
    check_sums(two_junctions(numbers, False, dither=True), dsp=False, seed=2)


def test_the_largest_sum_fits() -> None:
    net = two_junctions((4, 6, 6, 2), False, format=(1, 4))
    schedule = Schedule(network=net)
    timing = schedule.timing[1]
    largest = 6 * net.format.min_raw**2
    assert largest < 2 ** (timing.left_error_width - 1)
    assert schedule.timing[0].error_width == timing.left_error_width
