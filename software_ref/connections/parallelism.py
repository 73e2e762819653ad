"""Degrees and parallelism for those who name a density and a speed: the nearest that are legal."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from math import ceil, gcd

__all__ = ["legal_out_degrees", "legal_parallelism", "nearest_out_degree", "parallelism_for"]


def legal_out_degrees(left: int, right: int) -> range:
    """Every legal out-degree of a junction from `left` to `right` neurons, in rising order."""
    unit = right // gcd(left, right)
    return range(unit, right + 1, unit)


@cache
def legal_parallelism(left: int) -> tuple[int, ...]:
    """Every legal parallelism of a junction from `left` neurons: its divisors, in rising order."""
    return tuple(z for z in range(1, left + 1) if left % z == 0)


def nearest_out_degree(left: int, right: int, density: float) -> int:
    """The legal out-degree whose density is the nearest; the smaller of two."""
    return min(legal_out_degrees(left, right), key=lambda degree: abs(degree / right - density))


def parallelism_for(
    layers: Sequence[int], out_degree: Sequence[int], clocks: int
) -> tuple[int, ...]:
    """The least parallelism with which every junction takes at most so many clocks a sample.

    Parameters
    ----------
    layers : sequence of int
        Neurons N_0 .. N_L.
    out_degree : sequence of int
        Legal out-degrees d_out_1 .. d_out_L.
    clocks : int
        The most clocks a sample, at least 1. A junction that cannot be as fast is as fast as it
        can be, with z = N_{i-1}: d_out clocks.

    Returns
    -------
    tuple of int
        z_1 .. z_L. At most z_{i+1} right neurons finish a clock, so a junction may be faster than
        asked for.
    """
    chosen: list[int] = []
    finishing = 1
    for (left, right), degree in zip(pairwise(layers), out_degree, strict=True):
        enough = max(finishing, min(left, ceil(left * degree / clocks)))
        z = next(z for z in legal_parallelism(left) if z >= enough)
        finishing = ceil(z / (left * degree // right))
        chosen.append(z)
    return tuple(chosen)
