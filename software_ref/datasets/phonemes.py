"""Loads log-periodograms of five phonemes, cut from TIMIT, from a folder of the user's."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from software_ref.console.text_file import read_text
from software_ref.datasets.archive import read_arrays
from software_ref.datasets.data_folder import data_folder, find_file
from software_ref.datasets.dataset import Dataset, check_finite
from software_ref.datasets.labels import read_labels
from software_ref.datasets.redundancy import check_feature_number, rebin_features

__all__ = ["check_phoneme_options", "load_phonemes"]

_NPZ = "phoneme_timit_esl.npz"
_CSV = "phoneme.data"
_VALUES = 256


def load_phonemes(data_dir: Path | None, *, features: int = _VALUES) -> Dataset:
    """Load the phoneme data of "The Elements of Statistical Learning".

    The folder holds ``phoneme_timit_esl.npz`` (x_train, x_test: float (n, 256); y_train, y_test)
    or the published ``phoneme.data``: comma-separated lines of row.names, x.1 to x.256, g and
    speaker, below a line with these names. There the classes are the phonemes in alphabetical
    order, and the speaker's name begins with the split, train or test.

    Parameters
    ----------
    data_dir : Path or None
        The folder; None where the user named none.
    features : int
        Values of a spectrum, at least 1: with fewer than 256 bands are averaged, with more values
        are interpolated (see `redundancy.rebin_features`).

    Returns
    -------
    Dataset
        float32 features. One map for all values takes the smallest training value to 0 and the
        largest to 1; test values beyond are clipped.

    Raises
    ------
    TypeError
        `features` is not an integer.
    ValueError
        `data_dir` is None, `features` is below 1, or a file is broken.
    FileNotFoundError
        The folder or its files are missing.

    References
    ----------
    T. Hastie, R. Tibshirani and J. Friedman, "The Elements of Statistical Learning", section 5.2.3.
    """
    check_phoneme_options(features=features)
    folder = data_folder("phonemes", data_dir, holds=f"{_NPZ} or {_CSV}")
    path = find_file(folder, _NPZ) or find_file(folder, _CSV)
    if path is None:
        raise FileNotFoundError(f"phonemes: {folder} must hold {_NPZ} or {_CSV}")
    arrays = read_arrays(path) if path.name.lower() == _NPZ else _read_csv(path)
    for split in ("train", "test"):
        x = arrays[f"x_{split}"]
        if x.dtype.kind != "f" or x.ndim != 2 or x.shape[1] != _VALUES or len(x) == 0:
            raise ValueError(
                f"{path}: x_{split} must hold floats of shape (spectra, {_VALUES}), "
                f"not {x.dtype} of shape {x.shape}"
            )
        check_finite(x, where=f"{path}: x_{split}")
    x_train, x_test = (
        rebin_features(arrays[key].astype(np.float64), features, where="phonemes")
        for key in ("x_train", "x_test")
    )
    low, high = x_train.min(), x_train.max()
    if low == high:
        raise ValueError(f"{path}: x_train must vary, but all its values are {low:.6g}")
    x_train, x_test = (
        np.clip((x - low) / (high - low), 0, 1).astype(np.float32) for x in (x_train, x_test)
    )
    labels = read_labels(
        {split: arrays[f"y_{split}"] for split in ("train", "test")},
        place=lambda split, sample: f"{path}: y_{split}[{sample}]",
    )
    return Dataset(
        name="phonemes",
        x_train=x_train,
        y_train=labels.y["train"],
        x_test=x_test,
        y_test=labels.y["test"],
        classes=labels.classes,
        class_names=labels.names,
        provenance=f"read from {path.name}, {features} values, scaled from [{low:.6g}, {high:.6g}]",
    )


def check_phoneme_options(*, features: int = _VALUES) -> None:
    """Raise TypeError or ValueError where an option of `load_phonemes` is wrong."""
    check_feature_number(features, where="phonemes")


def _read_csv(path: Path) -> dict[str, npt.NDArray[Any]]:
    header = ["row.names", *(f"x.{number}" for number in range(1, _VALUES + 1)), "g", "speaker"]
    lines = list(csv.reader(StringIO(read_text(path, "latin-1"))))
    if not lines or lines[0] != header:
        raise ValueError(
            f"{path} must begin with a line of row.names, x.1 to x.{_VALUES}, g, speaker"
        )
    rows: dict[str, list[list[float]]] = {"train": [], "test": []}
    phones: dict[str, list[str]] = {"train": [], "test": []}
    for number, line in enumerate(lines[1:], start=2):
        split = line[-1].partition(".")[0] if len(line) == len(header) else ""
        try:
            rows[split].append([float(value) for value in line[1:-2]])
        except (KeyError, ValueError):
            raise ValueError(
                f"{path}: line {number} must hold a name, {_VALUES} numbers, a phoneme and a "
                "speaker that begins with train or test"
            ) from None
        phones[split].append(line[-2])
    return {
        "x_train": np.array(rows["train"], dtype=np.float64),
        "y_train": np.array(phones["train"], dtype=np.str_),
        "x_test": np.array(rows["test"], dtype=np.float64),
        "y_test": np.array(phones["test"], dtype=np.str_),
    }
