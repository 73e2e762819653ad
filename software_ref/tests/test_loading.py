"""What subcommands load: `[data.reduce]` applied to all samples before any are taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from presparse.cli import main
from software_ref.datasets.input_choice import inputs_by_deviation
from software_ref.loading import load_inputs, load_training_data, load_whole_dataset
from software_ref.network_file import read_network_file
from software_ref.tests.train_command import (
    NETWORK,
    SAMPLES,
    SURPLUS,
    points,
    refused,
    train,
    write_points,
)

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


SORTED = "the training samples of points.npz come class by class: [training] shuffle = true mixes "


def in_order(folder: Path) -> None:
    """Write the points sorted by class: 19, 22 and 19 of them."""
    arrays = points()
    order = np.argsort(arrays["y_train"], kind="stable")
    arrays |= {"x_train": arrays["x_train"][order], "y_train": arrays["y_train"][order]}
    np.savez(folder / "points.npz", **arrays)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "samples", "notes"),
    [
        (NETWORK, None, [f"{SORTED}them in every epoch, [data.options] shuffle = true once"]),
        (NETWORK + "shuffle = true\n", None, []),
        (NETWORK.replace("[training]", "options = { shuffle = true }\n[training]"), None, []),
        (
            NETWORK + "shuffle = true\n",
            30,
            [
                "the first 30 training samples of points.npz are of 2 of the 3 classes, since they "
                "come class by class: [data.options] shuffle = true mixes them"
            ],
        ),
        (NETWORK, 6, []),  # may be by chance
    ],
)
def test_samples_that_come_class_by_class_are_noted(
    path: Path, text: str, samples: int | None, notes: list[str]
) -> None:
    in_order(path.parent)
    path.write_text(text)
    data = load_training_data(read_network_file(path), samples=samples)
    assert data.notes == (SURPLUS, *notes)


def test_nothing_is_noted_where_all_is_as_it_should_be(path: Path) -> None:
    path.write_text(NETWORK.replace("[12, 8,", "[10, 10,").replace("[4, 2]", "[5, 5]"))
    assert load_training_data(read_network_file(path)).notes == ()


@pytest.mark.parametrize("command", ["train", "fit"])
def test_commands_print_what_is_noted(
    command: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_order(path.parent)
    path.write_text(NETWORK.replace("epochs = 2", "epochs = 1"))
    epochs = ["--epochs", "1"]
    assert main([command, str(path), *epochs]) == 0
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("note: ")]
    # `fit` takes the samples of every epoch in an order of its own.
    assert len(notes) == (2 if command == "train" else 1)
    assert notes[0] == f"note: {SURPLUS}"


def test_a_label_beyond_the_network_is_told_by_its_name(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrays = points()
    names = np.array(["a", "b", "c", "d"])
    arrays |= {key: names[arrays[key]] for key in ("y_train", "y_test")}
    arrays["y_train"][[3, 9]] = "d"
    np.savez(path.parent / "points.npz", **arrays)  # type: ignore[arg-type]
    path.write_text(NETWORK)
    message = "points.npz: y_train[3] must be below the network's classes = 3, not 3, which d is"
    assert refused(capsys, path) == message


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


CHOSEN = NETWORK.replace("[training]", '[data.inputs]\nmethod = "deviation"\n\n[training]')


def test_inputs_are_chosen_by_the_files_own_training_samples(path: Path) -> None:
    path.write_text(CHOSEN)
    file = read_network_file(path)
    whole = load_training_data(file)
    x = points()["x_train"]
    wanted = inputs_by_deviation((x * 256).astype(int), 12, 1, where="x")
    assert whole.inputs is not None
    assert whole.inputs.tolist() == wanted.tolist()
    assert whole.notes == ()  # every input has a feature
    assert np.array_equal(whole.train_features, x[:, wanted] * 256)
    assert np.array_equal(whole.test_features, points()["x_test"][:, wanted] * 256)
    for data in (load_training_data(file, samples=5), load_training_data(file, hold_out=20)):
        assert data.inputs is not None
        assert data.inputs.tolist() == wanted.tolist()
    path.write_text(CHOSEN.replace('"points.npz"', '"points.npz"\ntrain = 7'))
    few = load_inputs(read_network_file(path))
    assert few is not None
    seven = (x[:7] * 256).astype(int)
    assert few.tolist() == inputs_by_deviation(seven, 12, 1, where="x").tolist() != wanted.tolist()


def test_inputs_are_chosen_as_narrow_activations_have_them(path: Path) -> None:
    path.write_text(CHOSEN + "\n[format]\nactivation_fraction = 2\n")
    inputs = load_inputs(read_network_file(path))
    x = points()["x_train"]
    narrow = np.floor(x * 4 + 0.5).astype(int) * 64
    assert inputs is not None
    assert inputs.tolist() == inputs_by_deviation(narrow, 12, 1, where="x").tolist()


def test_more_features_than_inputs_may_be_reduced_to(path: Path) -> None:
    text = REDUCED.format("spectrum", 5).replace("layers = [12, 8, 4]", "layers = [4, 8, 4]")
    path.write_text(text.replace("parallelism = [4, 2]", "parallelism = [2, 2]"))
    with pytest.raises(ValueError, match="features must be at most the 4 inputs"):
        read_network_file(path)
    chosen = '[data.inputs]\nmethod = "deviation"\n[training]'
    path.write_text(path.read_text().replace("[training]", chosen))
    assert load_training_data(read_network_file(path)).train_features.shape == (SAMPLES, 4)
