"""Which of several networks are the best where more than one thing is wanted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["dominated_by", "goes_on", "non_dominated"]


def dominated_by(costs: ArrayLike) -> NDArray[np.int64]:
    """By how many others each is dominated: int64 (n,).

    Parameters
    ----------
    costs : (n, objectives)
        What is to be small. One dominates another that it is nowhere worse than, and somewhere
        better.
    """
    rows = np.asarray(costs, np.float64)
    if not len(rows):
        return np.zeros(0, np.int64)
    no_worse = (rows[:, None, :] <= rows[None, :, :]).all(axis=2)
    better = (rows[:, None, :] < rows[None, :, :]).any(axis=2)
    return (no_worse & better).sum(axis=0)


def non_dominated(costs: ArrayLike) -> list[int]:
    """Those that none dominates, the first one of equals alone."""
    rows = np.asarray(costs, np.float64)
    if not len(rows):
        return []
    _, first = np.unique(rows, axis=0, return_index=True)
    kept = set(first.tolist())
    return [int(k) for k in np.flatnonzero(dominated_by(rows) == 0) if int(k) in kept]


def goes_on(costs: Sequence[Sequence[float]], kept: int, fewest: int) -> bool:
    """Whether the last of some trials at a rung goes on: one of the best 1 / kept, or a front one.

    Of up to `fewest` trials all go on.
    """
    if len(costs) <= fewest:
        return True
    counts = dominated_by(costs)
    return bool(counts[-1] == 0 or (counts < counts[-1]).sum() < len(counts) / kept)
