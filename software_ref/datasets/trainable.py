"""What statistics of a data set need: samples of each class, and features that vary."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from software_ref.datasets.dataset import Dataset, Features

__all__ = ["check_trainable", "empty_classes", "varying_features"]

_LISTED = 5
"""Classes that a message names at most."""


def empty_classes(dataset: Dataset) -> list[int]:
    """Classes without a training sample, in rising order."""
    counts = np.bincount(dataset.y_train, minlength=dataset.classes)
    return [int(label) for label in np.flatnonzero(counts == 0)]


def varying_features(x: Features) -> NDArray[np.bool_]:
    """Which features have more than one value: bool (features,)."""
    varying: NDArray[np.bool_] = x.min(axis=0) != x.max(axis=0)
    return varying


def check_trainable(dataset: Dataset) -> None:
    """Refuse a data set that no statistics of its classes can be drawn from.

    Raises
    ------
    ValueError
        A class has no training sample, or no feature varies among the training samples.
    """
    empty = empty_classes(dataset)
    if empty:
        listed = ", ".join(map(str, empty[:_LISTED]))
        more = f" and {len(empty) - _LISTED} more" if len(empty) > _LISTED else ""
        raise ValueError(
            f"{dataset.name}: every class must have a training sample, "
            f"but of 0 to {dataset.classes - 1} these have none: {listed}{more}"
        )
    if not varying_features(dataset.x_train).any():
        raise ValueError(
            f"{dataset.name}: some feature must vary among the training samples, "
            f"but all {dataset.features} are constant"
        )
