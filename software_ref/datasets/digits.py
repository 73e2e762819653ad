"""The 8 x 8 handwritten digits that come with scikit-learn: small, and there without a download."""

from __future__ import annotations

import numpy as np

from software_ref.datasets.dataset import Dataset
from software_ref.datasets.scikit_learn import shuffled_source

__all__ = ["load_digits"]

_TRAIN = 1437
"""Training samples: four fifths of the 1797."""

_LEVELS = 16
"""Largest pixel value of the source."""


def load_digits(*, seed: int = 1) -> Dataset:
    """Load scikit-learn's digits: 1437 training and 360 test samples, 64 features, 10 classes.

    Parameters
    ----------
    seed : int, >= 0
        Seed of the shuffle that comes before the split. The source lists its writers one after
        the other, so an unshuffled split would test on writers never seen in training.

    Returns
    -------
    Dataset
        float32 features (1437, 64) and (360, 64), pixel / 16: multiples of 1/16 in [0, 1].

    Raises
    ------
    TypeError
        `seed` is not an integer.
    ValueError
        `seed` is negative.
    """
    data, y = shuffled_source("load_digits", seed)
    # Sixteenths are exact in float32.
    x = (data / _LEVELS).astype(np.float32)
    return Dataset(
        name="digits",
        x_train=x[:_TRAIN],
        y_train=y[:_TRAIN],
        x_test=x[_TRAIN:],
        y_test=y[_TRAIN:],
        classes=10,
        provenance=f"scikit-learn's 8 x 8 digits, pixels / {_LEVELS}, shuffled with seed {seed}",
    )
