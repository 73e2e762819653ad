"""Candidates: legal networks only, and none nearer is missed where all can be listed."""

from __future__ import annotations

from itertools import product

import pytest

from hwgen.designer.candidates import STEP, candidates_near, distance
from hwgen.designer.goal import DesignGoal
from hwgen.designer.layer_sizes import LayerSizes
from software_ref.network import Network


def goal(layers: tuple[int, ...], density: float, clocks: int) -> DesignGoal:
    return DesignGoal(density=density, clocks=clocks, sizes=(LayerSizes(layers=layers),))


def every_network(layers: tuple[int, ...]) -> list[Network]:
    """All legal networks of these layers."""
    junctions = range(len(layers) - 1)
    found = []
    for numbers in product(
        *(range(1, layers[k + 1] + 1) for k in junctions),
        *([z for z in range(1, layers[k] + 1) if layers[k] % z == 0] for k in junctions),
    ):
        out_degree, parallelism = numbers[: len(junctions)], numbers[len(junctions) :]
        try:
            found.append(Network(layers=layers, out_degree=out_degree, parallelism=parallelism))
        except ValueError:
            continue
    return found


@pytest.mark.parametrize("layers", [(12, 8, 4), (8, 6, 4, 2), (15, 10)])
@pytest.mark.parametrize(("density", "clocks"), [(0.1, 4), (0.3, 7), (0.6, 12), (1.0, 8)])
def test_the_nearest_of_all_networks_is_among_them(
    layers: tuple[int, ...], density: float, clocks: int
) -> None:
    found = candidates_near(goal(layers, density, clocks), 1000)
    every = every_network(layers)
    assert {candidate.network for candidate in found} <= set(every)
    nearest = min(
        distance(network.density, density) + distance(network.block_cycle, clocks)
        for network in every
    )
    first = found[0].network
    off = distance(first.density, density) + distance(first.block_cycle, clocks)
    assert off <= nearest + STEP


@pytest.mark.parametrize("layers", [(784, 112, 10), (1024, 64, 32), (800, 100, 100, 100, 10)])
def test_no_junction_processes_more_edges_a_clock_than_it_need(layers: tuple[int, ...]) -> None:
    for candidate in candidates_near(goal(layers, 0.2, 100), 50):
        network = candidate.network
        finishing = 1
        for shape in network.junctions:
            less = [z for z in range(1, shape.parallelism) if shape.left % z == 0]
            assert all(shape.weights > z * network.block_cycle or z < finishing for z in less)
            finishing = shape.finishing


def test_they_come_nearest_first_and_so_many_at_most() -> None:
    found = candidates_near(goal((784, 112, 10), 0.2, 64), 7)
    assert len(found) == 7
    steps = [
        round((distance(each.density, 0.2) + distance(each.block_cycle, 64)) / STEP)
        for each in (candidate.network for candidate in found)
    ]
    assert steps == sorted(steps)


def test_layers_that_share_no_factor_are_fully_connected() -> None:
    found = candidates_near(goal((7, 5, 3), 0.2, 7), 100)
    assert {candidate.network.out_degree for candidate in found} == {(5, 3)}


def test_twice_and_half_are_as_far() -> None:
    assert distance(10, 5) == distance(5, 10) == 1
    assert distance(3, 3) == 0
