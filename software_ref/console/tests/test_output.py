"""What subcommands share to write: tables, JSON, outputs tried beforehand, the progress bar."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path

import pytest

from software_ref.console.output import (
    check_outputs,
    make_folder,
    percent,
    table_lines,
    wrapped,
    write_json,
)
from software_ref.console.progress import ProgressBar


def test_a_table_sets_text_left_and_numbers_right() -> None:
    lines = table_lines(["unit", "LUTs", "kind"], [["a", 5, "x"], ["longer", None, "y"]], text=[0])
    assert lines == [
        "unit    LUTs  kind",
        "a          5     x",
        "longer           y",
    ]


def test_a_table_has_no_spaces_at_its_ends() -> None:
    lines = table_lines(["a", "b"], [["x", None], ["longer", "text"]], text=[0, 1])
    assert lines == ["a       b", "x", "longer  text"]


def test_a_long_text_is_broken_between_words() -> None:
    lines = wrapped("total  " + ", ".join(["clash-free"] * 8), indent=7)
    assert lines == [
        "total  clash-free, clash-free, clash-free, clash-free, clash-free, clash-free,",
        "       clash-free, clash-free",
    ]
    assert wrapped("x" * 100) == ["x" * 100]


@pytest.mark.parametrize(("share", "text"), [(None, ""), (0.97644, "97.64"), (1.0, "100.00")])
def test_shares_have_two_decimals(share: float | None, text: str) -> None:
    assert percent(share) == text


def test_json_is_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    write_json(path, {"name": "σ", "values": [1, None]})
    assert json.loads(path.read_text(encoding="utf-8")) == {"name": "σ", "values": [1, None]}


def test_json_without_numbers_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")
    with pytest.raises(ValueError, match=r"^Out of range float values are not JSON compliant"):
        write_json(path, {"accuracy": float("nan")})
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.json"]


def test_a_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    for _ in range(2):
        make_folder("--output", tmp_path / "a" / "b")
        assert (tmp_path / "a" / "b").is_dir()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch()
    message = f"^--build must name a folder, and {re.escape(str(path))} is none$"
    with pytest.raises(NotADirectoryError, match=message):
        make_folder("--build", path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    path = tmp_path / "a" / "b"
    message = f"^cannot make the folder {re.escape(str(path))}: Not a directory$"
    with pytest.raises(NotADirectoryError, match=message):
        make_folder("--build", path)


def test_outputs_may_be_left_out(tmp_path: Path) -> None:
    check_outputs({"--json": None, "--save": None}, inputs=[tmp_path / "in.toml"])


def test_outputs_that_do_not_exist_yet_are_fine(tmp_path: Path) -> None:
    check_outputs({"--json": tmp_path / "a", "--save": tmp_path / "b"})
    assert os.listdir(tmp_path) == []


def test_an_input_is_known_under_any_name(tmp_path: Path) -> None:
    network, link = tmp_path / "in.toml", tmp_path / "link"
    network.write_text("")
    link.symlink_to(network)
    message = f"--json must name a file of its own: {link} is an input"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        check_outputs({"--json": link}, inputs=[network])


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_shows_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = _Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with ProgressBar(10, unit="sample", description="first") as bar:
        bar.update(5)
        bar.describe("second")
        bar.print("a line")
    assert "first:   0%" in terminal.getvalue()
    assert "second:  50%" in terminal.getvalue()
    assert capsys.readouterr().out == "a line\n"


def test_a_bar_is_silent_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressBar(10, unit="sample") as bar:
        bar.update(10)
        bar.print("a line")
    output = capsys.readouterr()
    assert (output.out, output.err) == ("a line\n", "")
