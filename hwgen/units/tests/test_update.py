"""The update unit: w <- sat(w - rnd(a delta, f + k)) for whole rows."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.testing.shapes import SHAPES, identify, network
from hwgen.testing.simulation import play, pulses
from hwgen.testing.trials import update_trial
from hwgen.units.update import Update
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.timing import JunctionTiming


@pytest.mark.parametrize("last", [True, False], ids=["last", "hidden"])
@pytest.mark.parametrize("numbers", SHAPES, ids=identify)
def test_every_row_of_every_step(numbers: tuple[int, ...], last: bool) -> None:
    right = numbers[1]
    following = () if last else ((right, 1, 1, right),)
    net = network(numbers, *following, format=((1, 4), (3, 8))[last])
    dsp = DspBlocks(singles=last * net.parallelism[0])
    update_trial(JunctionTiming(network=net, junction=1), dsp=dsp, seed=last).run()


@pytest.mark.parametrize(("extra", "random"), [(3, 0), (8, 0), (0, 1), (0, 24), (4, 8), (8, 13)])
@pytest.mark.parametrize("largest", [0, 7, 31])
def test_extra_and_random_bits(largest: int, extra: int, random: int) -> None:
    for low in (0, 5):
        net = network(
            (12, 4, 2, 12), (4, 2, 1, 4), extra_bits=extra, random_bits=random, low_bits=low
        )
        timing = JunctionTiming(
            network=net, junction=1, options=CoreOptions(max_rate_exponent=largest)
        )
        update_trial(timing, dsp=DspBlocks(), seed=extra).run()


@pytest.mark.parametrize("pipeline", ["shallow", "medium"])
def test_fewer_registers(pipeline: str) -> None:
    net = network((12, 4, 2, 4), (4, 2, 1, 4))
    for largest in (7, 31):
        timing = JunctionTiming(
            network=net,
            junction=1,
            options=CoreOptions(max_rate_exponent=largest, pipeline=pipeline),
        )
        dsp = DspBlocks(singles=4 if largest == 7 else 0)
        update_trial(timing, dsp=dsp, seed=largest).run()


@pytest.mark.parametrize("largest", [0, 4, 8, 31])
def test_any_largest_rate_exponent(largest: int) -> None:
    net = network((12, 4, 2, 4), (4, 2, 1, 4))
    timing = JunctionTiming(network=net, junction=1, options=CoreOptions(max_rate_exponent=largest))
    update_trial(timing, dsp=DspBlocks(), seed=largest).run()


def test_relu_activations_are_as_wide_as_their_cap() -> None:
    net = network((6, 4, 2, 3), (4, 6, 3, 2), hidden="relu")
    update_trial(JunctionTiming(network=net, junction=2), dsp=DspBlocks(), seed=5).run()


@pytest.mark.parametrize(
    ("numbers", "low", "pipeline"),
    [
        ((12, 4, 2, 4), 0, "deep"),  # groups of 2 lanes
        ((16, 4, 1, 16), 0, "medium"),
        ((12, 4, 2, 6), 4, "deep"),  # groups of 6 lanes, narrow activations
        ((9, 3, 1, 9), 0, "deep"),  # groups of 3 lanes: a pair and one alone
    ],
)
@pytest.mark.parametrize("extra", [0, 4])
def test_two_products_from_a_dsp_block(
    numbers: tuple[int, ...], low: int, pipeline: str, extra: int
) -> None:
    net = network(numbers, extra_bits=extra, random_bits=extra, low_bits=low)
    timing = JunctionTiming(network=net, junction=1, options=CoreOptions(pipeline=pipeline))
    assert timing.update_pairs > 0
    pairs = timing.update_pairs
    alone = timing.shape.parallelism - 2 * pairs
    for dsp in (
        DspBlocks(pairs=pairs, singles=alone),
        DspBlocks(pairs=pairs - 1),
        DspBlocks(pairs=pairs - 1, singles=alone + 1),
    ):
        update_trial(timing, dsp=dsp, seed=extra).run()


@pytest.mark.parametrize("replaced", [0b0001, 0b1000, 0b0110])
def test_lanes_to_be_replaced_take_the_replacement(replaced: int) -> None:
    net = network((12, 4, 2, 4), (4, 2, 1, 4))
    update_trial(
        JunctionTiming(network=net, junction=1), dsp=DspBlocks(), seed=6, replaced=replaced
    ).run()


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
        Update(timing, dsp=DspBlocks(singles=16)),
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
