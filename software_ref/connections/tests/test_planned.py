"""Planned, local and rewired patterns: windows met, degrees kept, every pattern reached."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from software_ref.connections.pattern import SparsePattern
from software_ref.connections.planned import local_pattern, planned_pattern, rewired
from software_ref.connections.random_sparse import fully_connected
from software_ref.connections.tests.pattern_shapes import (
    degree_counts,
    equal_degrees,
    unequal_patterns,
)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    window=st.integers(1, 6),
    left_windows=st.integers(1, 6),
    right_windows=st.integers(1, 6),
    seed=st.integers(0, 1000),
)
def test_every_neuron_meets_every_window_once(
    window: int, left_windows: int, right_windows: int, seed: int
) -> None:
    left, right = window * left_windows, window * right_windows
    pattern = planned_pattern(left, right, right_windows, np.random.default_rng(seed))
    out_degrees, in_degrees = degree_counts(pattern)
    assert out_degrees == [right_windows] * left
    assert in_degrees == [left_windows] * right
    pairs = list(zip(pattern.left_neurons.tolist(), pattern.right_neurons.tolist(), strict=True))
    assert Counter((n // window, r) for n, r in pairs) == Counter(
        (p, r) for p in range(left_windows) for r in range(right)
    )
    assert Counter((n, r // window) for n, r in pairs) == Counter(
        (n, q) for n in range(left) for q in range(right_windows)
    )


def test_every_planned_pattern_comes_out() -> None:
    # Windows of 2: one permutation of 2 for each of the 2 * 2 pairs of windows makes 16.
    rng = np.random.default_rng(1)
    drawn = Counter(tuple(planned_pattern(4, 4, 2, rng).left_neurons.tolist()) for _ in range(1600))
    assert len(drawn) == 16
    assert min(drawn.values()) > 50  # 100 in the mean, standard deviation 9.7


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (
            (8, 8, 3),
            "out_degree of the junction must divide its right neurons for a planned pattern: "
            "8 / 3 is no whole number of neurons a window; nearest legal out_degree: 2 or 4",
        ),
        (
            (12, 8, 6),
            "out_degree of the junction must divide its right neurons for a planned pattern: "
            "8 / 6 is no whole number of neurons a window; nearest legal out_degree: 4 or 8",
        ),
        (
            (12, 8, 5),
            "out_degree of the junction must make left * out_degree divisible by right: "
            "12 * 5 = 60 is not divisible by 8; nearest legal out_degree: 4 or 6",
        ),
    ],
)
def test_windows_of_broken_size_are_refused(sizes: tuple[int, int, int], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        planned_pattern(*sizes, np.random.default_rng(0))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(sizes=equal_degrees())
def test_planned_patterns_exist_just_where_windows_are_whole(sizes: tuple[int, int, int]) -> None:
    left, right, out_degree = sizes
    in_degree = left * out_degree // right
    rng = np.random.default_rng(0)
    if left % in_degree == 0 and right % out_degree == 0:
        assert planned_pattern(*sizes, rng).edges == left * out_degree
    else:
        with pytest.raises(ValueError, match=r"whole number of neurons a window") as refusal:
            planned_pattern(*sizes, rng)
        for legal in re.findall(r"\d+", str(refusal.value).partition("nearest")[2]):
            assert planned_pattern(left, right, int(legal), rng).edges == left * int(legal)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(sizes=equal_degrees())
def test_local_patterns_read_neighbours(sizes: tuple[int, int, int]) -> None:
    left, right, out_degree = sizes
    pattern = local_pattern(*sizes)
    in_degree = left * out_degree // right
    out_degrees, in_degrees = degree_counts(pattern)
    assert out_degrees == [out_degree] * left
    assert in_degrees == [in_degree] * right
    for neuron in range(right):
        first = neuron * left // right
        read = pattern.left_neurons[pattern.right_neurons == neuron].tolist()
        assert read == sorted((first + k) % left for k in range(in_degree))


def test_local_degrees_are_checked() -> None:
    message = "out_degree of junction 2 must be at most its 8 right neurons, not 9"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        local_pattern(12, 8, 9, where="junction 2")


@settings(max_examples=200, derandomize=True, deadline=None)
@given(pattern=unequal_patterns(), swaps=st.integers(0, 60), seed=st.integers(0, 1000))
def test_rewiring_keeps_all_degrees(pattern: SparsePattern, swaps: int, seed: int) -> None:
    before = pattern.left_neurons.tolist()
    after = rewired(pattern, swaps, np.random.default_rng(seed))
    assert degree_counts(after) == degree_counts(pattern)
    assert pattern.left_neurons.tolist() == before


def test_one_swap_exchanges_two_edges_or_none() -> None:
    pattern = local_pattern(12, 8, 2)
    changed = [
        int(
            (
                rewired(pattern, 1, np.random.default_rng(seed)).biadjacency != pattern.biadjacency
            ).sum()
        )
        for seed in range(50)
    ]
    assert set(changed) == {0, 4}


def test_all_patterns_become_equally_likely() -> None:
    # 90 matrices of 4 x 4 with two 1s a row and column, as test_structured enumerates.
    start = local_pattern(4, 4, 2)
    drawn = Counter(
        tuple(rewired(start, 80, np.random.default_rng(seed)).biadjacency.reshape(-1).tolist())
        for seed in range(3600)
    )
    assert len(drawn) == 90
    # 40 each in the mean, standard deviation 6.3
    assert 12 < min(drawn.values()) <= max(drawn.values()) < 70


def test_patterns_that_allow_no_swap_stay() -> None:
    rng = np.random.default_rng(1)
    assert rewired(fully_connected(4, 3), 200, rng).biadjacency.tolist() == [[1] * 4] * 3
    empty = SparsePattern.from_biadjacency(np.zeros((2, 3), dtype=int))
    assert rewired(empty, 5, rng).edges == 0


def test_negative_swaps_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^swaps must be at least 0, not -1$"):
        rewired(fully_connected(2, 2), -1, np.random.default_rng(0))
