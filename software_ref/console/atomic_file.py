"""Writes files whole or not at all: into a neighbour first, which then takes the file's name."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["atomic_file", "check_writable"]


@contextmanager
def atomic_file(path: str | Path) -> Iterator[Path]:
    """Yield a path to write to; when the block ends, the file there becomes `path`.

    An existing file is replaced in one step. Where the block raises, it stays as it is, and what
    was written is removed. A symbolic link stays one: the file it names is replaced.

    Raises
    ------
    OSError
        The file cannot be written: "cannot write X: No space left on device".
    """
    target = Path(os.path.realpath(path))
    unfinished = _unfinished(target)
    try:
        yield unfinished
        # What is not on the disk yet when the name changes is lost in a power cut, and the old file
        # with it. Windows syncs only what may be written.
        with unfinished.open("r+b") as file:
            os.fsync(file.fileno())
        os.replace(unfinished, target)
    except OSError as error:
        raise _named(path, error) from error
    finally:
        unfinished.unlink(missing_ok=True)


def check_writable(path: str | Path) -> None:
    """Raise OSError where `atomic_file` could not write `path`; nothing stays behind.

    Call it before long work, so that a mistyped folder does not cost the results.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists():
            if not target.is_file():
                kind = "a folder" if target.is_dir() else "no regular file"
                raise OSError(f"it is {kind}")
            if not os.access(target, os.W_OK):
                raise PermissionError("it is read-only")
        probe = _unfinished(target)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise _named(path, error) from error


def _unfinished(target: Path) -> Path:
    """A neighbour of a file, so that the last step is one rename within a file system.

    Its name is nobody else's: not another process's, on another machine neither.
    """
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.unfinished")


def _named(path: str | Path, error: OSError) -> OSError:
    """The same kind of error, saying that `path` cannot be written, and why."""
    return type(error)(f"cannot write {path}: {error.strerror or error}")
