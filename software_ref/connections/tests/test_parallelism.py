"""Degrees by density and parallelism by speed: always legal, and the nearest."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from software_ref.connections.parallelism import (
    legal_out_degrees,
    legal_parallelism,
    nearest_out_degree,
    parallelism_for,
)
from software_ref.network import Network

SIZES = st.lists(st.integers(1, 60), min_size=2, max_size=5)


@given(SIZES, st.floats(0, 1), st.integers(1, 400))
def test_what_is_chosen_is_legal_and_fast_enough(
    layers: list[int], density: float, clocks: int
) -> None:
    degrees = [nearest_out_degree(left, right, density) for left, right in pairwise(layers)]
    chosen = parallelism_for(layers, degrees, clocks)
    network = Network(layers=tuple(layers), out_degree=tuple(degrees), parallelism=chosen)
    for junction in network.junctions:
        assert junction.rows <= max(clocks, junction.out_degree)


def test_parallelism_is_the_least() -> None:
    assert parallelism_for([64, 40, 10], [10, 10], 20) == (32, 20)
    assert parallelism_for([64, 40, 10], [10, 10], 19) == (64, 40)
    assert parallelism_for([8, 4, 4], [1, 2], 1000) == (1, 1)
    # Four of the eight right neurons finish a clock.
    assert parallelism_for([8, 8, 4], [1, 1], 2) == (4, 4)


def test_legal_values_are_all_there_are() -> None:
    assert list(legal_out_degrees(64, 40)) == [5, 10, 15, 20, 25, 30, 35, 40]
    assert legal_parallelism(12) == (1, 2, 3, 4, 6, 12)
    assert nearest_out_degree(64, 40, 0.2) == 10
    assert nearest_out_degree(64, 40, 0.18) == 5
