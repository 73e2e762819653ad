"""Figures and their PNGs: sizes, and files that are whole or not there."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from software_ref.figure import empty_figure, write_png


def test_a_png_has_the_figures_size(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write_png(path, empty_figure(3, 2), dpi=50)
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">2I", content[16:24]) == (150, 100)
    assert [each.name for each in tmp_path.iterdir()] == ["a.png"]


def test_a_png_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none" / "a.png"
    with pytest.raises(OSError, match=f"^cannot write {path}: No such file or directory$"):
        write_png(path, empty_figure(3, 2))
