"""Fisher's iris flowers, which come with scikit-learn: the smallest data set worth training on."""

from __future__ import annotations

import importlib

import numpy as np

from software_ref.datasets.dataset import Dataset

__all__ = ["load_iris"]

_TRAIN = 120
"""Training samples: four fifths of the 150."""

_LONGEST = 8
"""Centimetres that a feature of 1 stands for; the longest sepal has 7.9."""


def load_iris(*, seed: int = 1) -> Dataset:
    """Load scikit-learn's iris: 120 training and 30 test samples, 4 features, 3 classes.

    Parameters
    ----------
    seed : int, >= 0
        Seed of the shuffle that comes before the split: the source lists class after class.

    Returns
    -------
    Dataset
        float64 features (120, 4) and (30, 4): lengths and widths in cm / 8, in [0, 1].

    Raises
    ------
    TypeError
        `seed` is not an integer.
    ValueError
        `seed` is negative.
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed must be an integer, not {type(seed).__name__}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, not {seed}")
    # Imported when used: scikit-learn takes a second to import.
    source = importlib.import_module("sklearn.datasets").load_iris()
    order = np.random.default_rng(seed).permutation(len(source.data))
    x = source.data[order].astype(np.float64) / _LONGEST
    y = source.target[order].astype(np.int64)
    return Dataset(
        name="iris",
        x_train=x[:_TRAIN],
        y_train=y[:_TRAIN],
        x_test=x[_TRAIN:],
        y_test=y[_TRAIN:],
        classes=3,
        provenance=f"scikit-learn's iris, cm / {_LONGEST}, shuffled with seed {seed}",
    )
