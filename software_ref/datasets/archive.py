"""Reads named arrays of an .npz archive, and never anything that could run code."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from software_ref.datasets.array_names import ARRAYS, find_arrays, find_unnamed_arrays

__all__ = ["read_arrays", "read_single_array"]

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
    without_test: str = "",
) -> dict[str, npt.NDArray[Any]]:
    """Read arrays of an .npz archive, in the machine's byte order.

    Parameters
    ----------
    path : Path
    needed : sequence of str
        Arrays that must be there: some of `ARRAYS`. They may be called otherwise (`find_arrays`).
    optional : sequence of str
        Arrays to read where they are there.
    names : mapping, optional
        Name in the archive of an array that is called otherwise there.
    without_test : str
        What the message ends with where nothing but test samples is missing.

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
    given = names or {}
    with _opened(path) as archive:
        present = archive.names
        stored = find_arrays(present, given, where=str(path))
        if not stored:
            stored = find_unnamed_arrays(
                present, lambda name: archive.read(name).shape, where=str(path)
            )
        absent = [given.get(key, key) for key in needed if stored.get(key) not in present]
        if absent:
            wanted = ", ".join(given.get(key, key) for key in needed)
            only_test = all(stored.get(key) in present for key in needed if "train" in key)
            advice = f"; {without_test}" if without_test and only_test else ""
            raise ValueError(
                f"{path} must hold the arrays {wanted}; it lacks {', '.join(absent)} and holds "
                f"{', '.join(present) or 'nothing'}{advice}"
            )
        keys = {key: stored.get(key, key) for key in (*needed, *optional)}
        return {key: archive.read(name) for key, name in keys.items() if name in present}


def read_single_array(path: Path) -> npt.NDArray[Any]:
    """Read the only array of an .npz archive, whatever it is called; errors as `read_arrays`."""
    with _opened(path) as archive:
        if len(archive.names) != 1:
            raise ValueError(
                f"{path} must hold one array, not {', '.join(archive.names) or 'none'}"
            )
        return archive.read(archive.names[0])


@dataclass
class _Archive:
    """An open archive, whose arrays are read once."""

    path: Path
    file: Any
    """NumPy's own."""
    done: dict[str, npt.NDArray[Any]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return list(self.file.keys())

    def read(self, name: str) -> npt.NDArray[Any]:
        """An array in the machine's byte order."""
        if name not in self.done:
            try:
                array = self.file[name]
            except _BROKEN as error:
                raise _broken(self.path, error) from error
            # NumPy hands out a member that is no .npy file as bytes.
            if not isinstance(array, np.ndarray):
                raise ValueError(f"{self.path}: {name} must be a NumPy array, not raw bytes")
            self.done[name] = array.astype(array.dtype.newbyteorder("="), copy=False)
        return self.done[name]


@contextmanager
def _opened(path: Path) -> Iterator[_Archive]:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    if not zipfile.is_zipfile(path):
        raise ValueError(
            f"{path} must be an .npz archive (a zip file), but is none or is truncated"
        )
    # Opened here: np.load leaves a file of its own open when the archive is broken.
    with path.open("rb") as file:
        try:
            archive = np.load(file, allow_pickle=False)
        except _BROKEN as error:
            raise _broken(path, error) from error
        with archive:
            yield _Archive(path, archive)


def _broken(path: Path, error: BaseException) -> ValueError:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
    return ValueError(f"{path} must be a whole .npz archive without objects: {reason}")
