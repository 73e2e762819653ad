"""Checksums of published files: as published, differing, and unknown."""

import hashlib
from pathlib import Path

import pytest

from software_ref.datasets.checksum import PUBLISHED, checksum_note


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is, by its name, as published."""
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(b"images" * 1000)
    monkeypatch.setitem(PUBLISHED, path.name, hashlib.md5(b"images" * 1000).hexdigest())
    return path


def test_a_file_as_published_and_one_that_differs(published: Path) -> None:
    assert checksum_note([published]) == ", checksum as published"
    published.write_bytes(b"other")
    assert checksum_note([published]) == ", checksum differs from the published one"


def test_one_file_that_differs_is_told(published: Path, tmp_path: Path) -> None:
    labels = tmp_path / "train-labels-idx1-ubyte.gz"
    labels.write_bytes(b"labels")
    assert checksum_note([published, labels]) == ", checksum differs from the published one"


def test_nothing_is_said_of_files_without_a_known_checksum(published: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mnist.npz"
    mine.write_bytes(b"mine")
    assert checksum_note([mine]) == ""
    assert checksum_note([mine, published]) == ", checksum as published"
    assert checksum_note([]) == ""


def test_known_checksums_have_the_length_of_an_md5() -> None:
    assert {len(bytes.fromhex(value)) for value in PUBLISHED.values()} == {16}
