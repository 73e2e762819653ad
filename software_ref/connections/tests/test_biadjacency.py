"""Products of biadjacency matrices, against paths walked one by one."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from software_ref.connections.biadjacency import MOST_PATHS, Biadjacency, biadjacency_of
from software_ref.connections.network_patterns import network_patterns
from software_ref.connections.pattern import SparsePattern
from software_ref.connections.random_sparse import fully_connected

FIRST = [[0, 1, 1, 0, 1, 0], [0, 0, 1, 0, 1, 1], [1, 0, 0, 1, 0, 1], [1, 1, 0, 1, 0, 0]]
SECOND = [[0, 0, 1, 1], [1, 1, 0, 0]]


def walked(patterns: list[SparsePattern], start: int) -> Counter[int]:
    """How many paths lead from one neuron of the first layer to each of the last."""
    reached = [start]
    for pattern in patterns:
        edges = list(zip(pattern.left_neurons, pattern.right_neurons, strict=True))
        reached = [int(right) for neuron in reached for left, right in edges if left == neuron]
    return Counter(reached)


def test_the_slides_product() -> None:
    patterns = [SparsePattern.from_biadjacency(matrix) for matrix in (FIRST, SECOND)]
    product = biadjacency_of(patterns)
    assert product.matrix.tolist() == [[2, 1, 0, 2, 0, 1], [0, 1, 2, 0, 2, 1]]
    assert (product.first, product.last) == (1, 2)
    assert [product.in_degree, product.out_degree] == [6, 2]
    assert product.left_windows.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert product.right_windows.tolist() == [0, 1, 2]


def test_natural_windows_of_a_junction() -> None:
    first, second = (
        Biadjacency.of(SparsePattern.from_biadjacency(matrix), junction)
        for junction, matrix in ((1, FIRST), (2, SECOND))
    )
    assert first.left_windows.tolist() == [0, 2, 4, 6]
    assert first.right_windows.tolist() == [0, 2, 4]
    assert second.left_windows.tolist() == [0, 2, 4]
    assert second.right_windows.tolist() == [0, 2]


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    layers=st.lists(st.integers(1, 6), min_size=2, max_size=5),
    kind=st.sampled_from(["random", "fully_connected"]),
    seed=st.integers(0, 100),
)
def test_entries_count_paths(layers: list[int], kind: str, seed: int) -> None:
    degrees = [max(1, size // 2) for size in layers[1:]]
    patterns = list(network_patterns(kind, layers, degrees, seed=seed))
    for first in range(1, len(layers)):
        for last in range(first, len(layers)):
            product = biadjacency_of(patterns, first, last)
            for left in range(layers[first - 1]):
                paths = walked(patterns[first - 1 : last], left)
                column = product.matrix[:, left].tolist()
                assert column == [paths[right] for right in range(layers[last])]


def test_equal_degrees_multiply() -> None:
    patterns = network_patterns("structured", [12, 8, 6, 4], [2, 3, 2], seed=5)
    product = biadjacency_of(patterns)
    assert [product.in_degree, product.out_degree] == [3 * 4 * 3, 2 * 3 * 2]
    assert product.matrix.sum(axis=1).tolist() == [36] * 4
    assert product.matrix.sum(axis=0).tolist() == [12] * 12
    # No layer has as many neurons as the degree asks windows for.
    assert len(product.left_windows) - 1 == 12
    assert len(product.right_windows) - 1 == 4


@pytest.mark.parametrize(
    ("edges", "windows"), [(0, 1), (1, 1), (5, 1), (6, 2), (9, 2), (10, 3), (14, 4)]
)
def test_unequal_degrees_are_rounded_to_windows(edges: int, windows: int) -> None:
    cells = np.zeros(4 * 6, dtype=int)
    cells[:edges] = 1
    matrix = Biadjacency.of(SparsePattern.from_biadjacency(cells.reshape(4, 6)))
    assert (matrix.in_degree, matrix.out_degree) == (Fraction(edges, 4), Fraction(edges, 6))
    assert len(matrix.left_windows) - 1 == windows


def test_counts_end_at_the_most() -> None:
    product = biadjacency_of([fully_connected(50, 50)] * 8)
    assert np.unique(product.matrix).tolist() == [MOST_PATHS]
    assert product.in_degree == 50**8
    below = biadjacency_of([fully_connected(50, 50)] * 6)
    assert np.unique(below.matrix).tolist() == [50**5]


@pytest.mark.parametrize(("first", "last"), [(0, 1), (2, 1), (1, 3), (3, 3)])
def test_ranges_that_do_not_exist_are_refused(first: int, last: int) -> None:
    message = f"junctions must be 1 <= first <= last <= 2, not {first} to {last}"
    with pytest.raises(ValueError, match=f"^{message}$"):
        biadjacency_of([fully_connected(2, 2)] * 2, first, last)


def test_layers_that_do_not_meet_are_refused() -> None:
    message = "pattern of junction 2 must have the 3 left neurons that junction 1 ends in, not 4"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        biadjacency_of([fully_connected(2, 3), fully_connected(4, 2)])


def test_matrices_that_are_too_large_are_refused() -> None:
    many = 1 << 20
    wide, narrow = fully_connected(many, 1), fully_connected(1, many)
    large = SparsePattern.from_left_neurons(many, many, np.arange(many))
    rule = "must be at most 134217728 for a matrix of them, not 1048576 * 1048576"
    message = f"pairs of neurons of a junction {rule}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Biadjacency.of(large)
    message = f"pairs of neurons of junctions 1 to 2 {rule}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        biadjacency_of([wide, narrow])
