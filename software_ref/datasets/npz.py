"""Loads a data set of the user's from an .npz archive of x_train, y_train, x_test and y_test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from software_ref.datasets.archive import read_arrays
from software_ref.datasets.array_names import ARRAYS, VALIDATION_ARRAYS
from software_ref.datasets.dataset import Dataset
from software_ref.datasets.sample_options import TEST_ADVICE, SampleOptions
from software_ref.datasets.samples import array_places, make_dataset

__all__ = ["check_npz_options", "load_npz"]

_CLASSES = ("classes", "class_names")
"""Arrays that `presparse dataset --npz` adds: their number, and what the source calls them."""


def load_npz(path: Path, *, arrays: Mapping[str, str] | None = None, **options: Any) -> Dataset:
    """Load an .npz archive.

    Parameters
    ----------
    path : Path
        Its arrays: x_train, x_test and, if it has them, x_validation (n, ...), each sample
        flattened, last index fastest; y_train, y_test, y_validation, labels as `read_labels` takes
        them. They may be called otherwise, as `find_arrays` knows.
    arrays : mapping, optional
        Names in the archive of arrays that it calls otherwise, such as
        ``{"x_train": "features"}``.
    **options
        Fields of `SampleOptions`.

    Returns
    -------
    Dataset
        As `make_dataset`.

    Raises
    ------
    TypeError
        An option has the wrong type.
    ValueError
        The file is not such an archive, is broken, lacks an array or holds Python objects; or as
        `make_dataset`.
    FileNotFoundError
        There is no such file.
    """
    chosen, names = check_npz_options(arrays=arrays, **options)
    pairs = [ARRAYS[2:], VALIDATION_ARRAYS]
    found = read_arrays(
        path,
        needed=ARRAYS if chosen.test is None else ARRAYS[:2],
        optional=[key for pair in pairs for key in pair] + list(_CLASSES),
        names=names,
        without_test=TEST_ADVICE,
    )
    classes, class_names = _stored_classes(found)
    for x, y in pairs:
        if (x in found) != (y in found):
            here, absent = (x, y) if x in found else (y, x)
            raise ValueError(f"{path} must hold {absent} beside {here}, or neither")
    if chosen.test is not None and "x_test" in found:
        raise ValueError(f"test must be left out for {path}, which holds x_test and y_test")
    if chosen.classes is None and chosen.labels is None:
        chosen = replace(chosen, classes=classes)
    return make_dataset(
        path.name,
        {key.removeprefix("x_"): found[key] for key in found if key.startswith("x_")},
        {key.removeprefix("y_"): found[key] for key in found if key.startswith("y_")},
        options=chosen,
        places=array_places(str(path), dict.fromkeys((*ARRAYS, *VALIDATION_ARRAYS), path)),
        provenance=f"read from {path.name}",
        class_names=class_names,
    )


def check_npz_options(
    *, arrays: object = None, **options: Any
) -> tuple[SampleOptions, Mapping[str, str]]:
    """The options of `load_npz`, checked."""
    return SampleOptions(**options), _check_names(arrays)


def _check_names(names: object) -> Mapping[str, str]:
    if names is None:
        return {}
    if not isinstance(names, Mapping):
        raise TypeError(f"arrays must be a table of names, not {names!r}")
    legal = (*ARRAYS, *VALIDATION_ARRAYS)
    for key, name in names.items():
        if key not in legal:
            raise ValueError(f"arrays must have keys of {', '.join(legal)}, not {key!r}")
        if not isinstance(name, str):
            raise TypeError(f"arrays must name {key} by a string, not {name!r}")
    return names


def _stored_classes(found: dict[str, npt.NDArray[Any]]) -> tuple[int | None, tuple[str, ...]]:
    """Number and names of the classes, taken out of what an archive of our own holds."""
    number, names = (found.pop(name, None) for name in _CLASSES)
    classes = None
    if number is not None and number.ndim == 0 and np.issubdtype(number.dtype, np.integer):
        classes = int(number)
    if names is None or names.ndim != 1 or names.dtype.kind != "U":
        return classes, ()
    return classes, tuple(names.tolist())
