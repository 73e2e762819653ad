"""Figures and their files: sizes, formats by ending, and files that are whole or not there."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from presparse.cli import main
from software_ref.figure import PICTURE_FORMATS, empty_figure, write_picture

BEGINNINGS = {"png": b"\x89PNG", "pdf": b"%PDF-", "svg": b"<?xml"}
COMMANDS = ["dataset", "connections", "scatter", "fit", "compare", "estimate", "profile"]


def test_a_png_has_the_figures_size(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write_picture(path, empty_figure(3, 2, dpi=50))
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">2I", content[16:24]) == (150, 100)
    assert [each.name for each in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("ending", PICTURE_FORMATS)
@pytest.mark.parametrize("upper", [False, True])
def test_the_ending_tells_the_format(tmp_path: Path, ending: str, upper: bool) -> None:
    contents = []
    for name in "ab":
        path = tmp_path / f"{name}.x.{ending.upper() if upper else ending}"
        figure = empty_figure(2, 2)
        figure.subplots().plot([1, 2])
        write_picture(path, figure)
        contents.append(path.read_bytes())
    assert contents[0].startswith(BEGINNINGS[ending])
    # Neither the day nor random names are in it.
    assert contents[0] == contents[1]


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none" / "a.png"
    with pytest.raises(OSError, match=f"^cannot write {path}: No such file or directory$"):
        write_picture(path, empty_figure(3, 2))


@pytest.mark.parametrize("name", ["a.jpg", "a", "png", "a.png.txt"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    message = f"a picture's name must end in .png, .pdf or .svg, not {path}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        write_picture(path, empty_figure(3, 2))
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("option", ["--png", "--picture"])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_refuses_them_before_any_work(
    command: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # The network file is not there: it is not even looked for.
    assert main([command, "none.toml", option, "x.tiff"]) == 2
    assert capsys.readouterr().err == (
        "presparse: error: argument --picture/--png: a picture's name must end in .png, .pdf or "
        f".svg, not x.tiff (see presparse {command} --help)\n"
    )


def test_a_command_draws_what_the_ending_says(tmp_path: Path) -> None:
    path = tmp_path / "iris.pdf"
    assert main(["dataset", "iris", "--png", str(path)]) == 0
    assert path.read_bytes().startswith(BEGINNINGS["pdf"])
