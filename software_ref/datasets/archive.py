"""Reads named arrays of an .npz archive, and never anything that could run code."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["ARRAYS", "read_arrays"]

ARRAYS = ("x_train", "y_train", "x_test", "y_test")
"""The arrays of a whole data set; an archive may hold more."""

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


def read_arrays(
    path: Path,
    *,
    needed: Sequence[str] = ARRAYS,
    optional: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """Read arrays of an .npz archive, in the machine's byte order.

    Parameters
    ----------
    path : Path
    needed : sequence of str
        Arrays that must be there.
    optional : sequence of str
        Arrays to read where they are there.
    names : mapping, optional
        Name in the archive of an array that is called otherwise there.

    Returns
    -------
    dict
        Array by its name in `needed` or `optional`.

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
    stored = {key: (names or {}).get(key, key) for key in (*needed, *optional)}
    arrays: dict[str, npt.NDArray[Any]] = {}
    try:
        # Opened here: np.load leaves a file of its own open when the archive is broken.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            present = list(archive.keys())
            absent = [stored[key] for key in needed if stored[key] not in archive]
            if not absent:
                arrays = {key: archive[name] for key, name in stored.items() if name in archive}
    except _BROKEN as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise ValueError(
            f"{path} must be a whole .npz archive without objects: {reason}"
        ) from error
    if absent:
        raise ValueError(
            f"{path} must hold the arrays {', '.join(stored[key] for key in needed)}; "
            f"it lacks {', '.join(absent)} and holds {', '.join(present) or 'nothing'}"
        )
    for key, array in arrays.items():
        # NumPy hands out a member that is no .npy file as bytes.
        if not isinstance(array, np.ndarray):
            raise ValueError(f"{path}: {stored[key]} must be a NumPy array, not raw bytes")
    return {key: a.astype(a.dtype.newbyteorder("="), copy=False) for key, a in arrays.items()}
