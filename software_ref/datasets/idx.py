"""Reads IDX files, the format that MNIST is published in.

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

__all__ = ["read_idx"]

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""NumPy's name of each IDX type byte."""

_MAX_DIMENSIONS = 32
_CHUNK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"


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
