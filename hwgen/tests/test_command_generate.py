"""`presparse generate`: what it writes and where; and the folders that its siblings are given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from software_ref.cli import main

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "examples" / "slides_8_4_4.toml"

FOLDERS = (
    ("generate", "--output"),
    ("simulate", "--build"),
    ("compare", "--build"),
    ("profile", "--build"),
    ("synth", "--build"),
    ("pnr", "--build"),
    ("build", "--output", "--board", "ulx3s", "--samples", "8"),
    ("board-sim", "--build"),
)
"""Commands with the option that names a folder, and what else they must be given."""


def test_a_new_folder_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "build"
    assert main(["generate", str(SMALL), "--output", str(folder), "--top", "small"]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["small.json", "small.v", "small.vlt"]
    assert json.loads((folder / "small.json").read_text())["top"] == "small"
    lines = len((folder / "small.v").read_text().splitlines())
    assert capsys.readouterr().out.splitlines() == [
        "slides_8_4_4",
        "core                           training",
        "clocks per sample                     9",
        "update lags                        6, 2",
        "input beats of a sample  8 x 1 features",
        f"{folder}/small.v     {lines} lines",
        f"{folder}/small.json  manifest",
        f"{folder}/small.vlt   lint waivers",
    ]


@pytest.mark.parametrize(("command", "option", "others"), [(c, o, r) for c, o, *r in FOLDERS])
def test_a_file_in_place_of_a_folder_is_named(
    command: str,
    option: str,
    others: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "taken"
    path.touch()
    assert main([command, str(SMALL), *others, option, str(path)]) == 2
    output, error = capsys.readouterr()
    assert output == ""
    assert error == f"presparse: error: {option} must name a folder, and {path} is none\n"
    assert list(tmp_path.iterdir()) == [path]
