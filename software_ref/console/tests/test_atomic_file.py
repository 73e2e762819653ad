"""Files written whole or not at all."""

from __future__ import annotations

import fcntl
import os
import re
from pathlib import Path

import pytest

from software_ref.console.atomic_file import atomic_file, check_writable


def test_a_whole_file_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with atomic_file(path) as unfinished:
        unfinished.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_failure_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), atomic_file(path) as unfinished:
        unfinished.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_file_is_on_the_disk_before_it_takes_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a power cut leaves an empty file in place of the old one."""
    path, steps = tmp_path / "out.txt", []
    sync, replace = os.fsync, os.replace

    def record_sync(descriptor: int) -> None:
        # Windows refuses to sync what was opened for reading.
        assert fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDWR
        steps.append(("on the disk", os.stat(descriptor).st_ino))
        sync(descriptor)

    def record_replace(unfinished: Path, target: Path) -> None:
        steps.append(("named", os.stat(unfinished).st_ino))
        replace(unfinished, target)

    monkeypatch.setattr(os, "fsync", record_sync)
    monkeypatch.setattr(os, "replace", record_replace)
    with atomic_file(path) as unfinished:
        unfinished.write_text("new")
    file = path.stat().st_ino
    assert steps == [("on the disk", file), ("named", file)]


def test_two_writers_of_one_file_do_not_meet(tmp_path: Path) -> None:
    """Threads of a process, or processes of equal number on two machines."""
    path = tmp_path / "out.txt"
    with atomic_file(path) as first, atomic_file(path) as second:
        first.write_text("first")
        second.write_text("second")
        check_writable(path)
        assert (first.read_text(), second.read_text()) == ("first", "second")
    assert path.read_text() == "first"  # which ends last
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "out.txt", tmp_path / "link"
    path.write_text("old")
    link.symlink_to(path)
    with atomic_file(link) as unfinished:
        unfinished.write_text("new")
    assert link.is_symlink()
    assert path.read_text() == "new"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none" / "out.txt"
    message = f"cannot write {path}: No such file or directory"
    with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
        check_writable(path)
    with (
        pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"),
        atomic_file(path) as unfinished,
    ):
        unfinished.write_text("new")


def test_a_folder_cannot_be_written(tmp_path: Path) -> None:
    message = f"cannot write {tmp_path}: it is a folder"
    with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
        check_writable(tmp_path)


def test_a_device_cannot_be_written() -> None:
    message = f"cannot write {os.devnull}: it is no regular file"
    with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
        check_writable(os.devnull)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_read_only_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.touch(mode=0o444)
    message = f"cannot write {path}: it is read-only"
    with pytest.raises(PermissionError, match=f"^{re.escape(message)}$"):
        check_writable(path)


def test_a_check_leaves_nothing_behind(tmp_path: Path) -> None:
    check_writable(tmp_path / "out.txt")
    assert os.listdir(tmp_path) == []
