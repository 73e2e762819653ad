"""Where what takes long to make is kept from one run to the next, by this program and by others."""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from platformdirs import user_cache_dir

from software_ref.console.system import user_number

__all__ = ["cache_environment", "cache_folder"]

_OTHERS = {"YOWASP_CACHE_DIR": "YoWASP", "MPLCONFIGDIR": "matplotlib", "NUMBA_CACHE_DIR": "numba"}
"""Programs that keep something in the home folder, by the variable that sends them elsewhere."""


def cache_folder(program: str = "presparse") -> Path:
    """An existing folder for a program's cache, in which this user can write.

    It is the system's place for caches: XDG_CACHE_HOME, else a folder in the user's home. Where
    there is no home, or nothing can be written there, it is a folder of this user's in the
    temporary one, and lives as long as the system keeps that.

    Call it when something is about to be kept, never at import.

    Raises
    ------
    OSError
        Nothing can be written anywhere.
    """
    folder = _own_folder(program)
    if folder is None or not _writable(folder):
        folder = _temporary_folder() / program
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def cache_environment() -> dict[str, str]:
    """Variables that other programs need to find a cache where the home folder offers none.

    Those that the user has set are left alone.
    """
    moved = {}
    for variable, program in _OTHERS.items():
        own = _own_folder(program)
        if not os.environ.get(variable) and (own is None or not _writable(own)):
            moved[variable] = str(_temporary_folder() / program)
    if _own_folder("") is None:  # YoWASP looks for the system's place even where it needs none
        moved["XDG_CACHE_HOME"] = str(_temporary_folder())
    return moved


def _writable(folder: Path) -> bool:
    """Whether a folder is there, or can be made, and can be written."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _own_folder(program: str) -> Path | None:
    """Where the system keeps caches; None for a user without a home."""
    try:
        folder = Path(user_cache_dir(program, appauthor=False))
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None


def _temporary_folder() -> Path:
    """A folder of this user's alone: names in the temporary folder are anybody's to take."""
    owner = user_number()
    folder = Path(tempfile.gettempdir(), "presparse" if owner is None else f"presparse-{owner}")
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    theirs = owner is not None and (found.st_uid != owner or found.st_mode & 0o022)
    return _private_folder() if theirs or not stat.S_ISDIR(found.st_mode) else folder


@cache
def _private_folder() -> Path:
    folder = tempfile.mkdtemp(prefix="presparse-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
