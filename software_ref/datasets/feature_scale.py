"""Maps features of any range to [0, 1]: by one range for all, or each by its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FEATURE",
    "FeaturePlace",
    "FeatureScale",
    "check_numbers",
    "fit_scale",
    "map_range",
    "without_scale",
]

FEATURE = "feature"
"""The `scale` that maps each feature by its own range over the training samples."""

FeaturePlace: TypeAlias = Callable[[str, tuple[int, int] | None], str]
"""What to call a split's features in a message, or one of them by (sample, feature):
"a.npz: x_train" and "a.npz: x_train[3, 1]"."""

_Arrays = Mapping[str, NDArray[Any]]
"""Features (n, features) by split."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FeatureScale:
    """What each feature was mapped by: v to (v - low) / (high - low), cut to [0, 1]."""

    low: NDArray[np.float64]
    """What becomes 0: (features,)."""
    high: NDArray[np.float64]
    """What becomes 1: (features,); a feature with high = low becomes 0."""

    def apply(self, x: NDArray[Any]) -> NDArray[np.float64]:
        """Features (n, features) in [0, 1]."""
        # Halves: the difference of two finite numbers may be none.
        low, span = self.low / 2, self.high / 2 - self.low / 2
        moved = (x.astype(np.float64) / 2 - low) / np.where(span > 0, span, 1)
        return np.where(span > 0, np.clip(moved, 0, 1), 0.0)


def fit_scale(x: NDArray[Any]) -> FeatureScale:
    """The scale that maps the range of each feature of the samples (n, features) to [0, 1]."""
    return FeatureScale(low=x.min(axis=0).astype(np.float64), high=x.max(axis=0).astype(np.float64))


def map_range(
    x: _Arrays, low: float, high: float, *, clip: bool, place: FeaturePlace
) -> dict[str, NDArray[np.float64]]:
    """Map every feature v to (v - low) / (high - low).

    Raises
    ------
    ValueError
        A value lies outside [low, high], and `clip` is false.
    """
    mapped = {}
    for split, array in x.items():
        values = array.astype(np.float64)
        outside = (values < low) | (values > high)
        if outside.any() and not clip:
            row, column = np.argwhere(outside)[0].tolist()
            raise ValueError(
                f"{place(split, (row, column))} must lie in scale = [{low:.12g}, {high:.12g}], "
                f"but is {values[row, column]:.6g}, and the whole spans {values.min():.6g} to "
                f"{values.max():.6g}; widen scale or set clip = true"
            )
        # The second clip: division may round to just above 1.
        mapped[split] = np.clip((np.clip(values, low, high) - low) / (high - low), 0, 1)
    return mapped


def without_scale(x: _Arrays, *, place: FeaturePlace) -> dict[str, NDArray[Any]]:
    """Features that need no scale, as they are.

    Raises
    ------
    ValueError
        They are neither uint8 nor floats in [0, 1]; the message shows their range and scales that
        fit.
    """
    filled = [array for array in x.values() if array.size]
    low = min((float(array.min()) for array in filled), default=0.0)
    high = max((float(array.max()) for array in filled), default=0.0)
    for split, array in x.items():
        if array.dtype == np.uint8:
            continue
        if array.dtype.kind != "f" or (array.size and (array.min() < 0 or array.max() > 1)):
            span = ""
            if array.size:
                span = f" from {float(array.min()):.6g} to {float(array.max()):.6g}"
            ends = ", ".join(f"{end:.12g}" for end in _round_outward(low, high))
            raise ValueError(
                f"{place(split, None)} must be uint8, or floats in [0, 1], not {array.dtype}"
                f'{span}; say how to map it in [data.options]: scale = "{FEATURE}" maps each '
                f"feature by its own range, scale = [{ends}] all alike"
            )
    return {split: _stored(array) for split, array in x.items()}


def check_numbers(x: NDArray[Any], split: str, *, place: FeaturePlace) -> None:
    """Refuse features that are no real numbers, or not finite.

    Raises
    ------
    ValueError
        Such; the message names the place.
    """
    if x.dtype.kind not in "buif":
        raise ValueError(f"{place(split, None)} must hold real numbers, not {x.dtype}")
    if x.dtype.kind == "f" and x.size and not np.isfinite([x.min(), x.max()]).all():
        row, column = np.argwhere(~np.isfinite(x))[0].tolist()
        raise ValueError(
            f"{place(split, (row, column))} must be finite, not {x[row, column].item()!r}"
        )


def _stored(x: NDArray[Any]) -> NDArray[Any]:
    """The same values in the nearest type that a Dataset takes."""
    if x.dtype in (np.uint8, np.float32, np.float64):
        return x
    return x.astype(np.float32 if x.dtype == np.float16 else np.float64)


def _round_outward(low: float, high: float) -> tuple[float, float]:
    """A short range around [low, high]: its ends are multiples of a power of ten."""
    if low == high:
        return math.floor(low), math.floor(low) + 1
    step = 10.0 ** (math.floor(math.log10(high - low)) - 1)
    return math.floor(low / step) * step, math.ceil(high / step) * step
