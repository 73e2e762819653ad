"""Reads IDX files, the format MNIST is published in, and loads MNIST from a folder of the user's.

An IDX file is big-endian::

    0 0 | type | number of dimensions D | D sizes, 4 bytes each | the values, last index fastest
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt

from software_ref.datasets.archive import read_arrays
from software_ref.datasets.checksum import checksum_note
from software_ref.datasets.data_folder import data_folder
from software_ref.datasets.dataset import Dataset

__all__ = ["load_mnist", "read_idx"]

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""NumPy's name of each IDX type byte."""

_MAX_DIMENSIONS = 32
_CHUNK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"

_MNIST_NPZ = "mnist.npz"
_MNIST_FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
_MNIST_FOLDERS = (Path("."), Path("MNIST", "raw"))
_MNIST_SIDE = 28


def read_idx(path: Path) -> npt.NDArray[Any]:
    """Read one IDX file, gzipped or not (told from its first bytes, not from its name).

    Parameters
    ----------
    path : Path

    Returns
    -------
    array of the file's shape and type (uint8, int8, int16, int32, float32 or float64), in the
    machine's byte order

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        Not an IDX file, or truncated, or longer than its header says; the message names the file
        and both byte counts.
    """
    try:
        with path.open("rb") as plain:
            zipped = plain.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            plain.seek(0)
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=plain)) if zipped else plain
            return _read_stream(stream, path)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path} must be a whole gzip file: {error}") from error


def _read_stream(stream: IO[bytes], path: Path) -> npt.NDArray[Any]:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES:
        raise ValueError(
            f"{path} must be an IDX file, whose first bytes are 00 00, a type "
            f"({', '.join(f'{code:02x}' for code in _TYPES)}) and the number of dimensions, "
            f"not {magic.hex(' ') or 'an empty file'}"
        )
    dtype, dimensions = np.dtype(_TYPES[magic[2]]), magic[3]
    if not 1 <= dimensions <= _MAX_DIMENSIONS:
        raise ValueError(f"{path} must have 1 to {_MAX_DIMENSIONS} dimensions, not {dimensions}")
    sizes = stream.read(4 * dimensions)
    if len(sizes) < 4 * dimensions:
        raise ValueError(
            f"{path} must hold a header of {4 + 4 * dimensions} bytes for its {dimensions} "
            f"dimensions, not {4 + len(sizes)}"
        )
    shape = struct.unpack(f">{dimensions}I", sizes)
    expected = math.prod(shape) * dtype.itemsize
    # By chunks: a broken header may promise more bytes than any memory holds. Bytes past the
    # expected ones are counted for the message but not kept.
    data, actual = bytearray(), 0
    while chunk := stream.read(_CHUNK):
        data += chunk[: max(0, expected - actual)]
        actual += len(chunk)
    if actual != expected:
        raise ValueError(
            f"{path} must hold {expected} bytes of values for its shape "
            f"{' x '.join(map(str, shape))}, not {actual}: it is "
            f"{'truncated' if actual < expected else 'too long'}"
        )
    values = np.frombuffer(data, dtype=dtype).reshape(shape)
    return values.astype(dtype.newbyteorder("="))


def load_mnist(data_dir: Path | None) -> Dataset:
    """Load MNIST, or a data set published in its form, from a folder.

    The folder holds ``mnist.npz`` (x_train, y_train, x_test, y_test) or else the four IDX files,
    ``train-images-idx3-ubyte`` and so on, as they are or gzipped, also spelt
    ``train-images.idx3-ubyte``, also in the subfolder ``MNIST/raw``. Nothing is downloaded.

    Parameters
    ----------
    data_dir : Path or None
        The folder; None where the user named none.

    Returns
    -------
    Dataset
        uint8 features (n, 784), row by row from the top left; 10 classes.

    Raises
    ------
    ValueError
        `data_dir` is None, or a file is broken or holds something else.
    FileNotFoundError
        The folder or a file is missing; the message says what was looked for.
    """
    data_dir = data_folder("mnist", data_dir, holds="mnist.npz or of the four IDX files")
    archive = data_dir / _MNIST_NPZ
    if archive.is_file():
        arrays = read_arrays(archive)
        files = dict.fromkeys(_MNIST_FILES, archive)
    else:
        files = _find_idx_files(data_dir)
        arrays = {key: read_idx(path) for key, path in files.items()}
    for key in ("x_train", "x_test"):
        images = arrays[key]
        if images.ndim != 3 or images.shape[1:] != (_MNIST_SIDE,) * 2 or images.dtype != np.uint8:
            raise ValueError(
                f"{files[key]}: {key} must be uint8 images of {_MNIST_SIDE} x {_MNIST_SIDE}, "
                f"not {images.dtype} of shape {images.shape}"
            )
    return Dataset(
        name="mnist",
        x_train=arrays["x_train"].reshape(-1, _MNIST_SIDE**2),
        y_train=arrays["y_train"],
        x_test=arrays["x_test"].reshape(-1, _MNIST_SIDE**2),
        y_test=arrays["y_test"],
        classes=10,
        provenance=f"read from {', '.join(sorted({path.name for path in files.values()}))}"
        + checksum_note(files.values()),
    )


def _find_idx_files(data_dir: Path) -> dict[str, Path]:
    """Path of each array's IDX file, all four from one folder."""
    missing: list[str] = []
    for folder in _MNIST_FOLDERS:
        found: dict[str, Path] = {}
        for key, name in _MNIST_FILES.items():
            for spelling in (name, name.replace("-idx", ".idx")):
                for candidate in (data_dir / folder / (spelling + end) for end in ("", ".gz")):
                    if candidate.is_file():
                        found.setdefault(key, candidate)
        if len(found) == len(_MNIST_FILES):
            return found
        if found:
            missing += [
                str(folder / name) for key, name in _MNIST_FILES.items() if key not in found
            ]
    wanted = ", ".join(missing or _MNIST_FILES.values())
    raise FileNotFoundError(
        f"mnist: {data_dir} must hold {_MNIST_NPZ}, or the four IDX files (with or without .gz, "
        f"also in MNIST/raw), of which these are missing: {wanted}"
    )
