"""Folders that several processes use: who waits, and what is made once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import software_ref
from software_ref.console.cache_folder import cache_folder
from software_ref.console.shared_folder import made_once, only_user, remove_unused

ROOT = Path(software_ref.__file__).parents[1]
HOLDER = """
import sys
from pathlib import Path
from software_ref.console.shared_folder import only_user

with only_user(Path(sys.argv[1])):
    print("inside", flush=True)
    sys.stdin.readline()
    Path(sys.argv[1], "written").touch()
"""


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks of these tests alone, in other processes, too."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process, which is in the folder, or waits for it, and leaves after a line."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, folder],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_second_process_says_that_it_waits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with holder(tmp_path) as first:
        assert first.stdout is not None
        assert first.stdin is not None
        assert first.stdout.readline() == "inside\n"
        threading.Timer(0.3, first.stdin.close).start()
        with only_user(tmp_path):
            assert (tmp_path / "written").exists()
    waited = f"presparse: waiting for another presparse, which is at work in {tmp_path}\n"
    assert capsys.readouterr().err == waited
    with only_user(tmp_path):
        assert capsys.readouterr().err == ""
    assert [path.name for path in tmp_path.iterdir()] == ["written"]


def test_a_killed_process_leaves_the_folder_free(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with holder(tmp_path) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "inside\n"
        first.kill()
        first.wait()
    with only_user(tmp_path):
        assert capsys.readouterr().err == ""


def test_other_folders_are_free(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with only_user(tmp_path / "one"), only_user(tmp_path / "other"):
        assert capsys.readouterr().err == ""


def test_a_folder_by_another_name_is_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with only_user(tmp_path / "link"), holder(tmp_path) as second:
        assert second.stderr is not None
        assert "waiting for another presparse" in second.stderr.readline()
        second.kill()


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    folder, calls = tmp_path / "shelf" / "made", []

    def make(part: Path) -> None:
        calls.append(part)
        assert not folder.exists()
        (part / "file").write_text("whole")

    for _ in range(2):
        assert made_once(folder, make) == folder
        assert (folder / "file").read_text() == "whole"
    assert len(calls) == 1
    assert list(folder.parent.iterdir()) == [folder]


def test_a_folder_whose_making_fails_is_not_there(tmp_path: Path) -> None:
    def fail(part: Path) -> None:
        (part / "file").write_text("half")
        raise KeyboardInterrupt

    folder = tmp_path / "made"
    with pytest.raises(KeyboardInterrupt):
        made_once(folder, fail)
    assert list(tmp_path.iterdir()) == []
    made_once(folder, lambda part: (part / "file").touch())
    assert (folder / "file").exists()


def test_of_many_makers_one_works(tmp_path: Path) -> None:
    folder, calls = tmp_path / "made", []

    def make(part: Path) -> None:
        calls.append(part)
        time.sleep(0.1)
        (part / "file").touch()

    def want() -> None:
        assert (made_once(folder, make) / "file").exists()

    threads = [threading.Thread(target=want) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1


def test_what_was_made_meanwhile_is_taken(tmp_path: Path) -> None:
    """By a process that saw another lock, since its cache is elsewhere."""
    folder = tmp_path / "made"

    def make(part: Path) -> None:
        (part / "file").write_text("ours")
        folder.mkdir()
        (folder / "file").write_text("theirs")

    assert made_once(folder, make) == folder
    assert (folder / "file").read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [folder]


def test_what_killed_processes_left_is_removed(tmp_path: Path) -> None:
    old, young = tmp_path / ".made-old", tmp_path / ".made-young"
    for path in (old, young):
        path.mkdir()
        (path / "file").touch()
    os.utime(old, (0, 0))
    made_once(tmp_path / "made", lambda part: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".made-young", "made"]


def test_use_keeps_a_folder(tmp_path: Path) -> None:
    used, unused = made_once(tmp_path / "used", lambda part: None), tmp_path / "unused"
    unused.mkdir()
    for path in (used, unused):
        os.utime(path, (0, 0))
    made_once(used, lambda part: None)
    remove_unused(tmp_path.iterdir(), days=30)
    assert list(tmp_path.iterdir()) == [used]


def test_locks_are_not_kept_for_ever(tmp_path: Path) -> None:
    locks = cache_folder() / "locks"
    with only_user(tmp_path / "old"):
        pass
    (old,) = locks.iterdir()
    os.utime(old, (0, 0))
    with only_user(tmp_path / "new"):
        assert len(list(locks.iterdir())) == 1
    assert not old.exists()
