"""Which units get DSP blocks: the costliest multipliers first, a unit at a time, within budget."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from software_ref.devices import DEVICES
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.dsp_budget import MultiplierUnit, divide_multipliers
from software_ref.plan.schedule import Schedule

# z = 4 and 8; a 12-bit format: weights 12, activations 9 + 1, output deltas 10, hidden deltas 12.
NETWORK = Network(layers=(12, 8, 4), out_degree=(2, 4), parallelism=(4, 8))
ALL = (frozenset({"feedforward", "update"}), frozenset({"feedforward", "update", "backprop"}))


def units(*names: Collection[str]) -> tuple[frozenset[str], ...]:
    """The units of each junction."""
    return tuple(map(frozenset, names))


def divided(**options: object) -> tuple[frozenset[str], ...]:
    schedule = Schedule(network=NETWORK, options=CoreOptions(**options))  # type: ignore[arg-type]
    return divide_multipliers(schedule)


def lanes(chosen: tuple[frozenset[str], ...]) -> int:
    return len(chosen[0]) * 4 + len(chosen[1]) * 8


@pytest.mark.parametrize("budget", range(0, 40))
def test_the_budget_is_never_exceeded(budget: int) -> None:
    chosen = divided(dsp_budget=budget)
    assert lanes(chosen) <= budget
    assert all(units <= every for units, every in zip(chosen, ALL, strict=True))
    # Nothing that would still fit is left out.
    left = [4] * len(ALL[0] - chosen[0]) + [8] * len(ALL[1] - chosen[1])
    assert all(lanes(chosen) + count > budget for count in left)


def test_the_whole_network_fits_a_large_budget() -> None:
    assert divided(dsp_budget=32) == ALL
    assert divided(dsp_budget=240) == ALL


def test_the_largest_products_come_first() -> None:
    # 12 x 10 bits in both junctions' feedforward, junction 2's backprop and junction 1's update;
    # 10 x 10 in junction 2's update. The fewest lanes go first among equals.
    assert divided(dsp_budget=4) == units({"feedforward"}, ())
    assert divided(dsp_budget=8) == units(ALL[0], ())
    assert divided(dsp_budget=24) == units(ALL[0], {"backprop", "feedforward"})


def test_an_inference_core_multiplies_in_feedforward_alone() -> None:
    assert divided(training=False) == units({"feedforward"}, {"feedforward"})


def test_no_budget_means_no_dsp_blocks() -> None:
    assert divided(dsp_budget=0) == units((), ())


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
    assert chosen == units((), {"update"})
