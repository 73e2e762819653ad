"""Recommended formats for profiles made up for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from software_ref.activation import Activation
from software_ref.activation_functions import OUTPUT, sigmoid_table
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.ranges.format_choice import choose_format
from software_ref.ranges.profiler import QUANTITIES, Distribution, JunctionProfile

NETWORK = Network(layers=(4, 4, 4), out_degree=(2, 2), parallelism=(2, 2))


def profiles(**values: list[float]) -> list[JunctionProfile]:
    """Two junctions; `w_2=[...]` are values of w in junction 2, with 20 fraction bits."""
    found = [JunctionProfile(i, {q: Distribution() for q in QUANTITIES}) for i in (1, 2)]
    for name, each in values.items():
        quantity, index = name.rsplit("_", 1)
        raw = np.array([round(value * 2**20) for value in each])
        found[int(index) - 1].distributions[quantity].add(raw, 20)
    return found


def test_the_widest_quantity_decides_and_is_named() -> None:
    choice = choose_format(profiles(w_1=[3.0, 0.5], delta_2=[5.0]), NETWORK, saturation=0)
    assert str(choice) == "(1,3,8)"
    assert choice.width == 12
    assert choice.integer_reason == (
        "delta of junction 2: 100 % of its values are 4 or larger, up to 5"
    )
    assert choice.fraction_reason == "the fraction bits of (1,3,8) are kept"


def test_few_values_may_saturate() -> None:
    values = [0.5] * 99 + [100.0]
    assert choose_format(profiles(w_1=values), NETWORK, saturation=0.01).integer == 1
    assert choose_format(profiles(w_1=values), NETWORK, saturation=0.009).integer == 7


def test_sigmoids_need_no_bits_where_they_are_flat() -> None:
    far = profiles(s_1=[100.0], s_2=[100.0])
    assert choose_format(far, NETWORK, saturation=0).integer == 3
    relu = replace(NETWORK, activation=Activation(hidden="relu"))
    choice = choose_format(far, relu, saturation=0)
    assert choice.integer == 7
    assert choice.integer_reason.startswith("s of junction 1")


@pytest.mark.parametrize("fraction", range(4, 13))
def test_flat_is_where_the_table_ends(fraction: int) -> None:
    bits = OUTPUT.flat_from(fraction)
    # A table's first entry is that of s = -2**i.
    assert sigmoid_table(FixedFormat(integer=bits, fraction=fraction))[0] == 0
    assert sigmoid_table(FixedFormat(integer=bits - 1, fraction=fraction))[0] > 0


def test_updates_decide_on_the_fraction_bits() -> None:
    found = profiles(update_1=[0.25] * 9 + [2.0**-12], update_2=[0.25])
    few = choose_format(found, NETWORK, saturation=0, vanishing=0.1)
    assert few.fraction == 2
    all_of_them = choose_format(found, NETWORK, saturation=0, vanishing=0.0)
    assert all_of_them.fraction == 11
    assert all_of_them.fraction_reason == (
        "updates of junction 1: with one bit less 10 % of them would be rounded to 0"
    )


def test_a_choice_may_be_too_wide_for_the_generator() -> None:
    found = profiles(w_1=[100.0], update_1=[2.0**-15])
    choice = choose_format(found, NETWORK, saturation=0, vanishing=0)
    assert (choice.integer, choice.fraction, choice.legal) == (7, 14, False)


@pytest.mark.parametrize("shares", [{"saturation": 1.5}, {"saturation": 0, "vanishing": -1}])
def test_shares_lie_between_0_and_1(shares: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        choose_format(profiles(), NETWORK, **shares)
