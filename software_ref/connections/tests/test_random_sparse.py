"""Random patterns: the right number of edges, all pairs alike; and all pairs at once."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from software_ref.connections.random_sparse import fully_connected, random_pattern
from software_ref.connections.tests.pattern_shapes import degree_counts


@settings(max_examples=200, derandomize=True, deadline=None)
@given(data=st.data(), left=st.integers(1, 12), right=st.integers(1, 12))
def test_any_number_of_edges(data: st.DataObject, left: int, right: int) -> None:
    edges = data.draw(st.integers(1, left * right))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    pattern = random_pattern(left, right, edges, rng)
    assert (pattern.left, pattern.right, pattern.edges) == (left, right, edges)
    out_degrees, in_degrees = degree_counts(pattern)
    assert sum(out_degrees) == sum(in_degrees) == edges


def test_all_patterns_are_equally_likely() -> None:
    rng = np.random.default_rng(1)
    drawn = Counter(
        tuple(np.flatnonzero(random_pattern(3, 2, 3, rng).biadjacency).tolist())
        for _ in range(4000)
    )
    assert set(drawn) == set(combinations(range(6), 3))
    assert len(drawn) == 20
    # 200 each in the mean, standard deviation 13.8
    assert 130 < min(drawn.values()) <= max(drawn.values()) < 270


def test_neurons_may_have_no_edges() -> None:
    pattern = random_pattern(40, 20, 40, np.random.default_rng(4))
    out_degrees, in_degrees = degree_counts(pattern)
    assert min(out_degrees) == min(in_degrees) == 0
    assert max(out_degrees) > 1


@pytest.mark.parametrize("edges", [-1, 0, 13])
def test_impossible_numbers_of_edges_are_refused(edges: int) -> None:
    message = f"edges must be 1 to the 4 * 3 = 12 pairs of neurons, not {edges}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        random_pattern(4, 3, edges, np.random.default_rng(0))


@pytest.mark.parametrize(("left", "right"), [(1, 1), (5, 1), (1, 4), (4, 3)])
def test_fully_connected_joins_all_pairs(left: int, right: int) -> None:
    pattern = fully_connected(left, right)
    assert pattern.biadjacency.tolist() == [[1] * left] * right
    assert degree_counts(pattern) == ([right] * left, [left] * right)
