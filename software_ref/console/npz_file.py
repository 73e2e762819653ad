"""Reads archives of arrays, of NumPy's kind, that a program of this project or another wrote."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_npz"]


def read_npz(path: Path, refusal: str) -> dict[str, NDArray[np.generic]]:
    """All arrays of an .npz file by name, in its order.

    Raises
    ------
    OSError
        The file cannot be read.
    ValueError
        It is none, is damaged, or holds Python objects; the message is `refusal`.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: np.asarray(archive[name]) for name in archive.files}
    except (ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile, zlib.error):
        # A bare .npy array, a damaged archive, pickled objects, or something else altogether.
        raise ValueError(refusal) from None
