"""Recordings and a small tree like TIMIT's, made up for tests."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["sphere", "tone", "write_riff", "write_sentence"]


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


def write_riff(
    path: Path, samples: NDArray[np.int16], *, rate: int = 16000, channels: int = 1, width: int = 2
) -> None:
    """Write a RIFF file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())


def write_sentence(path: Path, phones: list[tuple[int, int, str]], audio: bytes) -> None:
    """Write path.PHN and path.WAV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{start} {end} {phone}\n" for start, end, phone in phones)
    path.with_suffix(".PHN").write_text(lines)
    path.with_suffix(".WAV").write_bytes(audio)
