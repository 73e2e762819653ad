"""Loads a data set of the user's from an .npz archive of x_train, y_train, x_test and y_test."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from software_ref.datasets.archive import ARRAYS, read_arrays
from software_ref.datasets.dataset import Dataset, check_finite
from software_ref.datasets.split import stratified_choice

__all__ = ["load_npz"]

_VALIDATION = ("x_validation", "y_validation")
_TEST = ("x_test", "y_test")

_MAX_SCALE = 1e300
"""Largest end of a scale in magnitude: the difference of two is still a finite float."""


def load_npz(
    path: Path,
    *,
    scale: Sequence[float] | None = None,
    clip: bool = False,
    classes: int | None = None,
    arrays: Mapping[str, str] | None = None,
    test: float | None = None,
    seed: int = 1,
) -> Dataset:
    """Load an .npz archive.

    Parameters
    ----------
    path : Path
        Its arrays: x_train, x_test and, if it has them, x_validation (n, ...), each sample
        flattened, last index fastest; y_train, y_test, y_validation (n,), integers from 0.
    scale : (low, high), optional
        Map every feature v to (v - low) / (high - low). Without it uint8 features stay as they
        are (p / 256), floats must lie in [0, 1] and all else is refused.
    clip : bool
        With `scale`: values outside [low, high] become the nearer end. Without `clip` they are
        refused.
    classes : int, optional
        Number of classes; by default the largest label of all splits plus 1.
    arrays : mapping, optional
        Names in the archive of arrays that are called otherwise there, such as
        ``{"x_train": "features"}``.
    test : float or int, optional
        For an archive without x_test and y_test: the share (above 0 and below 1) or the number (an
        integer from 1) of training samples to hold out as test samples, each class by its share.
    seed : int
        Seed of that choice, at least 0.

    Returns
    -------
    Dataset
        Features uint8, float32 or float64 as stored (float16 as float32); float64 when scaled.

    Raises
    ------
    TypeError
        An option has the wrong type, or the labels are not integers.
    ValueError
        The file is not such an archive, is broken, lacks an array or holds Python objects; the
        features need a `scale` (the message shows their range and a scale that fits); or `test`
        does not suit the archive.
    FileNotFoundError
        There is no such file.
    """
    ends = _check_scale(scale)
    if not isinstance(clip, bool):
        raise TypeError(f"clip must be true or false, not {type(clip).__name__}")
    if clip and ends is None:
        raise ValueError("clip must come with scale = [low, high], the range to clip to")
    _check_test(test)
    found = _read(path, _check_names(arrays), test)
    labels = {key: array for key, array in found.items() if key.startswith("y_")}
    features = {
        key: _flatten(array, where=f"{path}: {key}")
        for key, array in found.items()
        if key.startswith("x_")
    }
    if ends is None:
        features = _unscaled(features, path)
    else:
        features = {
            key: _scaled(x, ends, clip, where=f"{path}: {key}") for key, x in features.items()
        }
    provenance = f"read from {path.name}"
    if ends is not None:
        provenance += f", scaled from {list(ends)}" + (" and clipped" if clip else "")
    if test is not None:
        features, labels = _hold_out_test(features, labels, test, seed, where=str(path))
        provenance += f", {len(labels['y_test'])} samples held out for the test with seed {seed}"
    return Dataset(
        name=path.name,
        **features,
        **labels,
        classes=_count_classes(labels) if classes is None else classes,
        provenance=provenance,
    )


def _read(path: Path, names: Mapping[str, str], test: float | None) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an archive: with its test samples, or without where they are to be chosen."""
    pairs = [_VALIDATION] if test is None else [_VALIDATION, _TEST]
    found = read_arrays(
        path,
        needed=ARRAYS if test is None else ARRAYS[:2],
        optional=[key for pair in pairs for key in pair],
        names=names,
    )
    for x, y in pairs:
        if (x in found) != (y in found):
            here, absent = (x, y) if x in found else (y, x)
            raise ValueError(f"{path} must hold {absent} beside {here}, or neither")
    if test is not None and "x_test" in found:
        raise ValueError(f"test must be left out for {path}, which holds x_test and y_test")
    return found


def _check_names(names: object) -> Mapping[str, str]:
    if names is None:
        return {}
    if not isinstance(names, Mapping):
        raise TypeError(f"arrays must be a table of names, not {names!r}")
    legal = (*ARRAYS, *_VALIDATION)
    for key, name in names.items():
        if key not in legal:
            raise ValueError(f"arrays must have keys of {', '.join(legal)}, not {key!r}")
        if not isinstance(name, str):
            raise TypeError(f"arrays must name {key} by a string, not {name!r}")
    return names


def _check_test(test: object) -> None:
    if test is None:
        return
    if isinstance(test, bool) or not isinstance(test, int | float):
        raise TypeError(f"test must be a share or a number of samples, not {test!r}")
    if not (test >= 1 if isinstance(test, int) else 0 < test < 1):
        raise ValueError(
            f"test must be a share above 0 and below 1, or an integer from 1, not {test!r}"
        )


def _hold_out_test(
    features: dict[str, npt.NDArray[Any]],
    labels: dict[str, npt.NDArray[Any]],
    test: float,
    seed: int,
    *,
    where: str,
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, npt.NDArray[Any]]]:
    """The same arrays with some of the training samples as test samples."""
    x, y = features["x_train"], labels["y_train"]
    if y.ndim != 1:
        raise ValueError(f"{where}: y_train must have shape (samples,), not {y.shape}")
    if len(x) != len(y):
        raise ValueError(
            f"{where}: x_train and y_train must have equal lengths, "
            f"not {len(x)} samples and {len(y)} labels"
        )
    count = test if isinstance(test, int) else max(1, round(test * len(y)))
    chosen = stratified_choice(y, count, seed, where=where)
    return (
        features | {"x_train": x[~chosen], "x_test": x[chosen]},
        labels | {"y_train": y[~chosen], "y_test": y[chosen]},
    )


def _check_scale(scale: object) -> tuple[float, float] | None:
    if scale is None:
        return None
    if not isinstance(scale, Sequence) or isinstance(scale, str) or len(scale) != 2:
        raise TypeError(f"scale must be a pair [low, high], not {scale!r}")
    for end in scale:
        if isinstance(end, bool) or not isinstance(end, int | float):
            raise TypeError(f"scale must hold two numbers, not {scale!r}")
    # Compared as they are: an integer may be too large for a float.
    if not -_MAX_SCALE <= scale[0] < scale[1] <= _MAX_SCALE:
        raise ValueError(f"scale must hold two finite numbers, the lower one first, not {scale!r}")
    return float(scale[0]), float(scale[1])


def _flatten(x: npt.NDArray[Any], *, where: str) -> npt.NDArray[Any]:
    if x.dtype.kind not in "buif":
        raise ValueError(f"{where} must hold real numbers, not {x.dtype}")
    if x.ndim < 2:
        raise ValueError(f"{where} must have shape (samples, ...), two or more axes, not {x.shape}")
    x = x.reshape(len(x), math.prod(x.shape[1:]))
    if x.dtype.kind == "f":
        check_finite(x, where=where)
    return x


def _unscaled(features: dict[str, npt.NDArray[Any]], path: Path) -> dict[str, npt.NDArray[Any]]:
    """Features that need no scale, as they are; a ValueError for any other."""
    filled = [x for x in features.values() if x.size]
    low = min((float(x.min()) for x in filled), default=0.0)
    high = max((float(x.max()) for x in filled), default=0.0)
    for key, x in features.items():
        if x.dtype == np.uint8:
            continue
        if x.dtype.kind != "f" or (x.size and (x.min() < 0 or x.max() > 1)):
            span = f" from {float(x.min()):.6g} to {float(x.max()):.6g}" if x.size else ""
            ends = ", ".join(f"{end:.12g}" for end in _round_outward(low, high))
            raise ValueError(
                f"{path}: {key} must be uint8, or floats in [0, 1], not {x.dtype}{span}; "
                f"say how to map it, for example scale = [{ends}]"
            )
    return {key: _stored(x) for key, x in features.items()}


def _stored(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
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


def _scaled(
    x: npt.NDArray[Any], ends: tuple[float, float], clip: bool, *, where: str
) -> npt.NDArray[np.float64]:
    low, high = ends
    values = x.astype(np.float64)
    outside = (values < low) | (values > high)
    if outside.any() and not clip:
        row, column = np.argwhere(outside)[0]
        raise ValueError(
            f"{where} must lie in scale = [{low:.12g}, {high:.12g}], but [{row}, {column}] is "
            f"{values[row, column]:.6g} and the whole spans {values.min():.6g} to "
            f"{values.max():.6g}; widen scale or set clip = true"
        )
    # The second clip: division may round to just above 1.
    return np.clip((np.clip(values, low, high) - low) / (high - low), 0, 1)


def _count_classes(labels: dict[str, npt.NDArray[Any]]) -> int:
    largest = [int(y.max()) for y in labels.values() if y.size and y.dtype.kind in "iu"]
    # No usable label: any count will do, for Dataset then says what is wrong with them.
    return max([0, *largest]) + 1
