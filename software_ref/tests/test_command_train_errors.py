"""`presparse train` on wrong input: one line, status 2, and no output touched."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from presparse.cli import main
from software_ref.tests.train_command import NETWORK, points, refused, small_network


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A network file with its data beside it."""
    return small_network(tmp_path)


def change(path: Path, name: str, index: tuple[int, ...], value: float) -> None:
    """Overwrite one value of the data set."""
    arrays = points()
    arrays[name][index] = value
    np.savez(path.with_name("points.npz"), **arrays)  # type: ignore[arg-type]


def test_a_missing_data_file_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = path.with_name("points.npz")
    data.unlink()
    assert refused(capsys, path) == f"there is no data set file {data}"


def test_a_missing_data_folder_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = f"--data must name a folder; there is no folder {path.parent / 'none'}"
    assert refused(capsys, path, "--data", path.parent / "none") == message


def test_mnist_needs_a_folder(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text(NETWORK.replace("points.npz", "mnist"))
    message = "mnist needs --data DIR, the folder of mnist.npz or of the four IDX files"
    assert refused(capsys, path) == message


def test_a_truncated_data_file_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = path.with_name("points.npz")
    data.write_bytes(data.read_bytes()[:500])
    message = f"{data} must be an .npz archive (a zip file), but is none or is truncated"
    assert refused(capsys, path) == message


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_label_out_of_range_is_told(
    path: Path, part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = path.with_name("points.npz")
    change(path, f"y_{part}", (17,), 3)
    assert refused(capsys, path) == (
        f"points.npz: y_{part}[17] must be below the network's classes = 3, not 3"
    )
    change(path, f"y_{part}", (17,), -1)
    assert refused(capsys, path) == f"{data}: y_{part}[17] must be at least 0, not -1"


def test_a_nan_feature_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(path, "x_train", (17, 3), np.nan)
    data = path.with_name("points.npz")
    assert refused(capsys, path) == f"{data}: x_train[17, 3] must be finite, not nan"


def test_a_feature_out_of_range_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(path, "x_test", (17, 3), 1.5)
    data = path.with_name("points.npz")
    assert refused(capsys, path) == (
        f"{data}: x_test must be uint8, or floats in [0, 1], not float64 from 0 to 1.5; say how to "
        'map it in [data.options]: scale = "feature" maps each feature by its own range, scale = '
        "[0, 1.5] all alike"
    )


def test_too_many_features_are_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text(NETWORK.replace("[12,", "[8,"))
    assert refused(capsys, path) == (
        "inputs must be at least the 10 features of points.npz: x_train, not 8; features are never "
        "cut, so use an input layer of 10 neurons or more"
    )


def test_too_few_samples_are_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = "points.npz: the number of train samples must be at most the 60 there are, not 61"
    assert refused(capsys, path, "--samples", 61) == message
    message = "points.npz: the number of test samples must be at most the 20 there are, not 21"
    assert refused(capsys, path, "--test-samples", 21) == message


def test_illegal_lags_are_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, path, "--lags", "2") == (
        "lags must have one entry for each of the 2 junctions, not 1"
    )
    assert refused(capsys, path, "--lags", "2,2") == (
        "lag of junction 1 must be at least 1 + the lag of junction 2 = 3, not 2"
    )


def test_a_missing_checkpoint_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = path.with_name("none.npz")
    message = f"cannot read {state}: No such file or directory"
    assert refused(capsys, path, "--resume", state) == message


def test_a_damaged_checkpoint_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = path.with_name("state.npz")
    assert main(["train", str(path), "--samples", "0", "--save", str(state)]) == 0
    state.write_bytes(state.read_bytes()[:900])
    capsys.readouterr()
    message = f"{state}: checkpoint must be an .npz file of integer arrays"
    assert refused(capsys, path, "--resume", state) == message


def test_another_networks_checkpoint_is_told(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = path.with_name("state.npz")
    assert main(["train", str(path), "--samples", "0", "--save", str(state)]) == 0
    path.write_text(NETWORK + "[format]\nfraction = 9\n")
    capsys.readouterr()
    assert refused(capsys, path, "--resume", state) == (
        f"{state}: format must be the network's (1,3,9), not (1,3,8)"
    )


@pytest.mark.parametrize("option", ["--save", "--json"])
def test_an_unwritable_output_is_told_before_training(
    path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = path.parent / "none" / "out"
    message = f"cannot write {target}: No such file or directory"
    assert refused(capsys, path, option, target) == message
    assert refused(capsys, path, option, path.parent) == (
        f"cannot write {path.parent}: it is a folder"
    )
    assert refused(capsys, path, option, path) == (
        f"{option} must name a file of its own: {path} is an input"
    )
    assert sorted(os.listdir(path.parent)) == ["points.npz", "small.toml"]


def test_two_outputs_must_not_share_a_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = path.with_name("out")
    assert refused(capsys, path, "--json", target, "--save", target) == (
        f"--save must name a file of its own: {target} is the file of --json"
    )


def test_wrong_data_leaves_old_outputs_alone(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(path, "y_train", (59,), 7)
    outputs = [path.with_name("out.json"), path.with_name("state.npz")]
    for output in outputs:
        output.write_text("old")
    refused(capsys, path, "--json", outputs[0], "--save", outputs[1])
    assert [output.read_text() for output in outputs] == ["old", "old"]
