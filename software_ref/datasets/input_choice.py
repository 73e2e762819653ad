"""Which feature each input of a network takes: telling ones several inputs, dead ones none."""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["INPUT_METHODS", "inputs_by_deviation"]

INPUT_METHODS = ("deviation",)
"""What `[data.inputs] method` may be."""

_DEVIATION_BITS = 16
"""A variance has so many more bits than integers, so that its root has half as many."""
_INPUTS_STREAM = 2
"""Keeps the shuffle's generator apart from those of other seeds of the network file."""
_BLOCK_VALUES = 1 << 22
"""Values squared at a time, so that temporaries stay small beside the samples."""


def inputs_by_deviation(
    samples: NDArray[np.integer[Any]], inputs: int, seed: int, *, where: str
) -> NDArray[np.int64]:
    """Draw inputs from features in proportion to their standard deviations, in exact integers.

    Parameters
    ----------
    samples : integers (n, F)
        Raw training samples as a junction sees them, 0 to 2^16, n at most 2^31.
    inputs : int
        N_0; a feature of standard deviation d gets N_0 d / (sum of all) of them, rounded down or
        up.
    seed : int
        Of their order.
    where : str
        What to call the samples in a message.

    Returns
    -------
    int64 (N_0,), the feature of each input (docs/numerics.md, "Inputs by what they say").

    Raises
    ------
    ValueError
        All features are constant.
    """
    deviations = [isqrt(variance << _DEVIATION_BITS) for variance in _variances(samples)]
    total = sum(deviations)
    if not total:
        raise ValueError(
            f"{where}: some feature must differ between training samples for [data.inputs] to "
            f"choose by, but all {samples.shape[1]} are constant"
        )
    chosen, feature, reached = np.empty(inputs, np.int64), 0, deviations[0]
    for j in range(inputs):
        while not 2 * inputs * reached > (2 * j + 1) * total:
            feature += 1
            reached += deviations[feature]
        chosen[j] = feature
    order = np.random.default_rng([seed, 0, 0, _INPUTS_STREAM]).permutation(inputs)
    return chosen[order]


def _variances(samples: NDArray[np.integer[Any]]) -> list[int]:
    """n^2 times the variance of each feature."""
    count, features = samples.shape
    sums, squares = np.zeros(features, np.int64), np.zeros(features, np.int64)
    step = max(1, _BLOCK_VALUES // max(1, features))
    for start in range(0, count, step):
        block = samples[start : start + step].astype(np.int64)
        sums += block.sum(axis=0)
        squares += (block * block).sum(axis=0)
    return [
        count * square - each * each
        for square, each in zip(squares.tolist(), sums.tolist(), strict=True)
    ]
