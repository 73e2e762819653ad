"""Checks of layer sizes and degrees, one wording for networks and for patterns of every kind."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any

from software_ref.console.errors import Mistakes

__all__ = [
    "MOST_EDGES",
    "MOST_PAIRS",
    "check_edges",
    "check_entries",
    "check_out_degree",
    "check_pairs",
    "nearest",
    "positive_integers",
]

MOST_EDGES = 1 << 26
MOST_PAIRS = 1 << 27
"""Arrays of a few GiB. Without a limit the system may end the process, or another one, for want of
memory long before NumPy is refused any."""


def positive_integers(name: str, values: Any) -> tuple[int, ...]:
    """The values as a tuple, if they are a list or tuple of integers from 1.

    Raises
    ------
    TypeError
        `values` is no list, or some entry no integer.
    ValueError
        Some entry is below 1.
    """
    if not isinstance(values, list | tuple):
        raise TypeError(f"{name} must be a list of integers, not {values!r}")
    mistakes = Mistakes()
    for position, value in enumerate(values):
        with mistakes.noted():
            if not isinstance(value, int) or isinstance(value, bool):
                raise TypeError(f"{name}[{position}] must be an integer, not {value!r}")
            if value < 1:
                raise ValueError(f"{name}[{position}] must be at least 1, not {value}")
    mistakes.raise_any()
    return tuple(values)


def check_entries(layers: Sequence[int], **lists: Sequence[int]) -> None:
    """Raise ValueError unless there are two layers and every list has one entry per junction."""
    if len(layers) < 2:
        raise ValueError(
            f"layers must name at least an input and an output layer, not {list(layers)}"
        )
    mistakes = Mistakes()
    for name, entries in lists.items():
        with mistakes.noted():
            if len(entries) != len(layers) - 1:
                raise ValueError(
                    f"{name} must have one entry per junction: {len(layers)} layers make "
                    f"{len(layers) - 1} junctions, but it has {len(entries)}"
                )
    mistakes.raise_any()


def check_edges(edges: int, *, where: str) -> None:
    """Raise ValueError where a junction has too many edges to list."""
    if edges > MOST_EDGES:
        raise ValueError(f"edges of {where} must be at most {MOST_EDGES}, not {edges}")


def check_pairs(left: int, right: int, *, where: str) -> None:
    """Raise ValueError where a matrix over all pairs of two layers would be too large."""
    if left * right > MOST_PAIRS:
        raise ValueError(
            f"pairs of neurons of {where} must be at most {MOST_PAIRS} for a matrix of them, not "
            f"{left} * {right}"
        )


def check_out_degree(
    left: int, right: int, out_degree: int, *, where: str, equal_in_degrees: bool = True
) -> None:
    """Raise ValueError unless `left` neurons with `out_degree` edges each can join `right` ones.

    Parameters
    ----------
    left, right, out_degree : int
        N_{i-1}, N_i and d_out.
    where : str
        What the message calls the junction: "junction 1".
    equal_in_degrees : bool
        Whether every right neuron must get the same number of edges, d_in = left d_out / right.
    """
    if out_degree < 1:
        raise ValueError(f"out_degree of {where} must be at least 1, not {out_degree}")
    if out_degree > right:
        raise ValueError(
            f"out_degree of {where} must be at most its {right} right neurons, not {out_degree}"
        )
    if equal_in_degrees and left * out_degree % right:
        unit = right // gcd(left, right)
        legal = nearest(out_degree, range(unit, right + 1, unit))
        raise ValueError(
            f"out_degree of {where} must make left * out_degree divisible by right: "
            f"{left} * {out_degree} = {left * out_degree} is not divisible "
            f"by {right}; nearest legal out_degree: {legal}"
        )


def nearest(value: int, legal: Sequence[int]) -> str:
    """Name the legal values, which rise, next to `value`, below and above: "4 or 6"."""
    below = [v for v in legal if v < value][-1:]
    above = [v for v in legal if v > value][:1]
    return " or ".join(str(v) for v in below + above)
