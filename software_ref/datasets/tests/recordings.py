"""Recordings and a small tree like TIMIT's, made up for tests."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["riff", "sphere", "tone", "write_sentence"]


def tone(frequency: float, samples: int, seed: int = 0) -> NDArray[np.int16]:
    """A tone at 16,000 samples a second with some noise."""
    time = np.arange(samples) / 16000
    noise = np.random.default_rng(seed).normal(0, 300, samples)
    return (8000 * np.sin(2 * np.pi * frequency * time) + noise).astype(np.int16)


def sphere(samples: NDArray[np.int16], *, order: str = "01", extra: str = "") -> bytes:
    """A SPHERE file with a header of 1,024 bytes."""
    header = (
        "NIST_1A\n   1024\ndatabase_id -s5 TIMIT\nchannel_count -i 1\n"
        f"sample_count -i {len(samples)}\nsample_rate -i 16000\nsample_n_bytes -i 2\n"
        f"sample_byte_format -s2 {order}\nsample_sig_bits -i 16\n{extra}end_head\n"
    )
    return header.encode().ljust(1024) + samples.astype("<i2" if order == "01" else ">i2").tobytes()


def riff(
    samples: NDArray[Any],
    *,
    rate: int = 16000,
    channels: int = 1,
    extensible: bool = False,
    before: bytes = b"",
) -> bytes:
    """A RIFF file of samples as they are stored, 24 bits as the lower ones of int32.

    `extensible` writes the longer header, WAVE_FORMAT_EXTENSIBLE; `before` are chunks ahead of the
    samples.
    """
    kind, width = samples.dtype.kind, samples.dtype.itemsize
    tag = 3 if kind == "f" else 1
    data = samples.astype(samples.dtype.newbyteorder("<")).tobytes()
    if samples.dtype == np.int32 and np.abs(samples).max() < 1 << 23:
        data, width = samples.astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes(), 3
    block = channels * width
    rest = struct.pack("<HIIHH", channels, rate, rate * block, block, 8 * width)
    form = struct.pack("<H", tag) + rest
    if extensible:
        guid = struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
        form = struct.pack("<H", 0xFFFE) + rest + struct.pack("<HHI", 22, 8 * width, 4) + guid
    chunks = _chunk(b"fmt ", form) + before + _chunk(b"data", data)
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def write_sentence(path: Path, phones: list[tuple[int, int, str]], audio: bytes) -> None:
    """Write path.PHN and path.WAV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{start} {end} {phone}\n" for start, end, phone in phones)
    path.with_suffix(".PHN").write_text(lines)
    path.with_suffix(".WAV").write_bytes(audio)
