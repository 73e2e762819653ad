"""Where Verilog and simulator of a run are built: a folder that stays, or a temporary one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["build_folder"]


@contextmanager
def build_folder(given: Path | None) -> Iterator[Path]:
    """The folder the user named, which is there, or a temporary one that goes again."""
    if given is not None:
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="presparse-") as folder:
        yield Path(folder)
