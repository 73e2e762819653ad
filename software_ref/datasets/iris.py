"""Fisher's iris flowers, which come with scikit-learn: the smallest data set worth training on."""

from __future__ import annotations

from software_ref.datasets.dataset import Dataset
from software_ref.datasets.scikit_learn import shuffled_source

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
    data, y = shuffled_source("load_iris", seed)
    x = data / _LONGEST
    return Dataset(
        name="iris",
        x_train=x[:_TRAIN],
        y_train=y[:_TRAIN],
        x_test=x[_TRAIN:],
        y_test=y[_TRAIN:],
        classes=3,
        provenance=f"scikit-learn's iris, cm / {_LONGEST}, shuffled with seed {seed}",
    )
