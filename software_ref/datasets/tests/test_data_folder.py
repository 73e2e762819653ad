"""The folder of the user's data: absent, missing, and archives read without unpacking."""

import io
import re
import tarfile
from pathlib import Path

import pytest

from software_ref.datasets.data_folder import data_folder, read_members


def pack(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_the_folder_is_returned_where_it_is_there(tmp_path: Path) -> None:
    assert data_folder("mnist", tmp_path, holds="files") == tmp_path


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^reuters needs --data DIR, the folder of articles$"):
        data_folder("reuters", None, holds="articles")
    message = f"reuters: there is no folder {tmp_path / 'x'}"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        data_folder("reuters", tmp_path / "x", holds="articles")


def test_members_are_found_in_any_folder_and_in_the_order_asked_for(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.tar.gz", {"a": b"1", "deep/er/b": b"22", "c": b"3", "/../d": b"4"})
    assert read_members(path, ["d", "b", "a"]) == [b"4", b"22", b"1"]
    assert [each.name for each in tmp_path.iterdir()] == ["a.tar.gz"]


def test_absent_members_are_told(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.tar.gz", {"a": b"1"})
    with pytest.raises(ValueError, match=f"^{re.escape(str(path))} must hold a, b; it lacks b$"):
        read_members(path, ["a", "b"])


def test_a_truncated_archive_is_refused_or_gives_whole_files(tmp_path: Path) -> None:
    files = {"a": bytes(range(256)) * 8, "b": b"2"}
    path = pack(tmp_path / "a.tar.gz", files)
    whole = path.read_bytes()
    refused = 0
    for length in range(0, len(whole), 3):
        path.write_bytes(whole[:length])
        try:
            # The end of the archive, behind the files, may be missing.
            assert read_members(path, list(files)) == list(files.values())
        except ValueError as error:
            refused += 1
            assert str(error).startswith(f"{path} must ")
            assert "\n" not in str(error)
    assert refused > len(whole) / 3 / 2
