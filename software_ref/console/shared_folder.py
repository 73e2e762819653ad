"""Folders that several processes may use at once: who waits, and what is made only once."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from software_ref.console.cache_folder import cache_folder

__all__ = ["KEPT_DAYS", "made_once", "only_user", "remove_unused", "working_folder"]

KEPT_DAYS = 30.0
"""How long a cache keeps what nobody uses."""
_LEFT_BEHIND = 1.0
"""Days after which what a killed process has left is nobody's."""


@contextmanager
def only_user(folder: Path) -> Iterator[None]:
    """Keep other processes of this user, which ask in the same way, out of a folder.

    Who comes second says so on standard error, and waits until the first one's block ends, however
    it ends. The folder need not exist; the lock is no file of it.
    """
    from filelock import FileLock, Timeout  # takes a while to import

    lock = FileLock(_lock_file(Path(os.path.realpath(folder))))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        _tell(f"waiting for another presparse, which is at work in {folder}")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def working_folder(given: Path | None) -> Iterator[Path]:
    """The folder that the user named, for this process alone, or a temporary one that goes again.

    Tools leave files of fixed names in it.
    """
    if given is None:
        with tempfile.TemporaryDirectory(prefix="presparse-") as folder:
            yield Path(folder)
        return
    with only_user(given):
        given.mkdir(parents=True, exist_ok=True)
        yield given


def _lock_file(folder: Path) -> Path:
    locks = cache_folder() / "locks"
    locks.mkdir(exist_ok=True)
    file = locks / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    if not file.exists():
        remove_unused(locks.iterdir(), days=_LEFT_BEHIND)
    file.touch()
    return file


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Return a folder whose name says all about its contents, and make it where it is missing.

    It is filled under another name and then renamed, so that it is whole from the moment it is
    there, and never changes. Of several processes one makes it, while the others wait.

    Parameters
    ----------
    folder
        The folder.
    make
        Fills the empty folder that it is given.
    """
    if folder.is_dir():
        with suppress(OSError):
            folder.touch()  # says that it is in use
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with only_user(folder):
        if folder.is_dir():
            return folder
        prefix = f".{folder.name}-"
        remove_unused(folder.parent.glob(f"{prefix}*"), days=_LEFT_BEHIND)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=prefix) as temporary:
            part = Path(temporary, folder.name)
            part.mkdir()
            make(part)
            try:
                part.rename(folder)
            except OSError:
                if not folder.is_dir():  # somebody made it who saw another lock
                    raise
    return folder


def _tell(line: str) -> None:
    """Print a line on standard error, above any progress bar."""
    from tqdm import tqdm

    tqdm.write(f"presparse: {line}", file=sys.stderr)


def remove_unused(paths: Iterator[Path], *, days: float) -> None:
    """Remove files and folders that nobody has touched for so many days."""
    for path in paths:
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - days * 24 * 3600:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
