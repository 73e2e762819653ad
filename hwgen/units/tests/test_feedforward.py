"""The feedforward unit: s, a and h' against docs/numerics.md, and its tables for every s."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.testing.numerics import all_signed
from hwgen.testing.shapes import SHAPES, identify, network, random_shapes
from hwgen.testing.simulation import play, pulses
from hwgen.testing.trials import feedforward_trial
from hwgen.units.feedforward import Feedforward
from software_ref.activation_functions import sigmoid_derivative_table, sigmoid_table
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.timing import JunctionTiming

FORMATS = [(3, 8), (1, 4), (5, 7), (3, 2)]


@pytest.mark.parametrize("numbers", [*SHAPES, *random_shapes(seed=21, count=5)], ids=identify)
@pytest.mark.parametrize("last", [True, False], ids=["last", "hidden"])
def test_finishing_neurons_of_every_row(numbers: tuple[int, ...], last: bool) -> None:
    place = sum(numbers)
    right = numbers[1]
    following = () if last else ((right, 1, 1, right),)
    net = network(numbers, *following, format=FORMATS[place % len(FORMATS)])
    scale = (1.0, 0.1)[place % 2]
    timing = JunctionTiming(network=net, junction=1)
    dsp = DspBlocks(singles=last * net.parallelism[0])
    feedforward_trial(timing, dsp=dsp, seed=place, scale=scale).run()


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("hidden", ["sigmoid", "relu"])
@pytest.mark.parametrize("numbers", [(8, 1, 1, 1), (8, 1, 1, 2), (16, 2, 1, 4)], ids=identify)
def test_sums_have_room_for_the_largest_terms_of_all_rows(
    numbers: tuple[int, ...], hidden: str, sign: int
) -> None:
    left = numbers[0]
    net = network((left, left, 1, 1), numbers, hidden=hidden, format=(2, 3))
    timing = JunctionTiming(network=net, junction=2)
    feedforward_trial(timing, dsp=DspBlocks(), seed=1, scale=1.0, extreme=sign).run()


@pytest.mark.parametrize("pipeline", ["shallow", "medium"])
@pytest.mark.parametrize("numbers", SHAPES, ids=identify)
def test_fewer_registers(numbers: tuple[int, ...], pipeline: str) -> None:
    timing = JunctionTiming(
        network=network(numbers), junction=1, options=CoreOptions(pipeline=pipeline)
    )
    z = timing.shape.parallelism
    for lanes in sorted({0, z // 2, z}):
        feedforward_trial(timing, dsp=DspBlocks(singles=lanes), seed=3, scale=0.3).run()


@pytest.mark.parametrize("hidden", ["sigmoid", "relu"])
@pytest.mark.parametrize("low", [1, 4, 5])
def test_narrow_activations(low: int, hidden: str) -> None:
    shapes = ((12, 4, 2, 4), (4, 4, 2, 4))
    net = network(*shapes, hidden=hidden, low_bits=low, extra_bits=2, format=(3, 6))
    for junction in (1, 2):
        timing = JunctionTiming(network=net, junction=junction)
        feedforward_trial(timing, dsp=DspBlocks(), seed=low, scale=0.3).run()


@pytest.mark.parametrize("cap", [None, 0.75])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("numbers", [(12, 4, 2, 4), (10, 10, 3, 10)], ids=identify)
def test_relu_layers(numbers: tuple[int, ...], training: bool, cap: float | None) -> None:
    right = numbers[1]
    net = network(numbers, (right, right, 2, right), hidden="relu", relu_cap=cap, format=(3, 6))
    for junction in (1, 2):  # the second reads ReLU activations, the wider ones
        timing = JunctionTiming(
            network=net, junction=junction, options=CoreOptions(training=training)
        )
        dsp = DspBlocks(singles=0 if training else timing.shape.parallelism)
        feedforward_trial(timing, dsp=dsp, seed=junction, scale=0.2).run()


def bench_of_biases(net: Network, training: bool) -> dict[str, np.ndarray]:
    """What an activation of zero gives for every bias: one edge a neuron, so s is the bias."""
    timing = JunctionTiming(network=net, junction=1, options=CoreOptions(training=training))
    lanes = timing.shape.parallelism
    raws = all_signed(net.format.width).reshape(-1, lanes)
    answer = 1 + timing.activated - timing.operands
    bias_after = 1 + timing.totals - timing.operands
    clocks = len(raws) + answer
    biases = np.zeros((clocks, lanes), dtype=np.int64)
    biases[bias_after : bias_after + len(raws)] = raws
    zeros = np.zeros((clocks, lanes), dtype=np.int64)
    unit = Feedforward(timing, dsp=DspBlocks())
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


@pytest.mark.parametrize("format", [(3, 8), (1, 4), (3, 2), (9, 2), (1, 11)])
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
