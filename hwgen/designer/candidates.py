"""Legal networks near a wish, before any estimate: degrees for the density, then z for the speed.

There are too many to list: 784-112-10 alone has 1,120 choices of degrees, each with 150 of z. So
the junction with the most edges gets the two degrees next to what the others leave it, and z is the
least with which no junction takes longer than a block cycle near the wish.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest
from itertools import pairwise, product
from typing import NamedTuple

from hwgen.designer.goal import DesignGoal
from hwgen.designer.layer_sizes import LayerSizes
from software_ref.connections.parallelism import (
    legal_out_degrees,
    legal_parallelism,
    parallelism_for,
)
from software_ref.network import Network

__all__ = ["Candidate", "candidates_near", "distance"]

DEGREES = 12
"""The most degrees of a junction that are tried, beside those of the largest junction."""
PER_SIZES = 40
"""The most choices of degrees, nearest first, that are kept for one choice of layers."""
STEP = 0.05
"""Distances that differ by less are equal: then the smaller core is the better one."""


def distance(found: float, wished: float) -> float:
    """How far a quantity is off, as a share of the lesser: twice and half are as far."""
    return max(found / wished, wished / found) - 1


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A legal network, the layers that it has, and the wish that it is near."""

    sizes: LayerSizes
    """Its layers."""
    network: Network
    """The network."""
    goal: DesignGoal
    """The wish."""


class _Numbers(NamedTuple):
    """What a network is made of, before it is one; the nearest is the least."""

    steps: int
    """Steps that density and block cycle are off, added."""
    lanes: int
    """Multipliers of an operation: among networks as near the fewest come first."""
    weights: int
    """Then the fewest edges."""
    layers: tuple[int, ...]
    degrees: tuple[int, ...]
    parallelism: tuple[int, ...]


def candidates_near(goal: DesignGoal, most: int) -> list[Candidate]:
    """Legal networks, nearest first, so many at most."""
    sizes = {each.layers: each for each in goal.sizes}
    found = {
        numbers
        for layers in sizes
        for degrees in _degrees(layers, goal.density, goal.clocks)
        for numbers in _numbers(layers, degrees, goal)
    }
    return [
        Candidate(
            sizes=sizes[numbers.layers],
            network=Network(
                layers=numbers.layers,
                out_degree=numbers.degrees,
                parallelism=numbers.parallelism,
                classes=sizes[numbers.layers].classes,
            ),
            goal=goal,
        )
        for numbers in nsmallest(most, found)
    ]


def _degrees(layers: tuple[int, ...], density: float, clocks: int) -> list[tuple[int, ...]]:
    """Out-degrees of all junctions, those with the nearest overall density.

    Where the clocks are few or many, those that come near them are there, too: a junction takes
    d_out clocks at least, and N d_out at most.
    """
    pairs = list(pairwise(layers))
    legal = [legal_out_degrees(*pair) for pair in pairs]
    edges = [left * right for left, right in pairs]
    wished = density * sum(edges)
    largest = edges.index(max(edges))
    limits = [
        {*_nearest(choices, clocks), *_nearest(choices, clocks / left)}
        for choices, (left, _) in zip(legal, pairs, strict=True)
    ]
    others = [
        [0] if k == largest else sorted({*_thinned(choices, density * pairs[k][1]), *limits[k]})
        for k, choices in enumerate(legal)
    ]
    found: dict[tuple[int, ...], float] = {}
    for choice in product(*others):
        spent = sum(degree * left for degree, (left, _) in zip(choice, pairs, strict=True))
        nearest = _nearest(legal[largest], (wished - spent) / pairs[largest][0])
        for degree in {*nearest, *limits[largest]}:
            degrees = (*choice[:largest], degree, *choice[largest + 1 :])
            found[degrees] = distance(spent + degree * pairs[largest][0], wished)
    return sorted(found, key=found.__getitem__)[:PER_SIZES]


def _thinned(degrees: range, wished: float) -> list[int]:
    """Degrees from a quarter of one to all edges, spaced by a factor where there are too many."""
    least = max(degrees[0], min(degrees[-1], wished / 4))
    factor = (degrees[-1] / least) ** (1 / (DEGREES - 1))
    return sorted(
        {degree for k in range(DEGREES) for degree in _nearest(degrees, least * factor**k)[:1]}
    )


def _nearest(degrees: range, wished: float) -> list[int]:
    """The legal degrees on either side."""
    below = int(wished - degrees.start) // degrees.step
    places = {min(max(place, 0), len(degrees) - 1) for place in (below, below + 1)}
    return sorted((degrees[place] for place in places), key=lambda degree: abs(degree - wished))


def _numbers(
    layers: tuple[int, ...], degrees: tuple[int, ...], goal: DesignGoal
) -> Iterator[_Numbers]:
    """Networks of these degrees with the block cycles next to the clocks wished for."""
    weights = [left * degree for left, degree in zip(layers, degrees, strict=False)]
    density = sum(weights) / sum(left * right for left, right in pairwise(layers))
    choices = [legal_parallelism(left) for left in layers[:-1]]
    cycles = sorted({w // z for w, zs in zip(weights, choices, strict=True) for z in zs})
    place = bisect_right(cycles, goal.clocks)
    for cycle in cycles[max(place - 2, 0) : place + 1]:
        parallelism = parallelism_for(layers, degrees, cycle)
        longest = max(w // z for w, z in zip(weights, parallelism, strict=True))
        if longest > cycle:  # that of a slower cycle
            continue
        off = distance(density, goal.density) + distance(longest, goal.clocks)
        yield _Numbers(
            steps=round(off / STEP),
            lanes=sum(parallelism),
            weights=sum(weights),
            layers=layers,
            degrees=degrees,
            parallelism=parallelism,
        )
