"""Where caches are: the user's place for them, else a temporary folder that is nobody else's."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import software_ref
from software_ref.console import cache_folder as module
from software_ref.console.cache_folder import cache_environment, cache_folder

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="other systems have other places")


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder of these tests; their caches are where the system has them."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    for variable in ("XDG_CACHE_HOME", "YOWASP_CACHE_DIR", "MPLCONFIGDIR", "NUMBA_CACHE_DIR"):
        monkeypatch.delenv(variable, raising=False)
    return folder


@pytest.fixture
def read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which nothing can be written, not even by root: it is below a file."""
    (tmp_path / "file").touch()
    home = tmp_path / "file" / "home"
    monkeypatch.setenv("HOME", str(home))
    return home


@LINUX
def test_the_users_own_place_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / ".cache" / "presparse"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert cache_folder("YoWASP") == tmp_path / "caches" / "YoWASP"
    assert cache_folder("YoWASP").is_dir()
    assert cache_environment() == {}
    assert [path.name for path in (tmp_path / "caches").iterdir()] == ["YoWASP"]


@LINUX
def test_one_programs_folder_may_be_somebody_elses(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a first run as root."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "YoWASP").touch()
    folder = temporary / f"presparse-{os.getuid()}" / "YoWASP"
    assert cache_environment() == {"YOWASP_CACHE_DIR": str(folder)}
    assert cache_folder("YoWASP") == folder
    assert cache_folder() == tmp_path / "presparse"


@LINUX
def test_a_home_that_cannot_be_written_is_replaced(read_only: Path, temporary: Path) -> None:
    folder = temporary / f"presparse-{os.getuid()}" / "presparse"
    assert cache_folder() == folder
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert cache_folder() == folder  # in the next run, too


@LINUX
def test_other_programs_are_told_of_the_replacement(
    read_only: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = temporary / f"presparse-{os.getuid()}"
    monkeypatch.setenv("MPLCONFIGDIR", "/of/the/user")
    assert cache_environment() == {
        "YOWASP_CACHE_DIR": str(folder / "YoWASP"),
        "NUMBA_CACHE_DIR": str(folder / "numba"),
    }


@LINUX
def test_a_user_without_name_and_home_has_a_cache(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME")
    # As where a container runs under a number: there is no such user, and so no home.
    monkeypatch.setattr("pwd.getpwuid", lambda number: {}[number])
    before = set(Path().iterdir())
    folder = temporary / f"presparse-{os.getuid()}"
    assert cache_folder() == folder / "presparse"
    assert cache_environment() == {
        "YOWASP_CACHE_DIR": str(folder / "YoWASP"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "NUMBA_CACHE_DIR": str(folder / "numba"),
        "XDG_CACHE_HOME": str(folder),
    }
    assert set(Path().iterdir()) == before


@LINUX
@pytest.mark.parametrize("taken", ["of another user", "for all to write", "a link"])
def test_a_folder_that_somebody_else_may_have_made_is_not_used(
    taken: str, read_only: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module._private_folder.cache_clear()
    folder = temporary / f"presparse-{os.getuid()}"
    if taken == "a link":
        (temporary / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(temporary / "elsewhere")
    else:
        folder.mkdir(mode=0o700)
    if taken == "for all to write":
        folder.chmod(0o777)
    if taken == "of another user":
        monkeypatch.setattr(module, "user_number", lambda: 54321)
        folder.rename(temporary / "presparse-54321")
    found = cache_folder()
    assert found.parent.parent == temporary
    assert found.parent.name not in (folder.name, "presparse-54321")
    assert list(temporary.glob("presparse-*/presparse")) == [found]
    module._private_folder.cache_clear()


def test_no_import_looks_for_a_home(tmp_path: Path) -> None:
    code = (
        "import os, pwd, sys\n"
        "del os.environ['HOME']\n"
        "pwd.getpwuid = lambda number: {}[number]\n"
        "import boards.commands.board_sim, boards.commands.build, hwgen.commands.simulate\n"
        "import hwgen.commands.compare, hwgen.commands.pnr, software_ref.commands.fit\n"
    )
    root = str(Path(software_ref.__file__).parents[1])
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == [tmp_path / "tmp"]
