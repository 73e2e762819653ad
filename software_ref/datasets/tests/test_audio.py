"""Recordings: both formats give the samples that were written, and broken files are told."""

import re
from pathlib import Path

import numpy as np
import pytest

from software_ref.datasets.audio import read_audio
from software_ref.datasets.tests.recordings import sphere, write_riff

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


def test_riff_files(path: Path) -> None:
    write_riff(path, SAMPLES, rate=8000)
    samples, rate = read_audio(path)
    assert samples.tolist() == SAMPLES.tolist()
    assert rate == 8000


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
    write_riff(path, SAMPLES, width=1)
    refused(path, "hold one channel of 2-byte samples, not 1 of 1-byte samples")


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
    write_riff(path, SAMPLES)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))} must "):
        read_audio(path)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))} must be a whole RIFF file "):
        read_audio(path)
