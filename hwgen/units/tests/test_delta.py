"""The delta unit: sat(rnd(e h', 2f)) of every right neuron, at all the lanes of its edges."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.testing.numerics import overflows, random_signed, rnd, sat
from hwgen.testing.rows import edges_of, finishing, starting
from hwgen.testing.shapes import SHAPES, identify, network, random_shapes, start_clocks
from hwgen.testing.simulation import play, pulses
from hwgen.units.delta import DeltaUnit
from software_ref.network import Network
from software_ref.plan.timing import SCAN_LEAD, JunctionTiming

FLUSH = 12
"""Clocks for the saturation counter to see the last row."""


def check_steps(net: Network, seed: int) -> None:
    """Fetch the deltas of a few steps, some without a sample to learn from."""
    timing = JunctionTiming(network=net, junction=1)
    shape, layout, fmt = timing.shape, timing.layout, net.format
    rows, right, slots = shape.rows, shape.right, layout.finishing
    rng = np.random.default_rng([seed, right, rows])
    starts = start_clocks(rng, 5, rows, first=0)
    clocks = starts[-1] + SCAN_LEAD + timing.fetch + rows + FLUSH
    learn = rng.integers(0, 2, clocks)
    learn[starts[0]], learn[starts[1]] = 1, 0
    banks = 0 if timing.last else net.junctions[1].parallelism
    queued = timing.widths.delta if timing.last else timing.widths.derivative
    relu = net.activation.hidden == "relu"
    inputs = {
        "start": pulses(clocks, starts),
        "learn": learn,
        "starting": rng.integers(0, 2**queued, (clocks, slots)),
    }
    if banks:
        inputs["errors"] = random_signed(rng, timing.widths.error, (clocks, banks))

    expected_lanes = np.zeros((clocks, layout.groups), dtype=np.int64)
    expected_finishing: dict[tuple[int, int], int] = {}
    addresses: list[tuple[int, int, int]] = []
    saturated = 0
    read = timing.memories.fetched.read_latency
    for start in starts:
        first = start + SCAN_LEAD
        if timing.last:
            delta = np.clip(random_signed(rng, timing.widths.delta, right), -fmt.one, fmt.one)
            held = delta % 2**queued
        else:
            wide = min(fmt.width + fmt.fraction + 2, timing.widths.error)
            errors = random_signed(rng, wide, right)
            largest = 1 if relu else timing.network.activation.function.derivative_maximum(fmt)
            held = rng.integers(0, largest + 1, right)
            exact = rnd(errors * held * (fmt.one if relu else 1), 2 * fmt.fraction)
            delta = sat(exact, fmt.width)
            saturated += int(learn[start]) * int(overflows(exact, fmt.width).sum())
        for row in range(rows):
            for slot, neuron in enumerate(starting(shape, row)):
                inputs["starting"][first + row + read + timing.queue_window, slot] = held[neuron]
                if banks:
                    bank = neuron % banks
                    inputs["errors"][first + row + read, bank] = errors[neuron]
                    addresses.append((first + row, bank, neuron // banks))
            at_lanes = first + timing.fetch + row
            if learn[start]:
                by_lane = [int(delta[edge // shape.in_degree]) for edge in edges_of(shape, row)]
                expected_lanes[at_lanes] = by_lane[:: layout.group]
            for slot, neuron in enumerate(finishing(shape, row)):
                expected_finishing[at_lanes, slot] = int(delta[neuron]) * int(learn[start])

    outputs = ["lanes", "finishing", "saturations", *(["error_words"] if banks else [])]
    shown = play(DeltaUnit(timing), inputs, outputs)
    copies = np.repeat(expected_lanes, timing.copies.deltas, axis=1)
    np.testing.assert_array_equal(shown["lanes"], copies)
    for (clock, slot), value in expected_finishing.items():
        assert shown["finishing"][clock, slot] == value
    for clock, bank, word in addresses:
        assert shown["error_words"][clock, bank] == word
    assert shown["saturations"][-1] == saturated


CASES = [*SHAPES, *random_shapes(seed=41, count=5)]


@pytest.mark.parametrize("numbers", CASES, ids=identify)
def test_hidden_deltas_at_their_lanes(numbers: tuple[int, ...]) -> None:
    left, right, *_ = numbers
    net = network(numbers, (right, 1, 1, right), format=[(3, 8), (1, 4)][left % 2])
    check_steps(net, seed=1)


@pytest.mark.parametrize("numbers", CASES, ids=identify)
def test_output_deltas_at_their_lanes(numbers: tuple[int, ...]) -> None:
    check_steps(network(numbers), seed=2)


@pytest.mark.parametrize(
    "numbers", [(12, 4, 2, 4), (10, 10, 3, 10), (8, 4, 2, 8), (6, 5, 5, 3)], ids=identify
)
def test_relu_deltas_are_errors_or_nothing(numbers: tuple[int, ...]) -> None:
    right = numbers[1]
    check_steps(network(numbers, (right, 3, 3, right), hidden="relu", format=(2, 5)), seed=3)


@pytest.mark.parametrize(
    ("numbers", "banks"),
    [((15, 12, 4, 5), 6), ((16, 32, 4, 8), 16), ((10, 20, 6, 10), 10), ((12, 24, 2, 12), 24)],
)
def test_errors_from_few_or_many_banks(numbers: tuple[int, ...], banks: int) -> None:
    right = numbers[1]
    check_steps(network(numbers, (right, 2, 1, banks), format=(1, 4)), seed=4)
