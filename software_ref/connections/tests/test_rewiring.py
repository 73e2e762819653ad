"""Rewiring: equal to a plain rendering of the specification, and refused where it cannot be."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.connections.rewiring import moved_words, rewire, rewire_junction
from software_ref.network import Network

SHAPES = [
    JunctionShape(index=1, left=left, right=right, out_degree=degree, parallelism=z)
    for left, right, degree, z in [
        (12, 8, 2, 3),  # neurons of whole rows
        (12, 8, 4, 6),  # d_in = 6: one row a neuron
        (12, 24, 4, 6),  # three neurons a row
        (24, 9, 3, 8),  # d_in = 8 and z = 8
        (20, 15, 3, 5),  # rows straddle neurons
        (10, 15, 6, 5),  # neurons straddle sweeps from here on; d_in = 4
        (9, 12, 8, 3),
        (12, 8, 6, 4),  # d_in = 9: one and a half neurons a sweep
        (8, 4, 3, 2),
        (15, 20, 16, 5),
        (20, 8, 6, 10),
    ]
]


def pattern_of(shape: JunctionShape, dither: bool, seed: int) -> ClashFreePattern:
    return generate_pattern(shape, ConnectionOptions(kind="free", dither=dither, seed=seed))


def rendered(
    pattern: ClashFreePattern, weights: NDArray[np.int64], count: int, rng: np.random.Generator
) -> tuple[list[int], list[int]]:
    """Left neurons and weights after a step, edge by edge and pair by pair, as the page says."""
    shape = pattern.shape
    left, values = pattern.left_neurons.tolist(), weights.tolist()
    z, right = shape.parallelism, [e // shape.in_degree for e in range(shape.weights)]
    chosen = set(sorted(range(shape.weights), key=lambda e: (abs(values[e]), e))[:count])
    for sweep in range(shape.out_degree):
        for memory in range(z):
            edges = [
                e
                for e in range(sweep * shape.left, (sweep + 1) * shape.left)
                if e in chosen and left[e] % z == memory
            ]
            if len(edges) < 2:
                continue
            order = rng.permutation(len(edges)).tolist()
            for k in range(0, len(edges) - 1, 2):
                a, b = edges[order[k]], edges[order[k + 1]]
                pairs = list(zip(left, right, strict=True))
                pairs[a], pairs[b] = (left[b], right[a]), (left[a], right[b])
                if right[a] != right[b] and len(set(pairs)) == len(pairs):
                    left[a], left[b] = left[b], left[a]
                    values[a] = values[b] = 0
    return left, values


@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_step_is_what_the_page_says(shape: JunctionShape, dither: bool) -> None:
    rng = np.random.default_rng(shape.weights)
    pattern = pattern_of(shape, dither, seed=3)
    for step in range(3):
        weights = rng.integers(-3, 4, shape.weights)  # many are equal
        count = int(rng.integers(0, shape.weights + 1))
        wanted = rendered(pattern, weights, count, np.random.default_rng([1, step]))
        after, moved = rewire_junction(pattern, weights, count, np.random.default_rng([1, step]))
        assert (after.left_neurons.tolist(), moved.tolist()) == wanted
        assert np.array_equal(after.memory, pattern.memory)
        addresses = pattern.words.copy()  # as hardware is told
        for row, memory, word in moved_words(pattern, after):
            addresses[row // shape.depth, memory, row % shape.depth] = word
        assert np.array_equal(addresses, after.words)
        assert np.array_equal(pattern.with_left_neurons(after.left_neurons).words, after.words)
        pattern = after


def test_some_shapes_would_double_edges() -> None:
    """Among them are right neurons that straddle sweeps, whose pairs are left out."""
    left_out = 0
    for shape in SHAPES:
        pattern, weights = pattern_of(shape, False, 3), np.ones(shape.weights, np.int64)
        rng = np.random.default_rng(1)
        _, moved = rewire_junction(pattern, weights, shape.weights, rng)
        right = np.arange(shape.weights) // shape.in_degree
        for sweep in range(shape.out_degree):
            for memory in range(shape.parallelism):
                stayed = [
                    edge
                    for edge in range(sweep * shape.left, (sweep + 1) * shape.left)
                    if moved[edge] and pattern.left_neurons[edge] % shape.parallelism == memory
                ]
                left_out += len(stayed) > 1 and len({*right[stayed]}) == len(stayed)
    assert left_out > 0


def test_one_step_by_hand() -> None:
    """Four left neurons in one memory, of which the three with the smallest weights may move."""
    shape = JunctionShape(index=1, left=4, right=4, out_degree=1, parallelism=1)
    pattern = pattern_of(shape, False, 1)
    assert pattern.left_neurons.tolist() == [2, 0, 1, 3]
    weights = np.array([5, -1, 4, 1])
    after, moved = rewire_junction(pattern, weights, 3, np.random.default_rng([1, 1, 0, 1]))
    order = np.random.default_rng([1, 1, 0, 1]).permutation(3).tolist()
    assert order == [1, 2, 0]  # of the edges 1, 2 and 3: 2 and 3 meet, 1 is left over
    assert after.left_neurons.tolist() == [2, 0, 3, 1]
    assert moved.tolist() == [5, -1, 0, 0]
    assert weights.tolist() == [5, -1, 4, 1]


def test_pairs_by_worth_gain_the_most_first() -> None:
    shape = JunctionShape(index=1, left=4, right=4, out_degree=1, parallelism=1)
    pattern = pattern_of(shape, False, 1)  # left neurons 2, 0, 1 and 3
    worth = np.zeros((4, 4))
    worth[0, 3] = 5  # what right neuron 0 gains by left neuron 3, which the last edge has
    worth[1, 1] = 4
    rng = np.random.default_rng(1)
    after, moved = rewire_junction(pattern, np.arange(1, 5), 4, rng, worth=worth)
    assert after.left_neurons.tolist() == [3, 1, 0, 2]
    assert not moved.any()
    after, moved = rewire_junction(pattern, np.arange(1, 5), 3, rng, worth=worth)
    assert after.left_neurons.tolist() == [2, 1, 0, 3]  # edge 3 may not move, so 1 and 2 do
    assert moved.tolist() == [1, 0, 0, 4]


def test_floating_weights_move_alike() -> None:
    shape = JunctionShape(index=1, left=12, right=8, out_degree=4, parallelism=4)
    pattern, weights = pattern_of(shape, True, 2), np.random.default_rng(2).permutation(48) - 24
    raw = rewire_junction(pattern, weights, 30, np.random.default_rng(1))
    real = rewire_junction(pattern, weights / 256, 30, np.random.default_rng(1))
    assert np.array_equal(raw[0].words, real[0].words)
    assert (raw[1] / 256).tolist() == real[1].tolist()


@pytest.mark.parametrize(
    ("share", "until", "weights", "epochs", "moved"),
    [
        (0.3, 0.75, 1000, 4, [300, 200, 100, 0]),
        (0.29, 1, 100, 2, [29, 0]),  # in float64 29 would be 28.999999999999996
        (1, 0.5, 7, 6, [7, 4, 2, 0, 0, 0]),
        (0.3, 0.1, 100, 3, [30, 0, 0]),
        (0, 1, 100, 2, [0, 0]),
        (1, 1, 100, 1, [0]),
    ],
)
def test_the_share_falls_to_0(
    share: float, until: float, weights: int, epochs: int, moved: list[int]
) -> None:
    options = RewireOptions(share=share, until=until)
    assert [options.moved_after(epoch, epochs, weights) for epoch in range(epochs)] == moved
    exact = Fraction(str(share)) * weights
    assert moved[0] == (exact.numerator // exact.denominator if epochs > 1 else 0)


def test_a_network_moves_the_junctions_that_can() -> None:
    network = Network(
        layers=(12, 12, 8, 4),
        out_degree=(3, 2, 4),
        parallelism=(12, 4, 4),
        connections=ConnectionOptions(kind="free"),
        rewire=RewireOptions(share=1),
    )
    assert network.moving == (2,)  # the first has one word a memory, the last is full
    patterns = [generate_pattern(shape, network.connections) for shape in network.junctions]
    weights = [np.ones(shape.weights, np.int64) for shape in network.junctions]
    assert network.rewire is not None
    step = rewire(network.rewire, patterns, weights, epoch=0, epochs=4)
    assert [a is b for a, b in zip(step.patterns, patterns, strict=True)] == [True, False, True]
    again = rewire(network.rewire, patterns, weights, epoch=0, epochs=4)
    assert np.array_equal(again.patterns[1].words, step.patterns[1].words)
    other = rewire(network.rewire, patterns, weights, epoch=1, epochs=4)
    assert not np.array_equal(other.patterns[1].words, step.patterns[1].words)


def refused(message: str, kind: str = "free", **table: Any) -> None:
    sizes: dict[str, Any] = {
        "layers": (12, 12, 8, 4),
        "out_degree": (3, 2, 4),
        "parallelism": (12, 4, 4),
    }
    with pytest.raises((TypeError, ValueError), match=f"^{re.escape(message)}$"):
        Network(**sizes, connections=ConnectionOptions(kind=kind), rewire=RewireOptions(**table))


def test_wrong_tables_are_refused() -> None:
    refused(
        'rewire must come with connections kind = "free", the only kind whose connections can '
        'move, not "shared_seed"',
        kind="shared_seed",
    )
    refused("rewire share must be 0 to 1, not 1.5", share=1.5)
    refused("rewire share must be 0 to 1, not nan", share=float("nan"))
    refused("rewire share must be a number, not '1'", share="1")
    refused("rewire until must be above 0 and at most 1, not 0", until=0)
    refused("rewire seed must be at least 0, not -1", seed=-1)
    refused("rewire junctions must be a list of integers, not 1", junctions=1)
    refused(
        "rewire junctions must list one or more junctions in rising order, not [2, 1]",
        junctions=[2, 1],
    )
    refused("rewire junctions must be 1 to the 3 there are, not 4", junctions=[2, 4])
    refused(
        "rewire junctions must not name junction 1, which has one word in each of its 12 memories, "
        "as z = 12\nrewire junctions must not name junction 3, which is fully connected",
        junctions=[1, 3],
    )


def test_a_network_without_movable_junctions_is_refused() -> None:
    with pytest.raises(ValueError, match=r"junction 1, which is fully connected$"):
        Network(
            layers=(8, 4),
            out_degree=(4,),
            parallelism=(2,),
            connections=ConnectionOptions(kind="free"),
            rewire=RewireOptions(),
        )
