"""The data set type that every loader returns, and the checks that its arrays must pass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from software_ref.datasets.feature_scale import FeatureScale
from software_ref.datasets.split import stratified_choice
from software_ref.network import LARGEST_LAYER

__all__ = [
    "SPLITS",
    "Dataset",
    "Features",
    "Labels",
    "as_floats",
    "check_feature_count",
    "check_features",
    "check_finite",
    "check_lengths",
    "hold_out",
    "hold_out_as_test",
    "take_features",
    "take_test",
    "take_train",
]

Features: TypeAlias = npt.NDArray[np.uint8] | npt.NDArray[np.float32] | npt.NDArray[np.float64]
"""uint8 (n, features), value p / 256; or float32 or float64 (n, features), values in [0, 1]."""

Labels: TypeAlias = npt.NDArray[np.int64]
"""int64 (n,), class numbers from 0."""

_FEATURE_TYPES = (np.dtype(np.uint8), np.dtype(np.float32), np.dtype(np.float64))

SPLITS = ("train", "validation", "test")
"""What a data set is split into, in the order of tables; fields are x_train, y_train and so on."""


def _no_features() -> Features:
    return np.zeros((0, 0), dtype=np.uint8)


def _no_labels() -> Labels:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """A classification problem: training, validation and test samples with their labels.

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
    """Number of classes, 1 to the most that a layer has neurons; one without samples is allowed."""

    provenance: str
    """One line saying where the samples come from and what was done to them."""

    x_validation: Features = field(default_factory=_no_features)
    """Validation samples (v, features), v >= 0, of the same kind as `x_train`; by default none."""

    y_validation: Labels = field(default_factory=_no_labels)
    """Validation labels int64 (v,), 0 to classes - 1; by default none."""

    class_names: tuple[str, ...] = ()
    """What the source calls the first classes; empty where it has their numbers."""

    scale: FeatureScale | None = None
    """What each feature was mapped by, before any were reduced; None where not by its own range."""

    notes: tuple[str, ...] = ()
    """Lines for the user: what was made of the files that may not be what was meant."""

    @property
    def features(self) -> int:
        """Number of features of a sample."""
        return int(self.x_train.shape[1])

    def __post_init__(self) -> None:
        for text in ("name", "provenance"):
            value = getattr(self, text)
            if not isinstance(value, str):
                raise TypeError(f"{text} must be a string, not {type(value).__name__}")
        if isinstance(self.classes, bool) or not isinstance(self.classes, int):
            raise TypeError(
                f"{self.name}: classes must be an integer, not {type(self.classes).__name__}"
            )
        if not 1 <= self.classes <= LARGEST_LAYER:
            raise ValueError(
                f"{self.name}: classes must be 1 to {LARGEST_LAYER}, not {self.classes}"
            )
        if isinstance(self.x_validation, np.ndarray) and self.x_validation.shape == (0, 0):
            # The default: no samples, of the training samples' kind.
            object.__setattr__(self, "x_validation", self.x_train[:0])
        for split in SPLITS:
            x, y = getattr(self, f"x_{split}"), getattr(self, f"y_{split}")
            check_features(x, where=f"{self.name}: x_{split}")
            _check_labels(y, self.classes, where=f"{self.name}: y_{split}")
            check_lengths(x, y, split, where=self.name)
            # Frozen: the only way to store the converted labels. No copy when already int64.
            object.__setattr__(self, f"y_{split}", y.astype(np.int64, copy=False))
        if len(self.x_train) == 0:
            raise ValueError(f"{self.name}: x_train must hold at least one sample, not 0")
        for split in SPLITS[1:]:
            self._check_kind(split)

    def _check_kind(self, split: str) -> None:
        """Refuse a split whose features differ from the training samples' in number or kind."""
        x = getattr(self, f"x_{split}")
        check_feature_count(x, self.features, split, where=self.name)
        if (x.dtype == np.uint8) != (self.x_train.dtype == np.uint8):
            # 8-bit values count in 1/256: mixing the two kinds would scale the splits differently.
            raise ValueError(
                f"{self.name}: x_train and x_{split} must both be uint8 or both be floats, "
                f"not {self.x_train.dtype} and {x.dtype}"
            )


def take_features(dataset: Dataset, inputs: npt.NDArray[np.int64]) -> Dataset:
    """The data set with these features in place of all: column j is feature `inputs[j]`.

    Raises
    ------
    ValueError
        There is no such feature.
    """
    if not 0 <= inputs.min() <= inputs.max() < dataset.features:
        raise ValueError(
            f"{dataset.name}: inputs must take features 0 to {dataset.features - 1}, "
            f"not {inputs.min()} to {inputs.max()}"
        )
    arrays = {f"x_{split}": getattr(dataset, f"x_{split}")[:, inputs] for split in SPLITS}
    return replace(dataset, **arrays)


def take_train(dataset: Dataset, count: int) -> Dataset:
    """Return the data set with only its first `count` training samples; the rest stays whole.

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
    _check_count(dataset, "training", count, len(dataset.y_train))
    return replace(dataset, x_train=dataset.x_train[:count], y_train=dataset.y_train[:count])


def take_test(dataset: Dataset, count: int) -> Dataset:
    """Return the data set with only its first `count` test samples; as `take_train` in all else."""
    _check_count(dataset, "test", count, len(dataset.y_test))
    return replace(dataset, x_test=dataset.x_test[:count], y_test=dataset.y_test[:count])


def hold_out(dataset: Dataset, count: int, seed: int) -> Dataset:
    """Move samples from the training to the validation samples, each class by its share.

    Parameters
    ----------
    dataset : Dataset
        Its own validation samples come first in the result.
    count : int
        Training samples to move, 0 to all but one.
    seed : int
        Seed of the choice, at least 0.

    Returns
    -------
    Dataset
        Training and moved samples keep their order.

    Raises
    ------
    TypeError
        `count` or `seed` is not an integer.
    ValueError
        `count` or `seed` is out of range.
    """
    chosen = stratified_choice(dataset.y_train, count, seed, where=dataset.name)
    return replace(
        dataset,
        x_train=dataset.x_train[~chosen],
        y_train=dataset.y_train[~chosen],
        x_validation=np.concatenate([dataset.x_validation, dataset.x_train[chosen]]),
        y_validation=np.concatenate([dataset.y_validation, dataset.y_train[chosen]]),
        provenance=f"{dataset.provenance}; {count} training samples held out with seed {seed}",
    )


def hold_out_as_test(dataset: Dataset, count: int, seed: int) -> Dataset:
    """As `hold_out`, but the samples take the place of the test samples, which are left out."""
    chosen = stratified_choice(dataset.y_train, count, seed, where=dataset.name)
    return replace(
        dataset,
        x_train=dataset.x_train[~chosen],
        y_train=dataset.y_train[~chosen],
        x_test=dataset.x_train[chosen],
        y_test=dataset.y_train[chosen],
        provenance=f"{dataset.provenance}; {count} training samples in place of the test samples, "
        f"held out with seed {seed}",
    )


def as_floats(x: Features) -> npt.NDArray[np.float32] | npt.NDArray[np.float64]:
    """The values that features stand for: uint8 p becomes float32 p / 256 (exactly), floats stay.

    Parameters
    ----------
    x : uint8, float32 or float64 (n, features)

    Returns
    -------
    float32 or float64 (n, features), in [0, 1]
    """
    if x.dtype == np.uint8:
        return x.astype(np.float32) / np.float32(256)
    return cast("npt.NDArray[np.float32]", x)


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


def check_lengths(x: npt.NDArray[Any], y: npt.NDArray[Any], split: str, *, where: str) -> None:
    """Refuse a split that has not a label for each sample: ValueError naming `where`."""
    if len(x) != len(y):
        raise ValueError(
            f"{where}: x_{split} and y_{split} must have equal lengths, "
            f"not {len(x)} samples and {len(y)} labels"
        )


def check_feature_count(x: npt.NDArray[Any], features: int, split: str, *, where: str) -> None:
    """Refuse a split whose samples have not as many features as those for training: ValueError."""
    if x.shape[1] != features:
        raise ValueError(
            f"{where}: x_{split} must have as many features as x_train ({features}), "
            f"not {x.shape[1]}"
        )


def check_finite(x: npt.NDArray[Any], *, where: str) -> None:
    """Refuse NaN and infinities: ValueError naming `where` and the first such index of `x`."""
    # One reduction decides the usual case: a NaN or infinity anywhere shows in the extremes.
    if x.size == 0 or bool(np.isfinite(x.min()) and np.isfinite(x.max())):
        return
    index = np.argwhere(~np.isfinite(x))[0].tolist()
    value = x[tuple(index)].item()
    raise ValueError(f"{where}{index} must be finite, not {value!r}")


def _check_count(dataset: Dataset, split: str, count: object, available: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int):
        raise TypeError(
            f"the number of {split} samples must be an integer, not {type(count).__name__}"
        )
    if not 1 <= count <= available:
        raise ValueError(
            f"{dataset.name}: the number of {split} samples must lie in 1 to {available} "
            f"(all there are), not {count}"
        )


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
