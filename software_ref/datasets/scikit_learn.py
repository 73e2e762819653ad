"""The data sets that scikit-learn ships: read and shuffled, as they list class after class."""

from __future__ import annotations

import importlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["check_seed", "shuffled_source"]


def shuffled_source(loader: str, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Read one of scikit-learn's data sets in a seeded order.

    Parameters
    ----------
    loader : str
        Its function in `sklearn.datasets`.
    seed : int, >= 0
        Seed of the shuffle.

    Returns
    -------
    features float64 (n, d), labels int64 (n,)

    Raises
    ------
    TypeError
        `seed` is not an integer.
    ValueError
        `seed` is negative.
    """
    check_seed(seed=seed)
    # Imported when used: scikit-learn takes a second to import, and few commands need it.
    source = getattr(importlib.import_module("sklearn.datasets"), loader)()
    order = np.random.default_rng(seed).permutation(len(source.data))
    return source.data[order].astype(np.float64), source.target[order].astype(np.int64)


def check_seed(*, seed: int = 1) -> None:
    """Raise TypeError or ValueError where a seed is no integer from 0."""
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed must be an integer, not {type(seed).__name__}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, not {seed}")
