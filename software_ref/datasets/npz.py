"""Loads a data set of the user's from an .npz archive of x_train, y_train, x_test and y_test."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from software_ref.datasets.dataset import Dataset, check_finite

__all__ = ["ARRAYS", "load_npz", "read_arrays"]

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
"""The arrays an archive must hold; further ones are ignored."""

# What a broken archive raises, by where it is broken: the zip directory, a member's compressed
# bytes, its .npy header, or the values behind it.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    OSError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
)


_MAX_SCALE = 1e300
"""Largest end of a scale in magnitude: the difference of two is still a finite float."""


def load_npz(
    path: Path,
    *,
    scale: Sequence[float] | None = None,
    clip: bool = False,
    classes: int | None = None,
) -> Dataset:
    """Load an .npz archive.

    Parameters
    ----------
    path : Path
        Its arrays: x_train, x_test (n, ...), each sample flattened, last index fastest; y_train,
        y_test (n,), integers from 0.
    scale : (low, high), optional
        Map every feature v to (v - low) / (high - low). Without it uint8 features stay as they
        are (p / 256), floats must lie in [0, 1] and all else is refused.
    clip : bool
        With `scale`: values outside [low, high] become the nearer end. Without `clip` they are
        refused.
    classes : int, optional
        Number of classes; by default the largest label of both splits plus 1.

    Returns
    -------
    Dataset
        Features uint8, float32 or float64 as stored (float16 as float32); float64 when scaled.

    Raises
    ------
    TypeError
        `scale`, `clip` or `classes` has the wrong type, or the labels are not integers.
    ValueError
        The file is not such an archive, is broken, lacks an array or holds Python objects, or
        the features need a `scale` (the message shows their range and a scale that fits).
    FileNotFoundError
        There is no such file.
    """
    ends = _check_scale(scale)
    if not isinstance(clip, bool):
        raise TypeError(f"clip must be true or false, not {type(clip).__name__}")
    if clip and ends is None:
        raise ValueError("clip must come with scale = [low, high], the range to clip to")
    arrays = read_arrays(path)
    labels = {key: arrays[key] for key in ("y_train", "y_test")}
    features = {key: _flatten(arrays[key], where=f"{path}: {key}") for key in ("x_train", "x_test")}
    if ends is None:
        features = _unscaled(features, path)
    else:
        features = {
            key: _scaled(x, ends, clip, where=f"{path}: {key}") for key, x in features.items()
        }
    return Dataset(
        name=path.name,
        **features,
        **labels,
        classes=_count_classes(labels) if classes is None else classes,
        provenance=f"read from {path.name}"
        + (f", scaled from {list(ends)}" if ends else "")
        + (" and clipped" if clip else ""),
    )


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Read the four arrays of an .npz archive, by name, in the machine's byte order.

    Raises
    ------
    ValueError
        Not an .npz archive, broken, without one of the arrays, or with Python objects, which are
        never unpickled, since that could run any code.
    FileNotFoundError
        There is no such file.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    if not zipfile.is_zipfile(path):
        raise ValueError(
            f"{path} must be an .npz archive (a zip file), but is none or is truncated"
        )
    arrays: dict[str, npt.NDArray[Any]] = {}
    try:
        # Opened here: np.load leaves a file of its own open when the archive is broken.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            absent = [key for key in ARRAYS if key not in archive]
            present = list(archive.keys())
            if not absent:
                arrays = {key: archive[key] for key in ARRAYS}
    except _BROKEN as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise ValueError(
            f"{path} must be a whole .npz archive without objects: {reason}"
        ) from error
    if absent:
        raise ValueError(
            f"{path} must hold the arrays {', '.join(ARRAYS)}; it lacks {', '.join(absent)} "
            f"and holds {', '.join(present) or 'nothing'}"
        )
    for key, array in arrays.items():
        # NumPy hands out a member that is no .npy file as bytes.
        if not isinstance(array, np.ndarray):
            raise ValueError(f"{path}: {key} must be a NumPy array, not raw bytes")
    return {key: a.astype(a.dtype.newbyteorder("="), copy=False) for key, a in arrays.items()}


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
