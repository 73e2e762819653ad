"""Scatter: the slides' example, the largest counts by trying all patterns, and the extremes."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from software_ref.connections.network_patterns import network_patterns
from software_ref.connections.options import KINDS
from software_ref.connections.pattern import SparsePattern
from software_ref.connections.planned import local_pattern, planned_pattern
from software_ref.connections.random_sparse import fully_connected
from software_ref.connections.scatter import Scatter, attainable, scatter_vector
from software_ref.connections.structured import structured_pattern
from software_ref.connections.tests.pattern_shapes import equal_degrees, unequal_patterns
from software_ref.connections.windows import balanced_windows, windows_of_size

FIRST = [[0, 1, 1, 0, 1, 0], [0, 0, 1, 0, 1, 1], [1, 0, 0, 1, 0, 1], [1, 1, 0, 1, 0, 0]]
SECOND = [[0, 0, 1, 1], [1, 1, 0, 0]]


def values(vector: tuple[Scatter, ...]) -> dict[str, float]:
    return {entry.name: entry.value for entry in vector}


def test_the_slides_example_digit_for_digit() -> None:
    vector = scatter_vector([SparsePattern.from_biadjacency(matrix) for matrix in (FIRST, SECOND)])
    assert {entry.name: entry.windowed.tolist() for entry in vector} == {
        "S_1^f": [[1, 1, 1], [0, 1, 2], [1, 1, 1], [2, 1, 0]],
        "S_1^b": [[0, 1, 2, 0, 2, 1], [2, 1, 0, 2, 0, 1]],
        # The slide prints these two rows the other way round; B_2 itself decides.
        "S_2^f": [[0, 2], [2, 0]],
        "S_2^b": [[1, 1, 1, 1]],
        "S_1:2^f": [[2, 1, 0, 2, 0, 1], [0, 1, 2, 0, 2, 1]],
        "S_1:2^b": [[2, 1, 0, 2, 0, 1], [0, 1, 2, 0, 2, 1]],
    }
    printed = [f"{entry.value:.2f}" for entry in vector]
    assert printed == ["0.83", "0.67", "0.50", "1.00", "0.67", "0.67"]
    assert [entry.value for entry in vector] == [10 / 12, 8 / 12, 2 / 4, 1, 8 / 12, 8 / 12]
    assert min(vector, key=lambda entry: entry.value).name == "S_2^f"
    assert [entry.windows for entry in vector] == [3, 2, 2, 1, 6, 2]


def all_patterns(left: int, right: int, in_degree: int) -> list[SparsePattern]:
    """Every pattern of equal degrees, by trying all choices of all right neurons."""
    rows = [
        [int(n in chosen) for n in range(left)] for chosen in combinations(range(left), in_degree)
    ]
    return [
        SparsePattern.from_biadjacency(matrix)
        for matrix in product(rows, repeat=right)
        if len({sum(column) for column in zip(*matrix, strict=True)}) == 1
    ]


@pytest.mark.parametrize(
    ("left", "right", "in_degree"),
    [(4, 4, 2), (4, 4, 3), (5, 5, 2), (6, 3, 2), (6, 3, 4), (3, 6, 1), (4, 6, 2), (5, 5, 1)],
)
def test_no_pattern_meets_more_and_some_pattern_meets_as_many(
    left: int, right: int, in_degree: int
) -> None:
    patterns = all_patterns(left, right, in_degree)
    for window in (None, 2, 3, 4):
        vectors = [scatter_vector([pattern], window=window) for pattern in patterns]
        for entries in zip(*vectors, strict=True):
            assert max(entry.met for entry in entries) == entries[0].attainable
            assert max(entry.value for entry in entries) == 1.0


def test_the_attainable_number_counts_neurons_or_edges_of_a_window() -> None:
    # Windows of 2, 3, 2 and 3 neurons with 2 edges each: 4, 5, 4 and 5 of the 5 neurons.
    assert attainable(balanced_windows(10, 4), 5, Fraction(2)) == 18
    assert attainable(windows_of_size(6, 1), 4, Fraction(2)) == 12
    assert attainable(windows_of_size(6, 6), 4, Fraction(2)) == 4
    assert attainable(windows_of_size(6, 2), 5, Fraction(5, 6)) == 3 * Fraction(5, 3)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    window=st.integers(1, 5),
    left_windows=st.integers(1, 5),
    right_windows=st.integers(1, 5),
    seed=st.integers(0, 100),
)
def test_planned_patterns_have_scatter_1(
    window: int, left_windows: int, right_windows: int, seed: int
) -> None:
    pattern = planned_pattern(
        window * left_windows, window * right_windows, right_windows, np.random.default_rng(seed)
    )
    forward, backward = scatter_vector([pattern])
    assert (forward.value, backward.value) == (1.0, 1.0)
    assert set(forward.windowed.flat) == set(backward.windowed.flat) == {1}


@settings(max_examples=200, derandomize=True, deadline=None)
@given(pattern=unequal_patterns(), window=st.none() | st.integers(1, 12))
def test_scatter_counts_entries_from_1_on(pattern: SparsePattern, window: int | None) -> None:
    for entry in scatter_vector([pattern], window=window):
        rows = entry.windowed.tolist()
        assert sum(map(sum, rows)) == pattern.edges
        assert entry.met == sum(cell >= 1 for row in rows for cell in row)
        assert 0 <= entry.value <= 1
        if entry.met:
            assert entry.value == pytest.approx(min(1, entry.met / float(entry.attainable)))
        else:
            assert entry.value == 0


@settings(max_examples=100, derandomize=True, deadline=None)
@given(sizes=equal_degrees(), seed=st.integers(0, 100))
def test_windows_of_one_neuron_are_all_met(sizes: tuple[int, int, int], seed: int) -> None:
    pattern = structured_pattern(*sizes, np.random.default_rng(seed))
    assert [entry.value for entry in scatter_vector([pattern], window=1)] == [1.0, 1.0]
    assert [entry.value for entry in scatter_vector([pattern], window=99)] == [1.0, 1.0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dither", [False, True])
def test_sweeps_are_backward_windows_of_clash_free_patterns(kind: str, dither: bool) -> None:
    # In every sweep each left neuron meets one of the N_i / d_out right neurons of a window.
    patterns = network_patterns(
        "clash_free",
        [24, 12, 12],
        [3, 4],
        parallelism=[4, 6],
        clash_free_kind=kind,
        dither=dither,
    )
    for entry in scatter_vector(patterns):
        if entry.first == entry.last and entry.direction == "backward":
            assert entry.value == 1.0


def test_local_patterns_scatter_less_than_structured_ones() -> None:
    local, structured = (
        scatter_vector([pattern])
        for pattern in (
            local_pattern(256, 64, 8),
            structured_pattern(256, 64, 8, np.random.default_rng(1)),
        )
    )
    for low, high in zip(local, structured, strict=True):
        assert low.value < 0.3
        assert high.value > 0.6


def test_isolated_neurons_cost_scatter() -> None:
    # Four edges that could join every neuron, all into right neuron 0.
    bundled = SparsePattern.from_biadjacency([[1, 1, 1, 1]] + 3 * [[0, 0, 0, 0]])
    assert values(scatter_vector([bundled])) == {"S_1^f": 0.25, "S_1^b": 1.0}
    empty = SparsePattern.from_biadjacency(np.zeros((3, 3), dtype=int))
    assert values(scatter_vector([empty])) == {"S_1^f": 0.0, "S_1^b": 0.0}


def test_broken_paths_cost_scatter() -> None:
    # Nothing of what enters the hidden neurons leaves them again.
    first = SparsePattern.from_biadjacency([[1, 1], [0, 0]])
    second = SparsePattern.from_biadjacency([[0, 1], [0, 1]])
    vector = values(scatter_vector([first, second]))
    assert (vector["S_1:2^f"], vector["S_1:2^b"]) == (0.0, 0.0)


def test_scatter_ends_at_1_where_degrees_differ() -> None:
    # 12 edges, 3 a right neuron: windows of 3 and 1 left neurons can be met by 4 and 3 right ones
    # if each left neuron has 3 edges. Here the last one has 4.
    matrix = [[1, 1, 0, 1], [1, 1, 0, 1], [1, 1, 0, 1], [1, 0, 1, 1]]
    forward, _ = scatter_vector([SparsePattern.from_biadjacency(matrix)], window=3)
    assert [forward.met, forward.attainable, forward.value] == [8, 7, 1.0]


@pytest.mark.parametrize(
    ("junctions", "whole", "every"),
    [
        (1, ["1"], ["1"]),
        (2, ["1", "2", "1:2"], ["1", "2", "1:2"]),
        (3, ["1", "2", "3", "1:3"], ["1", "2", "3", "1:2", "2:3", "1:3"]),
        (
            4,
            ["1", "2", "3", "4", "1:4"],
            ["1", "2", "3", "4", "1:2", "2:3", "3:4", "1:3", "2:4", "1:4"],
        ),
    ],
)
def test_ranges_of_junctions(junctions: int, whole: list[str], every: list[str]) -> None:
    patterns = [fully_connected(3, 3)] * junctions
    for expected, all_ranges in ((whole, False), (every, True)):
        vector = scatter_vector(patterns, all_ranges=all_ranges)
        assert [entry.junctions for entry in vector] == [name for name in expected for _ in "fb"]
        assert [entry.direction for entry in vector] == ["forward", "backward"] * len(expected)


def test_nothing_to_measure_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^patterns must have at least one entry, not 0$"):
        scatter_vector([])
    message = "window must be at least 1 neuron, not 0"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        scatter_vector([fully_connected(2, 2)], window=0)
