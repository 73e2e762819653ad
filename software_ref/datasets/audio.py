"""Reads recordings: NIST SPHERE, the format TIMIT is published in, and RIFF (.wav).

A SPHERE file begins with lines of text, padded to the length that its second line tells::

    NIST_1A
       1024
    sample_count -i 46797
    sample_rate -i 16000
    channel_count -i 1
    sample_n_bytes -i 2
    sample_byte_format -s2 01
    end_head
    | 16-bit samples, low byte first for "01", high byte first for "10"
"""

from __future__ import annotations

import io
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_audio"]

_SPHERE = b"NIST_1A\n"
_RIFF = (b"RIFF", b"RIFX", b"RF64")
_HEADER_START = 16
"""Bytes of a SPHERE file's first two lines."""

# What a broken RIFF file raises, by where it is broken.
_BROKEN = (
    *(ValueError, EOFError, struct.error, Warning, ArithmeticError, MemoryError, LookupError),
    NameError,  # SciPy's own slip, where there is no chunk of samples
)


def read_audio(path: Path) -> tuple[NDArray[Any], int]:
    """Read a recording of one channel of uncompressed samples.

    Parameters
    ----------
    path : Path
        SPHERE of 16 bits a sample or RIFF of 8, 16, 24, 32 or 64, or of floats in [-1, 1], told
        from its first bytes.

    Returns
    -------
    samples : int16 or float64 (n,)
        In steps of 16-bit samples, whatever the file has.
    rate : int
        Samples a second.

    Raises
    ------
    OSError
        The file cannot be read.
    ValueError
        It is in another format, compressed, truncated, or has other samples.
    """
    content = path.read_bytes()
    if content.startswith(_SPHERE):
        return _read_sphere(content, path)
    if content.startswith(_RIFF):
        return _read_riff(content, path)
    raise ValueError(f"{path} must begin with NIST_1A (SPHERE) or RIFF, not {content[:8]!r}")


def _read_sphere(content: bytes, path: Path) -> tuple[NDArray[np.int16], int]:
    length = content[len(_SPHERE) : _HEADER_START].strip()
    if not length.isdigit() or not _HEADER_START < int(length) <= len(content):
        raise ValueError(f"{path} must hold a whole SPHERE header, whose length is {length!r}")
    header, data = content[: int(length)], content[int(length) :]
    fields: dict[str, str] = {}
    for line in header.decode("latin-1").split("\n")[2:]:
        if line.strip() == "end_head":
            break
        name, _, rest = line.strip().partition(" ")
        fields[name] = rest.partition(" ")[2].strip()
    coding = fields.get("sample_coding", "pcm")
    if coding != "pcm":
        raise ValueError(
            f"{path} must hold uncompressed samples (pcm), not {coding}; "
            "decompress it first, for example with sph2pipe"
        )
    _check(path, fields.get("channel_count", "1"), fields.get("sample_n_bytes", "2"))
    order = fields.get("sample_byte_format", "01")
    numbers = [fields.get(name, "") for name in ("sample_count", "sample_rate")]
    if order not in ("01", "10") or not all(number.isdigit() for number in numbers):
        raise ValueError(
            f"{path} must have a SPHERE header with sample_count, sample_rate and "
            f"sample_byte_format 01 or 10, not {', '.join(numbers)} and {order}"
        )
    count, rate = map(int, numbers)
    if len(data) < 2 * count:
        raise ValueError(f"{path} must hold {2 * count} bytes of samples, not {len(data)}")
    samples = np.frombuffer(data, "<i2" if order == "01" else ">i2", count)
    return samples.astype(np.int16), rate


def _read_riff(content: bytes, path: Path) -> tuple[NDArray[Any], int]:
    # Imported when used: SciPy takes long to import. Python's own `wave` knows the header of
    # WAVE_FORMAT_EXTENSIBLE from 3.12 on, and no floats.
    from scipy.io import wavfile

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # chunks that are no samples
            warnings.filterwarnings("error", "Reached EOF", wavfile.WavFileWarning)
            rate, samples = wavfile.read(io.BytesIO(content))
    except _BROKEN as error:
        reason = f": {error}" if isinstance(error, ValueError | Warning) else ""
        raise ValueError(f"{path} must be a whole RIFF file of samples{reason}") from error
    if samples.ndim != 1:
        raise ValueError(f"{path} must hold one channel, not {samples.shape[1]}")
    if samples.dtype == np.int16:
        return samples.astype(np.int16), int(rate)
    if samples.dtype == np.uint8:
        return (samples.astype(np.float64) - 128) * 256, int(rate)
    # SciPy gives 24 bits as the upper ones of 32.
    unit = 2.0 ** -(8 * samples.dtype.itemsize - 16) if samples.dtype.kind == "i" else 32768
    return samples.astype(np.float64) * unit, int(rate)


def _check(path: Path, channels: str, width: str) -> None:
    if (channels, width) != ("1", "2"):
        raise ValueError(
            f"{path} must hold one channel of 2-byte samples, "
            f"not {channels} of {width}-byte samples"
        )
