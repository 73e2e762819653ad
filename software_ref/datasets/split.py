"""Splits samples by class: which ones to hold out, so that every class keeps its share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["stratified_choice"]


def stratified_choice(
    labels: NDArray[np.int64], count: int, seed: int, *, where: str
) -> NDArray[np.bool_]:
    """Choose samples so that every class has its share of them, as nearly as whole samples allow.

    The share of a class with n_m of n samples is count n_m / n, rounded down; the samples still
    missing come from the classes with the largest remainders, the lower class first among equals.
    A class that this would leave without a sample gives one only when no other can.

    Parameters
    ----------
    labels : int64 (n,)
    count : int
        Samples to choose, 0 to n - 1.
    seed : int
        Seed of the choice within a class, at least 0.
    where : str
        What to call the data set in a message.

    Returns
    -------
    bool (n,)
        True at the chosen samples.

    Raises
    ------
    TypeError
        `count` or `seed` is not an integer.
    ValueError
        `count` or `seed` is out of range.
    """
    for name, value in (("the number of samples held out", count), ("seed", seed)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"{where}: {name} must be an integer, not {type(value).__name__}")
    if seed < 0:
        raise ValueError(f"{where}: seed must be at least 0, not {seed}")
    if not 0 <= count < len(labels):
        raise ValueError(
            f"{where}: the number of samples held out must lie in 0 to {len(labels) - 1} "
            f"(all but one), not {count}"
        )
    classes, sizes = np.unique(labels, return_counts=True)
    shares, remainders = np.divmod(count * sizes.astype(np.int64), len(labels))
    missing = count - int(shares.sum())
    order = np.lexsort((-remainders, shares + 1 == sizes))
    shares[order[:missing]] += 1
    rng = np.random.default_rng(seed)
    chosen = np.zeros(len(labels), dtype=np.bool_)
    for label, share in zip(classes, shares, strict=True):
        chosen[rng.permutation(np.flatnonzero(labels == label))[:share]] = True
    return chosen
