"""Patterns of whole networks: each junction is what its kind's own function makes."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from software_ref.connections.clash_free import generate_pattern
from software_ref.connections.network_patterns import PATTERN_KINDS, network_patterns
from software_ref.connections.options import KINDS, ConnectionOptions
from software_ref.connections.planned import local_pattern, planned_pattern
from software_ref.connections.random_sparse import random_pattern
from software_ref.connections.structured import structured_pattern
from software_ref.connections.tests.pattern_shapes import degree_counts
from software_ref.network import Network

LAYERS, OUT_DEGREE, PARALLELISM = [12, 8, 8], [2, 4], [4, 4]


def patterns(kind: str, **changes: Any) -> list[list[list[int]]]:
    """The biadjacency matrices of the example network."""
    arguments: dict[str, Any] = {"parallelism": PARALLELISM, "seed": 3} | changes
    made = network_patterns(kind, LAYERS, OUT_DEGREE, **arguments)
    return [pattern.biadjacency.tolist() for pattern in made]


@pytest.mark.parametrize("kind", PATTERN_KINDS)
def test_every_kind_has_the_networks_sizes_and_edges(kind: str) -> None:
    made = network_patterns(kind, LAYERS, OUT_DEGREE, parallelism=PARALLELISM)
    assert [(pattern.left, pattern.right) for pattern in made] == [(12, 8), (8, 8)]
    full = kind == "fully_connected"
    assert [pattern.edges for pattern in made] == ([96, 64] if full else [24, 32])
    if kind != "random":
        for pattern in made:
            out_degrees, in_degrees = degree_counts(pattern)
            assert len(set(out_degrees)) == len(set(in_degrees)) == 1


@pytest.mark.parametrize("dither", [False, True])
@pytest.mark.parametrize("clash_free_kind", KINDS)
def test_clash_free_patterns_are_the_hardwares(clash_free_kind: str, dither: bool) -> None:
    network = Network(
        layers=tuple(LAYERS),
        out_degree=tuple(OUT_DEGREE),
        parallelism=tuple(PARALLELISM),
        connections=ConnectionOptions(kind=clash_free_kind, dither=dither, seed=7),
    )
    made = network_patterns(
        "clash_free",
        LAYERS,
        OUT_DEGREE,
        parallelism=PARALLELISM,
        seed=7,
        clash_free_kind=clash_free_kind,
        dither=dither,
    )
    for shape, pattern in zip(network.junctions, made, strict=True):
        hardware = generate_pattern(shape, network.connections)
        assert pattern.left_neurons.tolist() == hardware.left_neurons.tolist()


def test_junctions_draw_from_streams_of_their_own() -> None:
    def rng(junction: int) -> np.random.Generator:
        return np.random.default_rng([3, junction])

    expected = {
        "structured": [
            structured_pattern(12, 8, 2, rng(1)),
            structured_pattern(8, 8, 4, rng(2)),
        ],
        "random": [random_pattern(12, 8, 24, rng(1)), random_pattern(8, 8, 32, rng(2))],
        "planned": [planned_pattern(12, 8, 2, rng(1)), planned_pattern(8, 8, 4, rng(2))],
        "local": [local_pattern(12, 8, 2), local_pattern(8, 8, 4)],
    }
    for kind, each in expected.items():
        assert patterns(kind, parallelism=None) == [p.biadjacency.tolist() for p in each]


@pytest.mark.parametrize("kind", ["clash_free", "structured", "random", "planned"])
def test_the_seed_alone_decides(kind: str) -> None:
    assert patterns(kind) == patterns(kind) != patterns(kind, seed=4)


def test_full_connection_takes_no_notice_of_degrees_nor_random_of_divisibility() -> None:
    assert network_patterns("fully_connected", [4, 3], [2])[0].biadjacency.tolist() == [[1] * 4] * 3
    assert network_patterns("random", [4, 3], [2])[0].edges == 8


@pytest.mark.parametrize(
    ("kind", "arguments", "error", "message"),
    [
        (
            "dense",
            {},
            ValueError,
            'pattern kind must be one of "clash_free", "structured", "random", "planned", "local", '
            "\"fully_connected\", not 'dense'",
        ),
        (
            "clash_free",
            {},
            ValueError,
            "parallelism must be given for clash-free patterns, not None",
        ),
        (
            "clash_free",
            {"parallelism": [4]},
            ValueError,
            "parallelism must have one entry per junction: 3 layers make 2 junctions, but it has 1",
        ),
        (
            "clash_free",
            {"parallelism": [5, 4]},
            ValueError,
            "parallelism of junction 1 must divide its 12 left neurons, not 5; nearest legal "
            "parallelism: 4 or 6",
        ),
        (
            "structured",
            {"out_degree": [2]},
            ValueError,
            "out_degree must have one entry per junction: 3 layers make 2 junctions, but it has 1",
        ),
        (
            "structured",
            {"layers": [12, 8.0, 8]},
            TypeError,
            "layers[1] must be an integer, not 8.0",
        ),
        (
            "structured",
            {"layers": [12], "out_degree": []},
            ValueError,
            "layers must name at least an input and an output layer, not [12]",
        ),
        (
            "random",
            {"out_degree": [2, 9]},
            ValueError,
            "out_degree of junction 2 must be at most its 8 right neurons, not 9",
        ),
        (
            "planned",
            {"out_degree": [2, 3]},
            ValueError,
            "out_degree of junction 2 must divide its right neurons for a planned pattern: 8 / 3 "
            "is no whole number of neurons a window; nearest legal out_degree: 2 or 4",
        ),
        (
            "local",
            {"out_degree": [3, 3]},
            ValueError,
            "out_degree of junction 1 must make left * out_degree divisible by right: 12 * 3 = 36 "
            "is not divisible by 8; nearest legal out_degree: 2 or 4",
        ),
        (
            "fully_connected",
            {"layers": [1 << 20, 1 << 10, 1]},
            ValueError,
            "edges of junction 1 must be at most 67108864, not 1073741824",
        ),
        (
            "structured",
            {"layers": [1, 1 << 20, 1 << 20], "out_degree": [1 << 20, 65]},
            ValueError,
            "edges of junction 2 must be at most 67108864, not 68157440",
        ),
        ("random", {"seed": -1}, ValueError, "connections seed must be at least 0, not -1"),
    ],
)
def test_wrong_arguments_are_refused(
    kind: str, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    fields: dict[str, Any] = {"layers": LAYERS, "out_degree": OUT_DEGREE} | arguments
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        network_patterns(kind, **fields)
