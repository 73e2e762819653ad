"""Closed forms for numbers of patterns, against sets of matrices made one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations, permutations, product
from math import comb, factorial, log10
from typing import Any

import pytest

from software_ref.connections.clash_free import generate_pattern
from software_ref.connections.counts import (
    DITHERS,
    PatternCount,
    clash_free_count,
    pattern_count,
)
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.options import KINDS, ConnectionOptions

MOST_TRIED = 5000
"""Choices of seeds and permutations that one junction's enumeration may try."""


def shape_of(left: int, right: int, out_degree: int, z: int) -> JunctionShape:
    return JunctionShape(index=1, left=left, right=right, out_degree=out_degree, parallelism=z)


def words_of_a_sweep(shape: JunctionShape, kind: str) -> list[tuple[tuple[int, ...], ...]]:
    """All that one sweep can read: words by memory and cycle."""
    depth = shape.depth
    if kind == "free":
        orders = list(permutations(range(depth)))
    else:
        orders = [tuple((seed + c) % depth for c in range(depth)) for seed in range(depth)]
    return list(product(orders, repeat=shape.parallelism))


def choices(shape: JunctionShape, kind: str, dither: str) -> Iterator[tuple[Any, Any]]:
    """All pairs of (words by sweep, memories by sweep)."""
    z, sweeps = shape.parallelism, shape.out_degree
    one = words_of_a_sweep(shape, kind)
    words = [(each,) * sweeps for each in one] if kind == "shared_seed" else None
    orders = [tuple(range(z))] if dither == "none" else list(permutations(range(z)))
    if dither == "per_sweep":
        memories = list(product(orders, repeat=sweeps))
    else:
        memories = [(order,) * sweeps for order in orders]
    return product(words or product(one, repeat=sweeps), memories)


def tried(shape: JunctionShape, kind: str, dither: str) -> int:
    """How many choices there are, so that the long enumerations are never begun."""
    z, sweeps, depth = shape.parallelism, shape.out_degree, shape.depth
    orders: int = factorial(depth) if kind == "free" else depth
    words: int = orders ** (z * (1 if kind == "shared_seed" else sweeps))
    memories: int = factorial(z) ** {"none": 0, "shared": 1, "per_sweep": sweeps}[dither]
    return words * memories


@cache
def enumerated(shape: JunctionShape, kind: str, dither: str) -> frozenset[frozenset[int]]:
    """All patterns, each as the set of its places right * N_{i-1} + left."""
    z, depth, in_degree = shape.parallelism, shape.depth, shape.in_degree
    found = set()
    for words, memories in choices(shape, kind, dither):
        places = []
        for edge in range(shape.weights):
            row, lane = divmod(edge, z)
            sweep, cycle = divmod(row, depth)
            memory = memories[sweep][lane]
            left = words[sweep][memory][cycle] * z + memory
            places.append(edge // in_degree * shape.left + left)
        found.add(frozenset(places))
    return frozenset(found)


def small_shapes() -> list[JunctionShape]:
    """Every shape of up to 8 left and 6 right neurons that has a closed form."""
    found = []
    for left, right in product(range(1, 9), range(1, 7)):
        for out_degree in range(1, right + 1):
            if left * out_degree % right:
                continue
            in_degree = left * out_degree // right
            for z in (z for z in range(1, left + 1) if left % z == 0):
                if left % in_degree == 0 and (z % in_degree == 0 or in_degree % z == 0):
                    found.append(shape_of(left, right, out_degree, z))
    return found


@pytest.mark.parametrize("dither", DITHERS)
@pytest.mark.parametrize("kind", KINDS)
def test_closed_forms_count_what_there_is(kind: str, dither: str) -> None:
    shapes = [shape for shape in small_shapes() if tried(shape, kind, dither) <= MOST_TRIED]
    for shape in shapes:
        count = clash_free_count(shape, kind, dither)
        assert count.exact == len(enumerated(shape, kind, dither)), shape
    assert len(shapes) > 50
    for edge in ("one word a memory", "one lane", "all neurons read", "rows shared", "rows many"):
        assert any(
            {
                "one word a memory": shape.depth == 1 < shape.left,
                "one lane": shape.parallelism == 1 < shape.left,
                "all neurons read": shape.in_degree == shape.left > shape.parallelism > 1,
                "rows shared": 1 < shape.in_degree < shape.parallelism < shape.left,
                "rows many": 1 < shape.parallelism < shape.in_degree < shape.left,
            }[edge]
            for shape in shapes
        ), edge


@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_the_generator_draws_every_pattern_and_no_other(kind: str, dither: bool) -> None:
    for shape in (shape_of(4, 4, 1, 2), shape_of(4, 4, 2, 2), shape_of(4, 2, 1, 4)):
        places = set()
        for seed in range(400):
            options = ConnectionOptions(kind=kind, dither=dither, seed=seed)
            pattern = generate_pattern(shape, options).sparse
            places.add(frozenset((pattern.right_neurons * 4 + pattern.left_neurons).tolist()))
        assert places == enumerated(shape, kind, "per_sweep" if dither else "none")


@pytest.mark.parametrize("dither", DITHERS)
@pytest.mark.parametrize(
    ("kind", "number"), [("free", 46_656), ("seed_per_sweep", 729), ("shared_seed", 27)]
)
def test_published_counts_of_the_first_junction(kind: str, number: int, dither: str) -> None:
    # z = d_in: a right neuron takes a whole row, so that the order of its lanes does not count.
    assert clash_free_count(shape_of(9, 6, 2, 3), kind, dither).exact == number


@pytest.mark.parametrize(
    ("kind", "dither", "number"),
    [
        ("free", "per_sweep", 60_466_176),
        ("seed_per_sweep", "per_sweep", 236_196),
        ("shared_seed", "shared", 486),
        ("shared_seed", "per_sweep", 2916),
        ("shared_seed", "none", 81),
    ],
)
def test_published_counts_of_the_second_junction(kind: str, dither: str, number: int) -> None:
    assert clash_free_count(shape_of(12, 12, 2, 4), kind, dither).exact == number


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        (
            (12, 8, 6, 3),
            "in_degree of junction 1 must divide its 12 left neurons for a closed form, not 9: "
            "right neurons straddle two sweeps",
        ),
        (
            (12, 12, 3, 2),
            "parallelism of junction 1 must divide its in_degree 3 or be a multiple of it for a "
            "closed form, not 2: rows straddle right neurons unevenly",
        ),
    ],
)
def test_no_closed_form_is_told(sizes: tuple[int, int, int, int], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        clash_free_count(shape_of(*sizes), "free")


def test_unknown_names_are_refused() -> None:
    shape = shape_of(4, 4, 1, 2)
    message = 'kind must be one of "shared_seed", "seed_per_sweep", "free", not \'planned\''
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        clash_free_count(shape, "planned")
    message = 'dither must be one of "none", "shared", "per_sweep", not True'
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        clash_free_count(shape, "free", True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "right", "out_degree"), [(3, 2, 1), (2, 3, 2), (4, 2, 2), (1, 5, 3)]
)
def test_random_patterns_are_chosen_pairs(left: int, right: int, out_degree: int) -> None:
    possible = list(combinations(range(left * right), left * out_degree))
    assert pattern_count("random", left, right, out_degree).exact == len(possible)
    assert len(possible) == comb(left * right, left * out_degree)


@pytest.mark.parametrize(
    ("left", "right", "out_degree"), [(4, 4, 2), (6, 3, 1), (3, 3, 1), (2, 6, 3), (4, 2, 2)]
)
def test_planned_patterns_meet_every_window_once(left: int, right: int, out_degree: int) -> None:
    window = right // out_degree
    rows = product(*(range(p, p + window) for p in range(0, left, window)))
    found = 0
    for matrix in product(list(rows), repeat=right):
        met = [(n, r // window) for r, row in enumerate(matrix) for n in row]
        found += len(set(met)) == len(met) == left * out_degree
    assert pattern_count("planned", left, right, out_degree).exact == found


@pytest.mark.parametrize("kind", ["local", "fully_connected"])
def test_some_kinds_have_one_pattern(kind: str) -> None:
    assert pattern_count(kind, 12, 8, 2).exact == 1


def test_kinds_without_a_closed_form_are_told() -> None:
    message = (
        'pattern kind must be "random", "planned", "local" or "fully_connected" for a closed form, '
        "not 'clash_free'"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        pattern_count("clash_free", 12, 8, 2)
    message = (
        "pattern kind must not be structured for a closed form: none is known for the number of "
        "matrices of given row and column sums"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        pattern_count("structured", 12, 8, 2)


def test_impossible_degrees_have_no_count() -> None:
    for kind in ("random", "planned"):
        message = "out_degree of junction 4 must be at most its 8 right neurons, not 9"
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            pattern_count(kind, 12, 8, 9, where="junction 4")
    with pytest.raises(ValueError, match=r"^out_degree of the junction must divide its right"):
        pattern_count("planned", 8, 8, 3)


@pytest.mark.parametrize(
    ("factorials", "exact", "text"),
    [
        ({}, 1, "1"),
        ({4: 1, 2: -2}, 6, "6"),
        ({1000: 2, 999: -2}, 1_000_000, "1.0e6"),
        ({999: 2, 998: -2}, 998_001, "998001"),
        ({9_999_999: 1, 9_999_998: -1}, 9_999_999, "1.0e7"),
        ({6: 8, 2: 1}, 2 * 720**8, "1.4e23"),
    ],
)
def test_counts_as_text(factorials: dict[int, int], exact: int, text: str) -> None:
    count = PatternCount(factorials)
    assert count.log10 == pytest.approx(log10(exact), abs=1e-6)
    assert str(count) == text
    assert count.exact == exact


def test_huge_counts_are_never_written_out() -> None:
    shape = shape_of(1 << 20, 1 << 20, 1, 1)
    count = clash_free_count(shape, "free")
    digits = sum(log10(n) for n in range(1, (1 << 20) + 1))
    assert count.log10 == pytest.approx(digits)
    assert str(count).endswith(f"e{int(digits)}")
