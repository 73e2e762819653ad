"""What subcommands load: `[data.reduce]` applied to all samples before any are taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from presparse.cli import main
from software_ref.commands.loading import load_training_data, load_whole_dataset
from software_ref.network_file import read_network_file
from software_ref.tests.train_command import NETWORK, SAMPLES, points, refused, train, write_points

REDUCED = NETWORK.replace("[training]", '[data.reduce]\nmethod = "{}"\nfeatures = {}\n\n[training]')


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_points(tmp_path)
    return tmp_path / "small.toml"


def test_tokens_are_selected_from_all_training_samples(path: Path) -> None:
    path.write_text(REDUCED.format("tokens", 4))
    data = load_training_data(read_network_file(path), samples=5)
    x = points()["x_train"]
    kept = sorted(np.argsort(-x.sum(axis=0), kind="stable")[:4])
    assert data.train_features.shape == (5, 12)
    # Sixteenths are exact in 8 fraction bits.
    assert np.array_equal(data.train_features[:, :4], x[:5, kept] * 256)
    assert not data.train_features[:, 4:].any()
    assert np.array_equal(data.test_features[:, :4], points()["x_test"][:, kept] * 256)


def test_without_a_reduction_the_features_are_kept(path: Path) -> None:
    path.write_text(NETWORK)
    dataset = load_whole_dataset(read_network_file(path).data, base_dir=path.parent)
    assert np.array_equal(dataset.x_train, points()["x_train"])


def test_training_on_fewer_features_from_end_to_end(path: Path) -> None:
    path.write_text(REDUCED.format("pca", 3).replace("epochs = 2", "epochs = 40"))
    document = train(path, "--no-float")
    assert document["training_samples"] == SAMPLES
    # Three components of points whose class is marked in three features.
    assert document["epochs"][-1]["test_accuracy"] > 0.8
    assert main(["check", str(path)]) == 0


def test_a_reduction_that_the_data_cannot_give_is_one_line(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(REDUCED.format("tokens", 11))
    message = "points.npz: features must lie in 1 to 10 (all there are), not 11\n"
    assert refused(capsys, path) + "\n" == message


@pytest.mark.parametrize("folder", [False, True])
@pytest.mark.parametrize("command", ["train", "fit", "profile", "compare", "simulate"])
def test_no_command_overwrites_the_samples_it_reads(
    command: str, folder: bool, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(NETWORK)
    archive = path.parent / "points.npz"
    before = archive.read_bytes()
    if folder:
        path = path.parent / "elsewhere" / "small.toml"
        path.parent.mkdir()
        path.write_text(NETWORK)
    data = ["--data", str(archive.parent)] if folder else []
    assert main([command, str(path), *data, "--json", str(archive)]) == 2
    line = f"presparse: error: --json must name a file of its own: {archive} is an input\n"
    assert capsys.readouterr().err == line
    assert archive.read_bytes() == before
