"""Paths as users give them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["optional_path"]


def optional_path(path: str | Path | None) -> Path | None:
    """A path as an object, where there is one."""
    return None if path is None else Path(path)
