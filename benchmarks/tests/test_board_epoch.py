"""The benchmark of whole epochs: what it asks for, prints and writes; nothing is simulated."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import board_epoch
from boards.design import BoardDesign
from boards.simulated.side_by_side import BoardRun
from boards.tests.small_board import IRIS, written
from software_ref.network_file import NetworkFile
from software_ref.training import EpochResult, TrainingData

RESULT = EpochResult(
    epoch=0, rate_exponent=1, train_accuracy=0.5, test_accuracy=0.75, samples_per_second=1.0
)
CLOCKS = 1000


class Simulated:
    """In place of a board's simulator."""

    def __init__(self, design: BoardDesign, build_dir: Path | None):
        self.design = design

    def close(self) -> None:
        pass


@pytest.fixture
def iris(tmp_path: Path) -> Path:
    return written(tmp_path, "iris", IRIS)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What every run was asked for; a run is over at once, and has no difference."""
    return _runs(monkeypatch)


def _runs(monkeypatch: pytest.MonkeyPatch, *differences: str) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = []

    def run(
        simulated: Simulated,
        file: NetworkFile,
        data: TrainingData,
        *,
        filled: bool,
        tell: Callable[[str], None],
        progress: Callable[[int], None],
    ) -> BoardRun:
        asked.append({"design": simulated.design, "data": data, "filled": filled})
        tell("training")
        for _ in range(100):
            progress(CLOCKS)
        return BoardRun(
            epochs=(RESULT,) * file.training.epochs,
            differences=differences,
            worked=990,
            waited=10,
            clocks=100 * CLOCKS,
            training_clocks=CLOCKS,
            training_seconds=0.5,
            memory_errors=0,
        )

    monkeypatch.setattr(board_epoch, "SimulatedBoard", Simulated)
    monkeypatch.setattr(board_epoch, "train_side_by_side", run)
    return asked


def test_both_boards_hold_their_samples_from_the_beginning(
    iris: Path, tmp_path: Path, asked: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures.json"
    assert board_epoch.main([str(iris), "--images", "20", "--json", str(figures)]) == 0
    assert [(each["design"].clock_hz, each["filled"]) for each in asked] == [
        (40_000_000, True),
        (33_000_000, True),
    ]
    assert all(len(each["data"].train_labels) == 20 for each in asked)
    written = json.loads(figures.read_text())
    assert written["network"] == "iris"
    first, second = written["epochs"]
    assert (first["board"], second["board"]) == ("ulx3s", "nexys4")
    assert first["at_work"] == 0.99
    assert not first["samples_sent"]
    assert first["bit_exact"]
    out = capsys.readouterr().out
    assert "32 MB SDRAM, 40 MHz" in out
    assert "samples are put into the chip's model" in out
    assert "minutes to go" in out
    assert out.count("99.00 %") == 2


def test_block_ram_is_filled_over_the_line(iris: Path, asked: list[dict[str, Any]]) -> None:
    options = ["--board", "nexys4", "--epochs", "2", "--activation-fraction", "3"]
    assert board_epoch.main([str(iris), *options]) == 0
    (only,) = asked
    assert only["design"].store.code.value_bits == 3
    assert not only["filled"]
    assert only["design"].external is None
    assert only["design"].baud == only["design"].clock_hz // 6


def test_samples_are_sent_where_asked(iris: Path, asked: list[dict[str, Any]]) -> None:
    one = ["--board", "ulx3s", "--memory", "sdram", "--clock", "40", "--upload"]
    assert board_epoch.main([str(iris), *one]) == 0
    assert [each["filled"] for each in asked] == [False]


def test_a_difference_is_told(
    iris: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _runs(monkeypatch, "weights of junction 1: 3 of 36 differ")
    assert board_epoch.main([str(iris)]) == 1
    out = capsys.readouterr().out
    assert "differs: weights of junction 1: 3 of 36 differ" in out
    assert "DIFFER" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--memory", "sdram"], "--memory and --clock must come with the --board that has them"),
        (
            ["--board", "nexys4", "--memory", "sdram"],
            "--memory must be block or cellular or flash on the Digilent Nexys4 (cellular RAM), "
            "not sdram",
        ),
        (
            ["--images", "200"],
            "iris: the number of train samples must be at most the 120 there are, not 200",
        ),
        (
            ["--images", "0"],
            "argument --images: must be at least 1, not 0 (see --help)",
        ),
        (["--data", "nowhere"], "--data must name a folder; there is no folder nowhere"),
    ],
)
def test_what_is_wrong_is_one_line(
    iris: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert board_epoch.main([str(iris), *options]) == 2
    assert capsys.readouterr().err == f"error: {message}\n"


def test_an_interruption_ends_it(
    iris: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _runs(monkeypatch)

    def interrupted(*given: object, **named: object) -> BoardRun:
        raise KeyboardInterrupt

    monkeypatch.setattr(board_epoch, "train_side_by_side", interrupted)
    assert board_epoch.main([str(iris)]) == 130
    assert capsys.readouterr().err == "interrupted after 0.0 minutes\n"
