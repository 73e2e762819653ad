"""Structured patterns: equal degrees for every legal shape, and nothing else in common."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from software_ref.connections.structured import structured_pattern
from software_ref.connections.tests.pattern_shapes import degree_counts, equal_degrees


@settings(max_examples=300, derandomize=True, deadline=None)
@given(sizes=equal_degrees(), seed=st.integers(0, 1000))
def test_every_legal_shape_has_a_pattern_of_equal_degrees(
    sizes: tuple[int, int, int], seed: int
) -> None:
    left, right, out_degree = sizes
    pattern = structured_pattern(left, right, out_degree, np.random.default_rng(seed))
    assert (pattern.left, pattern.right) == (left, right)
    out_degrees, in_degrees = degree_counts(pattern)
    assert out_degrees == [out_degree] * left
    assert in_degrees == [left * out_degree // right] * right


def test_every_pattern_comes_out() -> None:
    # 4 left and 4 right neurons, degrees 2: 90 matrices by trying all rows.
    rows = [tuple(int(n in pair) for n in range(4)) for pair in combinations(range(4), 2)]
    possible = {
        matrix
        for matrix in product(rows, repeat=4)
        if [sum(column) for column in zip(*matrix, strict=True)] == [2, 2, 2, 2]
    }
    assert len(possible) == 90
    rng = np.random.default_rng(1)
    drawn = Counter(
        tuple(map(tuple, structured_pattern(4, 4, 2, rng).biadjacency.tolist()))
        for _ in range(4500)
    )
    assert set(drawn) == possible
    assert max(drawn.values()) < 3 * min(drawn.values())  # 50 each in the mean


def test_every_left_neuron_is_as_likely_for_every_right_one() -> None:
    rng = np.random.default_rng(2)
    drawn = [structured_pattern(9, 6, 2, rng).biadjacency for _ in range(3000)]
    mean = np.mean(drawn, axis=0)
    # Each of the 54 cells holds an edge with probability 1/3; 6 standard deviations are 0.052.
    assert abs(mean - 1 / 3).max() < 0.052


def test_equal_generators_give_equal_patterns() -> None:
    first, again, other = (
        structured_pattern(20, 10, 3, np.random.default_rng(seed)).left_neurons.tolist()
        for seed in (5, 5, 6)
    )
    assert first == again
    assert first != other


def test_impossible_degrees_are_refused() -> None:
    message = (
        "out_degree of the junction must make left * out_degree divisible by right: 12 * 3 = 36 "
        "is not divisible by 8; nearest legal out_degree: 2 or 4"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        structured_pattern(12, 8, 3, np.random.default_rng(0))
    message = "out_degree of junction 2 must be at most its 8 right neurons, not 9"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        structured_pattern(12, 8, 9, np.random.default_rng(0), where="junction 2")
