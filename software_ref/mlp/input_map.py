"""The map from features to what a network's first junction sees: centred, and of one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["DEVIATION", "InputMap"]

Floats: TypeAlias = NDArray[np.floating]

DEVIATION = {"relu": 1.0, "sigmoid": 0.5}
"""Standard deviation of mapped features, by the hidden activation. Sigmoids that start with small
sums are nearly linear, and with larger ones learn images more by heart."""

BLOCK_ROWS = 4096
"""Samples mapped at a time, so that temporaries stay small beside the result."""


@dataclass(frozen=True, kw_only=True, eq=False)
class InputMap:
    """x becomes (x - mean) / scale: one mean a feature, and one scale for all of them.

    Weights start as if inputs had mean 0 and a variance of about 1. Features of small variance
    around 1/2, such as principal components in [0, 1], would leave the first sums almost constant.
    With one scale, features keep their variances relative to one another: noise stays as small as
    it is.
    """

    mean: Floats
    """float (N_0,)."""
    scale: float
    """Above 0."""

    @classmethod
    def of(cls, features: Floats, deviation: float = 1.0) -> InputMap:
        """The map that centres features (n, N_0), n at least 1, and brings them to one scale.

        The root of their mean variance becomes `deviation`; features that are constant, such as
        inputs without any, take no part in the mean.
        """
        mean = features.mean(axis=0, dtype=np.float64)
        varying = features.min(axis=0) != features.max(axis=0)
        squares = np.zeros(features.shape[1])
        for start in range(0, len(features), BLOCK_ROWS):
            squares += np.square(features[start : start + BLOCK_ROWS] - mean).sum(axis=0)
        root = float(np.sqrt(squares[varying].mean() / len(features))) if varying.any() else 1.0
        return cls(mean=mean.astype(features.dtype), scale=root / deviation)

    @classmethod
    def identity(cls, inputs: int, dtype: np.dtype[np.floating]) -> InputMap:
        """The map that leaves features as they are."""
        return cls(mean=np.zeros(inputs, dtype), scale=1.0)

    def __call__(self, features: Floats) -> Floats:
        """Map features (n, N_0); the identity gives the array itself."""
        if self.scale == 1 and not self.mean.any():
            return features
        mapped: Floats = features - self.mean
        mapped /= features.dtype.type(self.scale)
        return mapped
