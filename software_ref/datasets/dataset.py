"""The data set type that every loader returns, and the checks that its arrays must pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Dataset", "Features", "Labels", "check_features", "check_finite", "take_train"]

Features: TypeAlias = npt.NDArray[np.uint8] | npt.NDArray[np.float32] | npt.NDArray[np.float64]
"""uint8 (n, features), value p / 256; or float32 or float64 (n, features), values in [0, 1]."""

Labels: TypeAlias = npt.NDArray[np.int64]
"""int64 (n,), class numbers from 0."""

_FEATURE_TYPES = (np.dtype(np.uint8), np.dtype(np.float32), np.dtype(np.float64))


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """A classification problem: training and test samples with their labels.

    Two data sets compare by identity, since comparing whole arrays is never what a caller wants.

    Raises
    ------
    TypeError
        An array is not a NumPy array or has the wrong kind of values; `name`, `provenance` or
        `classes` has the wrong type.
    ValueError
        Shapes, lengths or values disagree. The one-line message starts with `name`, says which
        array and which sample is wrong and what would be right.
    """

    name: str
    """Short name for tables and messages: "mnist", or an .npz file's name."""

    x_train: Features
    """Training samples (n, features): uint8 of value p / 256, or floats in [0, 1]; n >= 1."""

    y_train: Labels
    """Training labels int64 (n,), 0 to classes - 1; any integer type is accepted and converted."""

    x_test: Features
    """Test samples (m, features), m >= 0, of the same kind (uint8 or float) as `x_train`."""

    y_test: Labels
    """Test labels int64 (m,), 0 to classes - 1; any integer type is accepted and converted."""

    classes: int
    """Number of classes, at least 1; a class without samples is allowed."""

    provenance: str
    """One line saying where the samples come from and what was done to them."""

    @property
    def features(self) -> int:
        """Number of features of a sample."""
        return int(self.x_train.shape[1])

    def __post_init__(self) -> None:
        for field in ("name", "provenance"):
            value = getattr(self, field)
            if not isinstance(value, str):
                raise TypeError(f"{field} must be a string, not {type(value).__name__}")
        if isinstance(self.classes, bool) or not isinstance(self.classes, int):
            raise TypeError(
                f"{self.name}: classes must be an integer, not {type(self.classes).__name__}"
            )
        if self.classes < 1:
            raise ValueError(f"{self.name}: classes must be at least 1, not {self.classes}")
        for split in ("train", "test"):
            x, y = getattr(self, f"x_{split}"), getattr(self, f"y_{split}")
            check_features(x, where=f"{self.name}: x_{split}")
            _check_labels(y, self.classes, where=f"{self.name}: y_{split}")
            if len(x) != len(y):
                raise ValueError(
                    f"{self.name}: x_{split} and y_{split} must have equal lengths, "
                    f"not {len(x)} samples and {len(y)} labels"
                )
            # Frozen: the only way to store the converted labels. No copy when already int64.
            object.__setattr__(self, f"y_{split}", y.astype(np.int64, copy=False))
        if len(self.x_train) == 0:
            raise ValueError(f"{self.name}: x_train must hold at least one sample, not 0")
        if self.x_test.shape[1] != self.features:
            raise ValueError(
                f"{self.name}: x_test must have as many features as x_train ({self.features}), "
                f"not {self.x_test.shape[1]}"
            )
        if (self.x_test.dtype == np.uint8) != (self.x_train.dtype == np.uint8):
            # 8-bit values count in 1/256: mixing the two kinds would scale the splits differently.
            raise ValueError(
                f"{self.name}: x_train and x_test must both be uint8 or both be floats, "
                f"not {self.x_train.dtype} and {self.x_test.dtype}"
            )


def take_train(dataset: Dataset, count: int) -> Dataset:
    """Return the data set with only its first `count` training samples; the test set stays whole.

    Parameters
    ----------
    dataset : Dataset
    count : int
        Training samples to keep, 1 to ``len(dataset.x_train)``. The arrays are views, not copies.

    Raises
    ------
    TypeError
        `count` is not an integer.
    ValueError
        `count` is below 1 or exceeds the training samples there are.
    """
    if isinstance(count, bool) or not isinstance(count, int):
        raise TypeError(
            f"the number of training samples must be an integer, not {type(count).__name__}"
        )
    available = len(dataset.x_train)
    if not 1 <= count <= available:
        raise ValueError(
            f"{dataset.name}: the number of training samples must lie in 1 to {available} "
            f"(all there are), not {count}"
        )
    return replace(dataset, x_train=dataset.x_train[:count], y_train=dataset.y_train[:count])


def check_features(x: npt.NDArray[Any], *, where: str) -> None:
    """Check one feature array.

    Parameters
    ----------
    x : uint8, float32 or float64 (n, features)
        Floats must be finite and lie in [0, 1]; features >= 1.
    where : str
        What to call the array in a message, for example ``"mnist: x_train"``.

    Raises
    ------
    TypeError
        Not a NumPy array, or of another type.
    ValueError
        Not two-dimensional, without features, or with a value that is not finite or out of range.
    """
    if not isinstance(x, np.ndarray):
        raise TypeError(f"{where} must be a NumPy array, not {type(x).__name__}")
    if x.dtype not in _FEATURE_TYPES:
        raise TypeError(f"{where} must hold uint8, float32 or float64 values, not {x.dtype}")
    if x.ndim != 2:
        hint = f"; flatten each sample to {x[0].size} features" if x.ndim > 2 and len(x) else ""
        raise ValueError(f"{where} must have shape (samples, features), not {x.shape}{hint}")
    if x.shape[1] == 0:
        raise ValueError(f"{where} must have at least one feature, not 0")
    if x.dtype == np.uint8 or len(x) == 0:
        return
    check_finite(x, where=where)
    if x.min() < 0 or x.max() > 1:
        row, column = np.argwhere((x < 0) | (x > 1))[0]
        raise ValueError(
            f"{where}[{row}, {column}] must lie in [0, 1], not {x[row, column].item()!r}; "
            f"the whole array spans {x.min():.6g} to {x.max():.6g}"
        )


def check_finite(x: npt.NDArray[Any], *, where: str) -> None:
    """Refuse NaN and infinities: ValueError naming `where` and the first such index of `x`."""
    # One reduction decides the usual case: a NaN or infinity anywhere shows in the extremes.
    if x.size == 0 or bool(np.isfinite(x.min()) and np.isfinite(x.max())):
        return
    index = np.argwhere(~np.isfinite(x))[0].tolist()
    value = x[tuple(index)].item()
    raise ValueError(f"{where}{index} must be finite, not {value!r}")


def _check_labels(y: npt.NDArray[Any], classes: int, *, where: str) -> None:
    if not isinstance(y, np.ndarray):
        raise TypeError(f"{where} must be a NumPy array, not {type(y).__name__}")
    if not np.issubdtype(y.dtype, np.integer):
        raise TypeError(f"{where} must hold integer class numbers, not {y.dtype}")
    if y.ndim != 1:
        raise ValueError(f"{where} must have shape (samples,), not {y.shape}")
    if len(y) and y.min() < 0:
        sample = int(np.argmax(y < 0))
        raise ValueError(f"{where}[{sample}] must be at least 0, not {y[sample].item()}")
    if len(y) and y.max() >= classes:
        sample = int(np.argmax(y >= classes))
        raise ValueError(
            f"{where}[{sample}] must be below classes = {classes}, not {y[sample].item()}"
        )
