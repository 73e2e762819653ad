"""The update unit: w <- sat(w - rnd(a delta, f + k)) for whole rows."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.tests.numerics import overflows, random_signed, rnd, sat
from hwgen.tests.shapes import SHAPES, identify, network, start_clocks
from hwgen.tests.simulation import play, pulses
from hwgen.update import Update
from software_ref.timing import JunctionTiming

FLUSH = 12
"""Clocks for the saturation counter to see the last row."""


def check_steps(timing: JunctionTiming, *, dsp: bool, seed: int, replaced: int = 0) -> None:
    """Update random rows through a few steps, each with its own k; some lanes are replaced."""
    shape, fmt = timing.shape, timing.network.format
    z, rows = shape.parallelism, shape.rows
    rng = np.random.default_rng([seed, z, rows])
    starts = start_clocks(rng, 5, rows, first=0)
    answer = 1 + timing.weight_written - timing.operands
    clocks = starts[-1] + rows + answer + FLUSH
    largest = timing.network.activation_maximum(timing.junction - 1)
    weights = random_signed(rng, fmt.width, (clocks, z), corners=0.5)
    activations = rng.integers(0, largest + 1, (clocks, z))
    deltas = random_signed(rng, timing.delta_width, (clocks, timing.layout.groups))
    exponents = rng.integers(0, timing.max_rate_exponent + 1, clocks)
    exponents[starts[0]], exponents[starts[1]] = 0, timing.max_rate_exponent
    replacement = -7
    shown = play(
        Update(timing, dsp=dsp),
        {
            "start": pulses(clocks, starts),
            "rate_exponent": exponents,
            "weights": weights,
            "activations": activations,
            "deltas": deltas,
            "replace": np.full(clocks, replaced),
            "replacement": np.full(clocks, replacement),
        },
        ["updated", "saturations"],
    )
    lanes_replaced = np.array([replaced >> lane & 1 for lane in range(z)], dtype=bool)
    saturated = 0
    for start in starts:
        k = int(exponents[start])
        for row in range(rows):
            at = start + 1 + row
            step = activations[at] * np.repeat(deltas[at], timing.layout.group)
            exact = weights[at] - rnd(step, fmt.fraction + k)
            expected = np.where(lanes_replaced, replacement, sat(exact, fmt.width))
            assert shown["updated"][start + answer + row].tolist() == expected.tolist()
            saturated += int(overflows(exact, fmt.width).sum())
    assert shown["saturations"][-1] == saturated > 0


@pytest.mark.parametrize("last", [True, False], ids=["last", "hidden"])
@pytest.mark.parametrize("numbers", SHAPES, ids=identify)
def test_every_row_of_every_step(numbers: tuple[int, ...], last: bool) -> None:
    right = numbers[1]
    following = () if last else ((right, 1, 1, right),)
    net = network(numbers, *following, format=((1, 4), (3, 8))[last])
    check_steps(JunctionTiming(network=net, junction=1), dsp=last, seed=last)


@pytest.mark.parametrize("largest", [0, 4, 8, 31])
def test_any_largest_rate_exponent(largest: int) -> None:
    net = network((12, 4, 2, 4), (4, 2, 1, 4))
    timing = JunctionTiming(network=net, junction=1, max_rate_exponent=largest)
    check_steps(timing, dsp=False, seed=largest)


def test_relu_activations_are_as_wide_as_their_cap() -> None:
    net = network((6, 4, 2, 3), (4, 6, 3, 2), hidden="relu")
    check_steps(JunctionTiming(network=net, junction=2), dsp=False, seed=5)


@pytest.mark.parametrize("replaced", [0b0001, 0b1000, 0b0110])
def test_lanes_to_be_replaced_take_the_replacement(replaced: int) -> None:
    net = network((12, 4, 2, 4), (4, 2, 1, 4))
    check_steps(JunctionTiming(network=net, junction=1), dsp=False, seed=6, replaced=replaced)


def test_deltas_of_zero_pass_every_weight_unchanged() -> None:
    net = network((16, 4, 1, 16))
    timing = JunctionTiming(network=net, junction=1)
    fmt = net.format
    raws = np.arange(fmt.min_raw, fmt.max_raw + 1).reshape(-1, 16)
    answer = 1 + timing.weight_written - timing.operands
    clocks = 1 + len(raws) + answer
    weights = np.zeros((clocks, 16), dtype=np.int64)
    weights[1 : 1 + len(raws)] = raws
    rng = np.random.default_rng(7)
    shown = play(
        Update(timing, dsp=True),
        {
            "start": pulses(clocks, range(len(raws))),
            "rate_exponent": rng.integers(0, 8, clocks),
            "weights": weights,
            "activations": rng.integers(0, fmt.one + 1, (clocks, 16)),
        },
        ["updated", "saturations"],
    )
    np.testing.assert_array_equal(shown["updated"][answer : answer + len(raws)], raws)
    assert not shown["saturations"].any()
