"""`presparse board-sim` and `presparse host` as processes, joined by a pseudo-terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from boards.simulated import board
from boards.simulated.board import SimulatedBoard
from boards.tests.processes import (
    assert_is_golden_training,
    finished,
    host,
    presparse,
    read_until,
)
from boards.tests.small_board import IRIS, written
from presparse.cli import main
from software_ref.network_file import read_network_file
from software_ref.plan.schedule import Schedule

FLOWERS = 150
EPOCHS = 5
LONG = 1000
"""Epochs of a run that is broken off: some seconds."""


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The iris, of which the host starts every epoch; one edge a clock, which makes them long."""
    path = tmp_path_factory.mktemp("shuffled") / "shuffled.toml"
    path.write_text(IRIS.replace("parallelism = [4, 3]", "parallelism = [1, 1]"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def plain(shuffled: Path) -> Path:
    """The same without shuffling: the board then runs all epochs by itself."""
    path = shuffled.with_name("plain.toml")
    text = shuffled.read_text(encoding="utf-8")
    path.write_text(text.replace("shuffle = true", "shuffle = false"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def port(shuffled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The port of a simulated board with room for all flowers."""
    build = tmp_path_factory.mktemp("board")
    board = presparse("board-sim", shuffled, "--samples", FLOWERS, "--build", build)
    with board:
        try:
            yield read_until(board, r"the board is at (\S+);")[1]
            board.send_signal(signal.SIGINT)
            assert "switched off after" in finished(board)
        finally:
            board.kill()


TINY = """
[format]
integer = 2
fraction = 3

[network]
layers = [4, 4]
out_degree = [2]
parallelism = [4]
"""


def read_start(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What a board says before it tells its port, and the port."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        if found := re.match(r"the board is at (\S+);", line):
            return said, found[1]
        said += line
    raise AssertionError(f"the board has no port:\n{said}")


@pytest.mark.slow
def test_a_board_that_trains_from_its_flash_is_read_by_a_host(tmp_path: Path) -> None:
    file, saved = written(tmp_path, "iris", IRIS), tmp_path / "saved.npz"
    board = presparse("board-sim", file, "--memory", "flash", "--build", tmp_path / "build")
    with board:
        try:
            said, port = read_start(board)
            assert "the board trains from its flash: it has been switched on\n" in said
            assert (tmp_path / "build" / "iris.store.bin").exists()
            while "running" in (status := finished(host("status", file, port))):
                pass
            assert re.search(r"epoch +3, run ends before 3", status)
            assert "sealed with" in status
            finished(host("save", file, port, "--save", saved))
            assert_is_golden_training(file, saved, 3)
            assert "in the board's store already" in finished(host("upload", file, port))
            refused = finished(host("upload", file, port, "--samples", 20), 2)
            assert "the board's memory can only be read, and must hold this data set" in refused
        finally:
            board.kill()


@pytest.mark.slow
def test_boards_of_one_build_are_built_once(tmp_path: Path) -> None:
    """Also where two of them start at once."""
    file, build = tmp_path / "tiny.toml", tmp_path / "build"
    file.write_text(TINY, encoding="utf-8")
    command = ("board-sim", file, "--samples", 8, "--build", build)
    with presparse(*command) as first, presparse(*command) as second:
        try:
            (one, port), (other, other_port) = read_start(first), read_start(second)
            # The second one waits for the first, unless it comes after it.
            assert (one + other).count("building the simulator\n") == 1
            assert set((one + other).splitlines()) <= {
                "building the simulator",
                f"presparse: waiting for another presparse, which is at work in {where(build)}",
            }
            assert port != other_port
            for each in (port, other_port):
                assert "8 samples" in finished(host("identify", file, each))
        finally:
            first.kill()
            second.kill()
    with presparse(*command) as third:
        try:
            assert read_start(third)[0] == ""
        finally:
            third.kill()


def where(build: Path) -> Path:
    """The one library in a folder."""
    (library,) = (path for path in (build / "simulator").iterdir() if path.is_dir())
    return library


def test_without_a_folder_the_library_is_in_the_cache(
    simulated: SimulatedBoard, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(board, "cache_folder", lambda: tmp_path)
    built: list[Path] = []
    monkeypatch.setattr(board, "build", lambda build_dir, **_: built.append(build_dir))
    old, young = tmp_path / "boards" / "old", tmp_path / "boards" / "young"
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    monkeypatch.setattr(board, "_load", lambda library: simulated._library)
    SimulatedBoard(simulated.design).close()
    assert built == [tmp_path / "boards"]
    assert [folder.name for folder in (tmp_path / "boards").iterdir()] == ["young"]


def test_the_iris_is_trained_on_the_board_as_in_the_golden_model(
    port: str, shuffled: Path, tmp_path: Path
) -> None:
    figures, saved = tmp_path / "figures.json", tmp_path / "state.npz"
    options = ("--epochs", EPOCHS, "--verify", "--save", saved, "--json", figures)
    said = finished(host("train", shuffled, port, *options))
    assert "150 samples uploaded" in said
    assert "the golden model agrees in weights, biases, accuracies, saturation counters" in said
    document = json.loads(figures.read_text())
    assert document["verified"] == dict.fromkeys(document["verified"], True)
    assert document["clocks_per_sample"] == Schedule.from_file(read_network_file(shuffled)).period
    assert_is_golden_training(shuffled, saved, EPOCHS)

    # What `train` saves goes into the software and back onto the board.
    go_on = ("--resume", saved, "--epochs", EPOCHS, "--no-float")
    said = finished(presparse("train", shuffled, *go_on))
    assert "has 5 epochs" in said
    predicted = tmp_path / "predicted.json"
    finished(host("restore", shuffled, port, "--resume", saved))
    again = tmp_path / "again.npz"
    finished(host("save", shuffled, port, "--save", again))
    assert_is_golden_training(shuffled, again, EPOCHS)
    assert "in the board's store already" in finished(
        host("infer", shuffled, port, "--json", predicted)
    )
    accuracy = json.loads(predicted.read_text())["test_accuracy"]
    assert accuracy == document["epochs"][-1]["test_accuracy"]


def test_a_training_goes_on_without_its_host(port: str, plain: Path, tmp_path: Path) -> None:
    first = host("train", plain, port, "--epochs", LONG)
    with first:
        read_until(first, rf"^2/{LONG}")
        first.kill()
    finished(host("pause", plain, port))  # not to be through before the next ones have started
    joining = host("train", plain, port, "--epochs", LONG, "--verify")
    assert "--verify must see a training from its start" in finished(joining, status=2)
    finished(host("resume", plain, port))
    saved = tmp_path / "state.npz"
    said = finished(host("train", plain, port, "--epochs", LONG, "--save", saved))
    assert "the board is training already" in said
    assert f"{LONG}/{LONG}" in said
    assert_is_golden_training(plain, saved, LONG)


def test_ctrl_c_keeps_whole_epochs_and_the_board_usable(
    port: str, plain: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "state.npz"
    broken_off = host("train", plain, port, "--epochs", LONG, "--save", saved)
    with broken_off:
        read_until(broken_off, rf"^3/{LONG}")
        broken_off.send_signal(signal.SIGINT)
        said = finished(broken_off, status=130)
    epoch = int(re.search(r"the board has stopped after epoch (\d+), saved in", said)[1])
    assert 3 <= epoch < LONG
    assert_is_golden_training(plain, saved, epoch)
    assert "idle" in finished(host("status", plain, port))
    go_on = ("--go-on", "--epochs", epoch + 2, "--verify", "--save", saved)
    assert "the golden model agrees" in finished(host("train", plain, port, *go_on))
    assert_is_golden_training(plain, saved, epoch + 2)


def test_wrong_use_is_one_line(
    port: str, plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.toml"
    text = plain.read_text(encoding="utf-8")
    other.write_text(text.replace("parallelism = [1, 1]", "parallelism = [2, 1]"))
    finished(host("train", plain, port, "--epochs", 1))
    for arguments, message in (
        (("status", other, port), "the board holds another network"),
        (("status", plain, str(tmp_path / "nothing")), "No such file or directory"),
        (("save", plain, port), "save must be told where to: --save FILE.npz"),
        (("status", plain, port, "--verify"), "--verify is for train, not for status"),
        (("train", plain, port, "--go-on", "--resume", other), "--go-on must stand without"),
        (("train", plain, port, "--go-on", "--epochs", 1), "there must be epochs left"),
    ):
        action, file, where, *options = map(str, arguments)
        assert main(["host", action, file, "--port", where, *options]) == 2
        said = capsys.readouterr().err
        assert said.count("\n") <= 2, said
        assert message in said
