"""Figures of the small board that the tests share."""

from __future__ import annotations

import numpy as np

from software_ref.training import TrainingData

__all__ = ["SAMPLES", "TIMEOUT", "random_data"]

SAMPLES = 40
"""Room in its store."""
TIMEOUT = 0.0002
"""Seconds of its clock to wait for an answer, beside what a frame takes on its way."""


def random_data(train: int, test: int) -> TrainingData:
    """So many training and test samples for its network."""
    rng = np.random.default_rng([train, test])
    return TrainingData(
        train_features=rng.integers(0, 257, (train, 12)),
        train_labels=rng.integers(0, 3, train),
        test_features=rng.integers(0, 257, (test, 12)),
        test_labels=rng.integers(0, 3, test),
    )
