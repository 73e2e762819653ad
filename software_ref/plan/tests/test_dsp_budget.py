"""Which units get DSP blocks: those that save the most LUTs, a unit at a time, within budget."""

from __future__ import annotations

import pytest

from software_ref.devices import DEVICES
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.dsp_budget import MultiplierUnit, divide_multipliers, dsp_blocks
from software_ref.plan.schedule import Schedule

# z = 4 and 8; a 12-bit format: weights 12, activations 9 + 1, output deltas 10, hidden deltas 12.
# Groups of 2 lanes in junction 1 and 8 in junction 2, so 2 and 4 pairs.
NETWORK = Network(layers=(12, 8, 4), out_degree=(4, 4), parallelism=(4, 8))
ALL = ({"feedforward": 1, "update": 1}, {"feedforward": 1, "update": 1, "backprop": 1})
PAIRED = ({"feedforward": 1, "update": 2}, {"feedforward": 1, "update": 2, "backprop": 1})
Chosen = tuple[dict[str, int], ...]


def scheduled(**options: object) -> Schedule:
    return Schedule(network=NETWORK, options=CoreOptions(**options))  # type: ignore[arg-type]


def divided(**options: object) -> Chosen:
    return divide_multipliers(scheduled(**options))


def blocks(chosen: Chosen) -> int:
    timing = scheduled().timing
    return sum(sum(dsp_blocks(*each).values()) for each in zip(timing, chosen, strict=True))


@pytest.mark.parametrize("adds", [False, True])
@pytest.mark.parametrize("budget", range(0, 40))
def test_the_budget_is_never_exceeded(budget: int, adds: bool) -> None:
    chosen = divided(dsp_budget=budget, dsp_adds=adds)
    assert blocks(chosen) <= budget
    assert all(each.keys() <= every.keys() for each, every in zip(chosen, ALL, strict=True))
    assert adds or all(products == 1 for each in chosen for products in each.values())
    # Nothing that would still fit is left out.
    left = [4] * len(ALL[0].keys() - chosen[0]) + [8] * len(ALL[1].keys() - chosen[1])
    assert all(blocks(chosen) + count > budget for count in left)


def test_the_whole_network_fits_a_large_budget() -> None:
    assert divided(dsp_budget=32) == ALL
    assert divided(dsp_budget=240) == ALL


def test_where_blocks_are_scarce_one_makes_two_products() -> None:
    # Two pairs of lanes in junction 1 save 2 blocks, four in junction 2 save 4.
    assert divided(dsp_budget=31) == (PAIRED[0], ALL[1])
    assert divided(dsp_budget=30) == (PAIRED[0], ALL[1])
    assert divided(dsp_budget=28) == (ALL[0], PAIRED[1])
    assert divided(dsp_budget=26) == PAIRED
    assert blocks(PAIRED) == 26


def test_the_largest_products_come_first() -> None:
    # 12 x 10 bits in both junctions' feedforward, junction 2's backprop and junction 1's update;
    # 10 x 10 in junction 2's update. The fewest lanes go first among equals.
    assert divided(dsp_budget=4, dsp_adds=False) == ({"feedforward": 1}, {})
    assert divided(dsp_budget=8, dsp_adds=False) == (ALL[0], {})
    assert divided(dsp_budget=24, dsp_adds=False) == (ALL[0], {"backprop": 1, "feedforward": 1})


def test_the_most_is_saved_not_the_first_that_fits() -> None:
    # The largest products alone, two units of junction 1, would leave 3 of 11 blocks.
    assert divided(dsp_budget=11, dsp_adds=False) == (ALL[0], {})
    assert divided(dsp_budget=12, dsp_adds=False) == ({"feedforward": 1}, {"backprop": 1})


@pytest.mark.parametrize(("pipeline", "products"), [("shallow", 1), ("medium", 2), ("deep", 2)])
def test_a_pair_takes_three_clocks(pipeline: str, products: int) -> None:
    (first, _) = divided(pipeline=pipeline, dsp_budget=30)
    assert first.get("update", 1) == products


def test_an_inference_core_multiplies_in_feedforward_alone() -> None:
    assert divided(training=False) == ({"feedforward": 1}, {"feedforward": 1})


def test_no_budget_means_no_dsp_blocks() -> None:
    assert divided(dsp_budget=0) == ({}, {})


@pytest.mark.parametrize(
    ("device", "wide", "narrow", "fits"),
    [
        ("xc7a100t", 25, 18, True),
        ("xc7a100t", 18, 18, True),
        ("xc7a100t", 26, 10, False),
        ("xc7a100t", 25, 19, False),
        ("lfe5u-85f", 18, 18, True),
        ("lfe5u-85f", 19, 10, False),
    ],
)
def test_a_dsp_block_multiplies_operands_of_its_widths(
    device: str, wide: int, narrow: int, fits: bool
) -> None:
    unit = MultiplierUnit(junction=1, unit="update", count=1, wide=wide, narrow=narrow)
    assert unit.fits_dsp(DEVICES[device].family.dsp_widths) == fits


def test_products_too_wide_for_a_dsp_block_get_none() -> None:
    chosen = divided(dsp_widths=(11, 11))
    assert chosen == ({}, {"update": 1})
