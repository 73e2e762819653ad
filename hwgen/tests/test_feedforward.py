"""The feedforward unit: s, a and h' against DESIGN.md section 2, and its tables for every s."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.feedforward import Feedforward
from hwgen.tests.numerics import all_signed, overflows, random_signed, rnd, sat
from hwgen.tests.rows import edges_of, finishing
from hwgen.tests.shapes import SHAPES, identify, network, random_shapes, start_clocks
from hwgen.tests.simulation import play, pulses
from software_ref.activation import sigmoid_derivative_table, sigmoid_table
from software_ref.network import Network
from software_ref.timing import JunctionTiming

FORMATS = [(3, 8), (1, 4), (5, 7), (3, 2)]
FLUSH = 12
"""Clocks for the saturation counter to see the last row."""


def activate(timing: JunctionTiming, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """a and h' (a flag for ReLU) of pre-activations."""
    fmt, activation = timing.network.format, timing.network.activation
    if timing.last or activation.hidden == "sigmoid":
        return (
            sigmoid_table(fmt)[s - fmt.min_raw],
            sigmoid_derivative_table(fmt)[s - fmt.min_raw],
        )
    cap = fmt.max_raw
    if activation.relu_cap is not None:
        cap = int(np.floor(activation.relu_cap * fmt.one + 0.5))
    return np.clip(s, 0, cap), ((s > 0) & (s <= cap)).astype(np.int64)


def check_steps(timing: JunctionTiming, *, dsp: bool, seed: int, scale: float) -> None:
    """Feed random operands through a few steps; compare every finishing neuron."""
    shape, fmt = timing.shape, timing.network.format
    z, rows, d_in = shape.parallelism, shape.rows, shape.in_degree
    rng = np.random.default_rng([seed, z, rows])
    starts = start_clocks(rng, 4, rows, first=0)
    bias_after = 1 + timing.totals - timing.operands
    answer = 1 + timing.activated - timing.operands
    clocks = starts[-1] + rows + answer + FLUSH
    largest = timing.network.activation_maximum(timing.junction - 1)
    feed = rng.integers(0, 2, clocks)
    feed[starts[1]] = 1
    weights = (random_signed(rng, fmt.width, (clocks, z)) * scale).astype(np.int64)
    activations = rng.integers(0, largest + 1, (clocks, z))
    activations[rng.random((clocks, z)) < 0.3] = largest
    biases = random_signed(rng, fmt.width, (clocks, timing.layout.finishing))
    unit = Feedforward(timing, dsp=dsp)
    derivatives = timing.training and not timing.last
    shown = play(
        unit,
        {
            "start": pulses(clocks, starts),
            "feed": feed,
            "weights": weights,
            "activations": activations,
            "biases": biases,
        },
        ["values", "saturations", *(["derivatives"] if derivatives else [])],
    )
    saturated = 0
    for start in starts:
        products = weights * activations
        edges = np.concatenate([products[start + 1 + row] for row in range(rows)])
        sums = edges.reshape(shape.right, d_in).sum(axis=1)
        assert len(edges) == len(edges_of(shape, 0)) * rows
        for row in range(rows):
            neurons = finishing(shape, row)
            count = len(neurons)
            bias = biases[start + bias_after + row, :count]
            exact = rnd(sums[neurons] + bias * 2**fmt.fraction, fmt.fraction)
            a, slope = activate(timing, sat(exact, fmt.width))
            clock = start + answer + row
            assert shown["values"][clock, :count].tolist() == a.tolist()
            if derivatives:
                assert shown["derivatives"][clock, :count].tolist() == slope.tolist()
            saturated += int(feed[start]) * int(overflows(exact, fmt.width).sum())
    assert shown["saturations"][-1] == saturated


@pytest.mark.parametrize("numbers", [*SHAPES, *random_shapes(seed=21, count=5)], ids=identify)
@pytest.mark.parametrize("last", [True, False], ids=["last", "hidden"])
def test_finishing_neurons_of_every_row(numbers: tuple[int, ...], last: bool) -> None:
    place = sum(numbers)
    right = numbers[1]
    following = () if last else ((right, 1, 1, right),)
    net = network(numbers, *following, format=FORMATS[place % len(FORMATS)])
    scale = (1.0, 0.1)[place % 2]
    check_steps(JunctionTiming(network=net, junction=1), dsp=bool(last), seed=place, scale=scale)


@pytest.mark.parametrize("cap", [None, 0.75])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("numbers", [(12, 4, 2, 4), (10, 10, 3, 10)], ids=identify)
def test_relu_layers(numbers: tuple[int, ...], training: bool, cap: float | None) -> None:
    right = numbers[1]
    net = network(numbers, (right, right, 2, right), hidden="relu", relu_cap=cap, format=(3, 6))
    for junction in (1, 2):  # the second reads ReLU activations, the wider ones
        timing = JunctionTiming(network=net, junction=junction, training=training)
        check_steps(timing, dsp=not training, seed=junction, scale=0.2)


def bench_of_biases(net: Network, training: bool) -> dict[str, np.ndarray]:
    """What an activation of zero gives for every bias: one edge a neuron, so s is the bias."""
    timing = JunctionTiming(network=net, junction=1, training=training)
    lanes = timing.shape.parallelism
    raws = all_signed(net.format.width).reshape(-1, lanes)
    answer = 1 + timing.activated - timing.operands
    bias_after = 1 + timing.totals - timing.operands
    clocks = len(raws) + answer
    biases = np.zeros((clocks, lanes), dtype=np.int64)
    biases[bias_after : bias_after + len(raws)] = raws
    zeros = np.zeros((clocks, lanes), dtype=np.int64)
    unit = Feedforward(timing, dsp=False)
    names = [name for name in ("values", "derivatives") if name in unit.signature.members]
    shown = play(
        unit,
        {
            "start": pulses(clocks, range(len(raws))),
            "weights": zeros,
            "activations": zeros,
            "biases": biases,
        },
        names,
    )
    return {name: table[answer:].ravel() for name, table in shown.items()}


@pytest.mark.parametrize("format", [(3, 8), (1, 4), (3, 2), (9, 2), (1, 12), (5, 8)])
def test_every_pre_activation_gives_its_table_entries(format: tuple[int, int]) -> None:
    net = network((16, 16, 1, 16), (16, 1, 1, 16), format=format)
    shown = bench_of_biases(net, training=True)
    assert shown["values"].tolist() == sigmoid_table(net.format).tolist()
    assert shown["derivatives"].tolist() == sigmoid_derivative_table(net.format).tolist()


def test_the_output_layer_and_an_inference_core_have_no_derivatives() -> None:
    one_layer = network((16, 16, 1, 16))
    hidden = network((16, 16, 1, 16), (16, 1, 1, 16))
    expected = sigmoid_table(one_layer.format).tolist()
    for net, training in ((one_layer, True), (one_layer, False), (hidden, False)):
        shown = bench_of_biases(net, training)
        assert list(shown) == ["values"]
        assert shown["values"].tolist() == expected


@pytest.mark.parametrize(
    ("format", "cap", "cap_raw"),
    [((3, 8), None, 2047), ((3, 8), 1.0, 256), ((1, 4), 0.0625, 1), ((5, 6), 31.99, 2047)],
)
def test_every_pre_activation_of_a_relu(
    format: tuple[int, int], cap: float | None, cap_raw: int
) -> None:
    net = network((16, 16, 1, 16), (16, 1, 1, 16), format=format, hidden="relu", relu_cap=cap)
    shown = bench_of_biases(net, training=True)
    raws = all_signed(net.format.width)
    assert shown["values"].tolist() == np.clip(raws, 0, cap_raw).tolist()
    assert shown["derivatives"].tolist() == [int(0 < s <= cap_raw) for s in raws.tolist()]
