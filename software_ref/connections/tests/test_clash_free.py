"""Clash-free patterns: degrees, no double pairs, one access a memory and row, and determinism."""

from __future__ import annotations

import re
from math import gcd
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.options import KINDS, ConnectionOptions

# left, right, out_degree, parallelism; right neurons straddle two sweeps in all of them
STRADDLING = [
    (10, 15, 6, 5),  # d_in = 4
    (9, 12, 8, 1),  # d_in = 6
    (9, 12, 8, 3),
    (9, 12, 8, 9),  # one word a memory
    (12, 8, 6, 4),  # d_in = 9: one and a half neurons a sweep
    (8, 4, 3, 8),
    (8, 4, 3, 2),
    (12, 3, 2, 4),
    (15, 20, 16, 5),  # d_in = 12
    (14, 21, 18, 7),
    (20, 8, 6, 10),
]
UNCHANGED = {
    "shared_seed": [0, 4, 2, 3, 1, 5, 0, 4, 2, 3, 1, 5],
    "seed_per_sweep": [0, 4, 2, 3, 1, 5, 3, 4, 5, 0, 1, 2],
    "free": [0, 4, 5, 3, 1, 2, 3, 1, 2, 0, 4, 5],
}
"""Left neurons of one dithered pattern of each kind, as first released: old checkpoints rely on
them."""


def shape_of(left: int, right: int, out_degree: int, z: int) -> JunctionShape:
    return JunctionShape(index=1, left=left, right=right, out_degree=out_degree, parallelism=z)


@st.composite
def shapes(draw: st.DrawFn, largest: int = 20) -> JunctionShape:
    left, right = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    unit = right // gcd(left, right)
    out_degree = unit * draw(st.integers(1, right // unit))
    z = draw(st.sampled_from([d for d in range(1, left + 1) if left % d == 0]))
    return shape_of(left, right, out_degree, z)


options = st.builds(
    ConnectionOptions,
    kind=st.sampled_from([*KINDS]),
    dither=st.booleans(),
    seed=st.integers(0, 10_000),
)


def check(pattern: ClashFreePattern) -> None:
    """Everything that a pattern promises, from its list of left neurons alone."""
    shape = pattern.shape
    left = pattern.left_neurons
    assert left.dtype == np.int64
    assert len(left) == shape.weights
    # Every left neuron has d_out edges, every right neuron d_in, and no pair two.
    assert np.bincount(left, minlength=shape.left).tolist() == [shape.out_degree] * shape.left
    right = np.arange(shape.weights) // shape.in_degree
    assert len(set(zip(left.tolist(), right.tolist(), strict=True))) == shape.weights
    # A row reads every memory once, a sweep every left neuron.
    rows = left.reshape(shape.rows, shape.parallelism)
    assert (np.sort(rows % shape.parallelism) == np.arange(shape.parallelism)).all()
    sweeps = left.reshape(shape.out_degree, shape.left)
    assert (np.sort(sweeps) == np.arange(shape.left)).all()


def check_kind(pattern: ClashFreePattern, options: ConnectionOptions) -> None:
    """Words as the kind's incrementers give them, memories as the crossbar does."""
    shape = pattern.shape
    z, depth = shape.parallelism, shape.depth
    if options.kind != "free":
        cycles = np.arange(depth)
        assert (pattern.words == (pattern.seeds[:, :, None] + cycles) % depth).all()
    if options.kind == "shared_seed":
        assert (pattern.seeds == pattern.seeds[0]).all()
    if not options.dither:
        assert (pattern.memory == np.arange(z)).all()
    for edge, neuron in enumerate(pattern.left_neurons.tolist()):
        row, lane = divmod(edge, z)
        sweep, cycle = divmod(row, depth)
        memory = int(pattern.memory[sweep, lane])
        assert neuron == pattern.words[sweep, memory, cycle] * z + memory


@settings(max_examples=300, derandomize=True, deadline=None)
@given(shape=shapes(), options=options)
def test_every_legal_shape_has_a_pattern_of_every_kind(
    shape: JunctionShape, options: ConnectionOptions
) -> None:
    pattern = generate_pattern(shape, options)
    check(pattern)
    check_kind(pattern, options)


@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("numbers", STRADDLING)
def test_straddling_shapes(numbers: tuple[int, int, int, int], kind: str, dither: bool) -> None:
    assert numbers[0] % shape_of(*numbers).in_degree
    for seed in range(12):
        options = ConnectionOptions(kind=kind, dither=dither, seed=seed)
        pattern = generate_pattern(shape_of(*numbers), options)
        check(pattern)
        check_kind(pattern, options)


@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_equal_arguments_give_equal_patterns(kind: str, dither: bool) -> None:
    shape = shape_of(24, 18, 6, 6)
    first, again = (
        generate_pattern(shape, ConnectionOptions(kind=kind, dither=dither, seed=5))
        for _ in range(2)
    )
    other = generate_pattern(shape, ConnectionOptions(kind=kind, dither=dither, seed=6))
    assert (first.left_neurons == again.left_neurons).all()
    assert (first.left_neurons != other.left_neurons).any()


def test_junctions_of_one_network_draw_from_streams_of_their_own() -> None:
    first = generate_pattern(shape_of(24, 24, 3, 6), ConnectionOptions())
    sizes = {"left": 24, "right": 24, "out_degree": 3, "parallelism": 6}
    second = generate_pattern(JunctionShape(index=2, **sizes), ConnectionOptions())
    assert (first.left_neurons != second.left_neurons).any()


def test_patterns_do_not_change_from_one_release_to_the_next() -> None:
    drawn = {
        kind: generate_pattern(
            shape_of(6, 4, 2, 3), ConnectionOptions(kind=kind, dither=True, seed=3)
        ).left_neurons.tolist()
        for kind in KINDS
    }
    assert drawn == UNCHANGED


def pattern_of(phi: list[list[int]], **changes: Any) -> ClashFreePattern:
    """A pattern of shape N = 12, z = 4 from explicit seeds, one vector a sweep."""
    seeds: NDArray[np.int64] = np.array(phi)
    sweeps = len(phi)
    fields: dict[str, Any] = {
        "shape": shape_of(12, 12, sweeps, 4),
        "kind": "seed_per_sweep",
        "memory": np.tile(np.arange(4), (sweeps, 1)),
        "words": (seeds[:, :, None] + np.arange(3)) % 3,
    }
    return ClashFreePattern(**fields | changes)


def test_the_slides_example() -> None:
    pattern = pattern_of([[1, 0, 2, 2]])
    rows = pattern.left_neurons.reshape(3, 4).tolist()
    assert rows == [[4, 1, 10, 11], [8, 5, 2, 3], [0, 9, 6, 7]]
    assert pattern.seeds.tolist() == [[1, 0, 2, 2]]


def test_an_explicit_double_pair_is_refused() -> None:
    # d_in = 8: right neuron 1 takes the last row of sweep 0 and the first of sweep 1.
    shape = shape_of(12, 3, 2, 4)
    words = (np.array([[1, 0, 2, 2], [0, 0, 0, 0]])[:, :, None] + np.arange(3)) % 3
    message = (
        "pattern of junction 1 must join a pair of neurons at most once, but left neuron 0 and "
        "right neuron 1 carry two edges: right neurons straddle two sweeps here, whose seeds must "
        "keep their words apart"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        pattern_of([[0]], shape=shape, memory=np.tile(np.arange(4), (2, 1)), words=words)


def test_a_dithered_double_pair_is_refused() -> None:
    # d_in = 6: right neuron 1 takes lanes 6 and 7 of row 0, and lanes 0 to 3 of row 1.
    shape = shape_of(8, 4, 3, 8)
    memory = np.array([np.arange(8), np.roll(np.arange(8), 2), np.arange(8)])
    message = (
        "pattern of junction 1 must join a pair of neurons at most once, but left neuron 6 and "
        "right neuron 1 carry two edges: right neurons straddle two sweeps here, whose seeds must "
        "keep their words apart"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ClashFreePattern(
            shape=shape, kind="free", memory=memory, words=np.zeros((3, 8, 1), dtype=np.int64)
        )


def test_wrong_sizes_are_refused() -> None:
    message = (
        "pattern of junction 1 must have memory (1, 4) and words (1, 4, 3), "
        "not (2, 4) and (1, 4, 3)"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        pattern_of([[1, 0, 2, 2]], memory=np.tile(np.arange(4), (2, 1)))


def test_a_row_that_reads_a_memory_twice_is_refused() -> None:
    message = "pattern of junction 1 must permute the 4 memories in every sweep"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        pattern_of([[1, 0, 2, 2]], memory=np.array([[0, 1, 2, 2]]))


def test_a_sweep_that_reads_a_word_twice_is_refused() -> None:
    message = "pattern of junction 1 must read each of the 3 words once a sweep"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        pattern_of([[1, 0, 2, 2]], words=np.zeros((1, 4, 3), dtype=np.int64))


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        (
            {"kind": "random"},
            ValueError,
            'connections kind must be one of "shared_seed", "seed_per_sweep", "free", not '
            "'random'",
        ),
        ({"dither": 1}, TypeError, "connections dither must be true or false, not 1"),
        ({"seed": 1.0}, TypeError, "connections seed must be an integer, not 1.0"),
        ({"seed": True}, TypeError, "connections seed must be an integer, not True"),
        ({"seed": -1}, ValueError, "connections seed must be at least 0, not -1"),
    ],
)
def test_wrong_options_are_refused(
    fields: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        ConnectionOptions(**fields)
