"""Recordings: both formats give the samples that were written, and broken files are told."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from software_ref.datasets.audio import read_audio
from software_ref.datasets.tests.recordings import riff, sphere

SAMPLES = np.array([0, 1, -1, 32767, -32768, 258], dtype=np.int16)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.wav"


def refused(path: Path, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path} must {message}')}$"):
        read_audio(path)


@pytest.mark.parametrize("order", ["01", "10"])
def test_sphere_files_of_either_byte_order(path: Path, order: str) -> None:
    path.write_bytes(sphere(SAMPLES, order=order, extra="sample_coding -s3 pcm\n") + b"padding")
    samples, rate = read_audio(path)
    assert samples.tolist() == SAMPLES.tolist()
    assert samples.dtype == np.int16
    assert rate == 16000


STORED: dict[str, Any] = {
    "8 bits": (SAMPLES // 256 + 128).astype(np.uint8),
    "16 bits": SAMPLES,
    "24 bits": SAMPLES.astype(np.int32) * 256 + 7,
    "32 bits": SAMPLES.astype(np.int32) * 65536 + 7,
    "floats": (SAMPLES / 32768).astype(np.float32),
    "double floats": SAMPLES / 32768,
}
"""The same samples, as near as the kind can tell."""


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("kind", STORED)
def test_riff_files_of_every_kind(path: Path, kind: str, extensible: bool) -> None:
    path.write_bytes(riff(STORED[kind], rate=8000, extensible=extensible))
    samples, rate = read_audio(path)
    step = 256 if kind == "8 bits" else 1
    assert np.array_equal(np.floor(samples / step), SAMPLES // step)
    assert samples.dtype == (np.int16 if kind == "16 bits" else np.float64)
    assert rate == 8000


def test_chunks_that_are_no_samples_are_passed_over(path: Path) -> None:
    path.write_bytes(riff(SAMPLES, before=b"odd \x03\0\0\0abc\0"))
    assert read_audio(path)[0].tolist() == SAMPLES.tolist()


def test_compressed_files_are_refused(path: Path) -> None:
    path.write_bytes(sphere(SAMPLES, extra="sample_coding -s26 pcm,embedded-shorten-v2.00\n"))
    refused(
        path,
        "hold uncompressed samples (pcm), not pcm,embedded-shorten-v2.00; "
        "decompress it first, for example with sph2pipe",
    )


def test_other_samples_are_refused(path: Path) -> None:
    path.write_bytes(sphere(SAMPLES).replace(b"channel_count -i 1", b"channel_count -i 2"))
    refused(path, "hold one channel of 2-byte samples, not 2 of 2-byte samples")
    path.write_bytes(riff(SAMPLES, channels=2))
    refused(path, "hold one channel, not 2")


def test_broken_files_are_refused(path: Path) -> None:
    path.write_bytes(b'fLaC\0\0\0"more')
    refused(path, "begin with NIST_1A (SPHERE) or RIFF, not b'fLaC\\x00\\x00\\x00\"'")
    whole = sphere(SAMPLES)
    path.write_bytes(whole[:-1])
    refused(path, "hold 12 bytes of samples, not 11")
    path.write_bytes(whole[:900])
    refused(path, "hold a whole SPHERE header, whose length is b'1024'")
    path.write_bytes(whole.replace(b"sample_rate", b"sample_mate"))
    refused(
        path,
        "have a SPHERE header with sample_count, sample_rate and sample_byte_format 01 or 10, "
        "not 6,  and 01",
    )
    for length in (55, 40, 36, 20, 8):
        path.write_bytes(riff(SAMPLES)[:length])
        with pytest.raises(ValueError, match=f"^{re.escape(str(path))} must be a whole RIFF file"):
            read_audio(path)


@pytest.mark.parametrize("extensible", [False, True])
def test_no_broken_byte_escapes_as_another_error(path: Path, extensible: bool) -> None:
    whole = riff(SAMPLES, extensible=extensible)
    for place in range(len(whole)):
        for byte in (0x00, 0xFF, whole[place] ^ 0x10):
            path.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
            try:
                read_audio(path)
            except ValueError as error:
                assert str(error).startswith(str(path))
                assert "\n" not in str(error)
