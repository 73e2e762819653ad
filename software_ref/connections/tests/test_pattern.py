"""Patterns of any kind: their three ways in, their matrix and degrees, and what they refuse."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from software_ref.connections.clash_free import generate_pattern
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.pattern import SparsePattern
from software_ref.connections.tests.pattern_shapes import degree_counts, unequal_patterns

FIELDS: dict[str, Any] = {
    "left": 3,
    "right": 2,
    "left_neurons": [2, 0, 1],
    "right_neurons": [0, 0, 1],
}


def test_the_slides_first_junction() -> None:
    matrix = [[0, 1, 1, 0, 1, 0], [0, 0, 1, 0, 1, 1], [1, 0, 0, 1, 0, 1], [1, 1, 0, 1, 0, 0]]
    pattern = SparsePattern.from_biadjacency(matrix)
    assert (pattern.left, pattern.right, pattern.edges, pattern.density) == (6, 4, 12, 0.5)
    assert pattern.left_neurons.tolist() == [1, 2, 4, 2, 4, 5, 0, 3, 5, 0, 1, 3]
    assert pattern.right_neurons.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert pattern.in_degrees.tolist() == [3] * 4
    assert pattern.out_degrees.tolist() == [2] * 6
    assert pattern.biadjacency.tolist() == matrix


@settings(max_examples=100, derandomize=True, deadline=None)
@given(pattern=unequal_patterns())
def test_matrix_and_lists_say_the_same(pattern: SparsePattern) -> None:
    pairs = set(zip(pattern.left_neurons.tolist(), pattern.right_neurons.tolist(), strict=True))
    for right, row in enumerate(pattern.biadjacency.tolist()):
        for left, cell in enumerate(row):
            assert cell == ((left, right) in pairs)
    out_degrees, in_degrees = degree_counts(pattern)
    assert pattern.out_degrees.tolist() == out_degrees
    assert pattern.in_degrees.tolist() == in_degrees
    assert pattern.density == sum(in_degrees) / (pattern.left * pattern.right)


def test_edges_of_a_right_neuron_come_in_any_order() -> None:
    pattern = SparsePattern(**FIELDS)
    assert pattern.left_neurons.tolist() == [2, 0, 1]
    assert pattern.biadjacency.tolist() == [[1, 0, 1], [0, 1, 0]]


def test_arrays_are_copies_that_nobody_can_write() -> None:
    neurons = np.array([0, 1])
    pattern = SparsePattern.from_left_neurons(2, 2, neurons)
    neurons[:] = 1
    assert pattern.left_neurons.tolist() == [0, 1]
    for array in (pattern.left_neurons, pattern.right_neurons, pattern.biadjacency):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_a_clash_free_pattern_is_a_sparse_pattern() -> None:
    shape = JunctionShape(index=1, left=12, right=8, out_degree=2, parallelism=4)
    clash_free = generate_pattern(shape, ConnectionOptions(kind="free", dither=True, seed=2))
    pattern = clash_free.sparse
    assert (pattern.left, pattern.right) == (12, 8)
    assert pattern.left_neurons.tolist() == clash_free.left_neurons.tolist()
    assert pattern.right_neurons.tolist() == [edge // 3 for edge in range(24)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"left": 0}, "pattern must have at least 1 neuron a side, not 0 and 2"),
        ({"left_neurons": [[2, 0, 1]]}, "left_neurons must have shape (1,), not (1, 3)"),
        ({"right_neurons": [0, 1]}, "right_neurons must have shape (3,), not (2,)"),
        ({"left_neurons": [2, 3, 1]}, "left_neurons must be 0 to 2, not 3"),
        ({"right_neurons": [-1, 0, 1]}, "right_neurons must be 0 to 1, not -1"),
        (
            {"right_neurons": [0, 1, 0]},
            "right_neurons must never fall from one edge to the next",
        ),
        (
            {"left_neurons": [2, 2, 1]},
            "pattern must join a pair of neurons at most once, but left neuron 2 and right neuron "
            "0 carry two edges",
        ),
    ],
)
def test_wrong_lists_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        SparsePattern(**FIELDS | changes)


def test_left_neurons_that_do_not_divide_are_refused() -> None:
    message = "left_neurons must be a multiple of the 2 right neurons, not 3"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        SparsePattern.from_left_neurons(3, 2, [0, 1, 2])


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([0, 1], "biadjacency must have shape (right, left), not (2,)"),
        ([[0, 2]], "biadjacency must hold 0 and 1 only, not 2"),
    ],
)
def test_wrong_matrices_are_refused(matrix: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        SparsePattern.from_biadjacency(matrix)
