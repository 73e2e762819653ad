"""DSP blocks go where they save the most LUTs, a block at a time, within the budget."""

from __future__ import annotations

from dataclasses import replace

import pytest

from software_ref.devices import DEVICES
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.dsp_budget import (
    DspBlocks,
    MultiplierUnit,
    divide_multipliers,
    multiplier_units,
)
from software_ref.plan.fabric_multiplier import FabricMultiplier
from software_ref.plan.pipelining import PIPELINES
from software_ref.plan.schedule import Schedule

# z = 4 and 8; a 12-bit format: weights 12, activations 9, output deltas 10, hidden deltas 12 bits.
# Groups of 2 lanes in junction 1 and 8 in junction 2, so 2 and 4 pairs.
NETWORK = Network(layers=(12, 8, 4), out_degree=(4, 4), parallelism=(4, 8))
# Groups of 3 lanes in junction 1: a pair and one alone, five times; 4 in junction 2.
ODD = Network(layers=(15, 10, 4), out_degree=(4, 4), parallelism=(15, 5))
NETWORKS = {
    "even": NETWORK,
    "odd": ODD,
    "10 bits": replace(NETWORK, format=FixedFormat(integer=3, fraction=6)),
    "no pairs": replace(NETWORK, format=FixedFormat(integer=3, fraction=10)),
}
FOUR, EIGHT = DspBlocks(singles=4), DspBlocks(singles=8)
ALL = ({"feedforward": FOUR, "update": FOUR}, dict.fromkeys(("backprop", "feedforward"), EIGHT))
ALL[1]["update"] = EIGHT
Chosen = tuple[dict[str, DspBlocks], ...]


def divided(network: Network = NETWORK, **options: object) -> Chosen:
    core = CoreOptions(**options)  # type: ignore[arg-type]
    return divide_multipliers(Schedule(network=network, options=core))


def blocks(chosen: Chosen) -> int:
    return sum(each.count for units in chosen for each in units.values())


def saved(unit: MultiplierUnit, blocks: DspBlocks) -> int:
    """LUTs that a unit's blocks save."""
    beside = blocks.pairs * unit.pair.luts if unit.pair else 0
    return blocks.products * unit.fabric.luts - beside


def most_saved(units: list[MultiplierUnit], budget: int) -> list[int]:
    """By the number of blocks, the most LUTs that any way to divide them saves."""
    best = [0] * (budget + 1)
    for unit in units:
        ways = [
            DspBlocks(pairs=pairs, singles=singles)
            for pairs in range(unit.pairs + 1)
            for singles in range(unit.count - 2 * pairs + 1)
        ]
        best = [
            max(best[left - way.count] + saved(unit, way) for way in ways if way.count <= left)
            for left in range(budget + 1)
        ]
    return best


@pytest.mark.parametrize("adds", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_no_other_way_saves_more(name: str, adds: bool) -> None:
    schedule = Schedule(network=NETWORKS[name], options=CoreOptions(dsp_adds=adds))
    units = [unit for timing in schedule.timing for unit in multiplier_units(timing)]
    assert any(unit.pairs for unit in units) == (adds and name != "no pairs")
    lanes = sum(unit.count for unit in units)
    for budget, most in enumerate(most_saved(units, lanes + 2)):
        chosen = divided(NETWORKS[name], dsp_budget=budget, dsp_adds=adds)
        assert blocks(chosen) == min(budget, lanes)
        given = [chosen[unit.junction - 1].get(unit.unit, DspBlocks()) for unit in units]
        assert sum(map(saved, units, given)) == most
        for unit, each in zip(units, given, strict=True):
            assert 0 <= each.pairs <= unit.pairs
            assert 0 <= each.singles <= unit.count - 2 * each.pairs


def test_the_whole_network_fits_a_large_budget() -> None:
    assert divided(dsp_budget=32) == ALL
    assert divided(dsp_budget=240) == ALL


def test_where_blocks_are_scarce_one_makes_two_products() -> None:
    # A pair takes 10 LUTs beside its block in junction 2, and 21 in junction 1.
    assert divided(dsp_budget=31) == (
        ALL[0],
        {"backprop": EIGHT, "feedforward": EIGHT, "update": DspBlocks(pairs=1, singles=6)},
    )
    assert divided(dsp_budget=26) == (
        {"feedforward": FOUR, "update": DspBlocks(pairs=2)},
        {"backprop": EIGHT, "feedforward": EIGHT, "update": DspBlocks(pairs=4)},
    )


def test_a_budget_that_ends_within_a_unit_divides_it() -> None:
    # 12 x 10 bits with a signed factor in backprop, 133 LUTs; 12 x 9 in feedforward and junction
    # 1's update, 72; 10 x 9 in junction 2's update, 62.
    assert divided(dsp_budget=5, dsp_adds=False) == ({}, {"backprop": DspBlocks(singles=5)})
    assert divided(dsp_budget=14, dsp_adds=False) == (
        {"feedforward": FOUR, "update": DspBlocks(singles=2)},
        {"backprop": EIGHT},
    )
    assert divided(dsp_budget=3) == ({}, {"backprop": DspBlocks(singles=3)})
    assert divided(dsp_budget=13) == (
        {"update": DspBlocks(pairs=2)},
        {"backprop": EIGHT, "update": DspBlocks(pairs=3)},
    )


@pytest.mark.parametrize(("pipeline", "pairs"), [("shallow", 0), ("medium", 2), ("deep", 2)])
def test_a_pair_takes_three_clocks(pipeline: str, pairs: int) -> None:
    (first, _) = divided(pipeline=pipeline, dsp_budget=26)
    assert first.get("update", DspBlocks()).pairs == pairs


def test_an_inference_core_multiplies_in_feedforward_alone() -> None:
    assert divided(training=False) == ({"feedforward": FOUR}, {"feedforward": EIGHT})


def test_no_budget_means_no_dsp_blocks() -> None:
    assert divided(dsp_budget=0) == ({}, {})


@pytest.mark.parametrize(
    ("device", "wide", "narrow", "fits"),
    [
        ("xc7a100t", 25, 17, True),
        ("xc7a100t", 18, 17, True),
        ("xc7a100t", 26, 9, False),
        ("xc7a100t", 25, 18, False),
        ("xc7a100t", 10, 24, True),
        ("lfe5u-85f", 18, 17, True),
        ("lfe5u-85f", 19, 9, False),
    ],
)
def test_a_dsp_block_multiplies_operands_of_its_widths(
    device: str, wide: int, narrow: int, fits: bool
) -> None:
    # An unsigned factor has a bit less than the block's operand.
    for largest, bits in (((1 << narrow) - 1, narrow), (None, narrow + 1)):
        fabric = FabricMultiplier(
            wide=wide, narrow=bits, largest=largest, latency=5, pipelining=PIPELINES["deep"]
        )
        unit = MultiplierUnit(junction=1, unit="update", count=1, fabric=fabric)
        assert unit.fits_dsp(DEVICES[device].family.dsp_widths) == fits


def test_products_too_wide_for_a_dsp_block_get_none() -> None:
    chosen = divided(dsp_widths=(11, 11))
    assert chosen == ({}, {"update": EIGHT})
