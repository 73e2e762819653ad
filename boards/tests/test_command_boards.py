"""`presparse boards`: what each board has, and where a network fits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from boards.platforms.boards import BOARDS
from boards.store.capacity import most_samples
from hwgen.core.design import CoreDesign
from presparse.cli import main
from software_ref.devices import DEVICES
from software_ref.network_file import read_network_file

EXAMPLES = Path(__file__).parents[2] / "examples"


def listed(tmp_path: Path, *arguments: str) -> dict[str, dict[str, Any]]:
    target = tmp_path / "boards.json"
    assert main(["boards", *arguments, "--json", str(target)]) == 0
    return {each["name"]: each for each in json.loads(target.read_text())["boards"]}


def test_every_board_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    boards = listed(tmp_path)
    assert boards.keys() == BOARDS.keys()
    assert boards["basys3"]["display_digits"] == 4
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1 : 1 + len(BOARDS)]] == list(BOARDS)
    assert max(map(len, lines)) <= 120


def test_a_network_fits_some_of_them(tmp_path: Path) -> None:
    path = EXAMPLES / "mnist_original.toml"
    boards = listed(tmp_path, str(path))
    fits = {name: each["fits"] for name, each in boards.items()}
    assert fits["nexys4"] is fits["artya7-100"] is True
    assert fits["artya7-35"] is fits["basys3"] is False
    core = CoreDesign.from_file(read_network_file(path))
    assert boards["nexys4"]["samples"] == most_samples(core, DEVICES["xc7a100t"])
    assert boards["basys3"]["samples"] is None


def test_a_missing_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["boards", "none.toml"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
