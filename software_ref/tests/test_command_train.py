"""`presparse train`: what it prints and writes, resuming to the bit, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from presparse.cli import main
from software_ref.checkpoint import load_checkpoint
from software_ref.connections.clash_free import generate_pattern
from software_ref.golden import GoldenTrainer, initial_parameters
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.schedule import Schedule
from software_ref.tests.train_command import (
    NETWORK,
    SAMPLES,
    SURPLUS,
    points,
    refused,
    small_network,
    train,
    write_points,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A network file with its data beside it."""
    return small_network(tmp_path)


def hardware_lags(file: NetworkFile) -> tuple[int, ...]:
    return Schedule(
        network=file.network, options=CoreOptions(max_rate_exponent=file.max_rate_exponent)
    ).lags


def listed(lags: tuple[int, ...]) -> str:
    return ",".join(map(str, lags))


def test_json_has_the_figures_of_every_epoch(path: Path) -> None:
    document = train(path)
    assert document["lags"] == list(hardware_lags(read_network_file(path)))
    assert (document["training_samples"], document["test_samples"]) == (SAMPLES, 20)
    assert (document["epochs_before"], document["interrupted"]) == (0, False)
    assert [row["epoch"] for row in document["epochs"]] == [0, 1]
    assert [row["rate_exponent"] for row in document["epochs"]] == [1, 2]
    for row in document["epochs"]:
        for figures in (row, row["float"]):
            assert 0 <= figures["train_accuracy"] <= 1
            assert 0 <= figures["test_accuracy"] <= 1
            assert figures["samples_per_second"] > 0


def test_the_table_has_a_line_for_every_epoch(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = train(path)
    lines = capsys.readouterr().out.splitlines()
    lags = listed(hardware_lags(read_network_file(path)))
    assert lines[0] == f"small: 12-8-4, 56 weights, lags {lags}, 60 training and 20 test samples"
    assert lines[1] == f"note: {SURPLUS}"
    header = "epoch  k  golden train %  test %  float train %  test %  samples/s"
    assert lines[2] == header
    assert len(lines) == 5
    row = document["epochs"][1]
    assert lines[4].split() == [
        "2/2",
        "2",
        f"{100 * row['train_accuracy']:.2f}",
        f"{100 * row['test_accuracy']:.2f}",
        f"{100 * row['float']['train_accuracy']:.2f}",
        f"{100 * row['float']['test_accuracy']:.2f}",
        f"{row['samples_per_second']:.0f}",
    ]
    assert len(lines[3]) == len(header)


def test_the_float_reference_can_be_left_out(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = train(path, "--no-float", "--test-samples", 0)
    assert [set(row) for row in document["epochs"]] == [
        {"epoch", "rate_exponent", "train_accuracy", "test_accuracy", "samples_per_second"}
    ] * 2
    assert [row["test_accuracy"] for row in document["epochs"]] == [None, None]
    assert "float" not in capsys.readouterr().out


def test_predictions_are_those_of_the_state_saved(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved, table, picture = (tmp_path / name for name in ("s.npz", "p.csv", "c.svg"))
    document = train(path, "--save", saved, "--predictions", table, "--confusion", picture)
    said = capsys.readouterr().out
    network = read_network_file(path).network
    parameters = load_checkpoint(saved, network).parameters
    features = np.round(points()["x_test"] * network.format.one).astype(int)
    features = np.pad(features, ((0, 0), (0, network.layers[0] - features.shape[1])))
    rows = np.loadtxt(table, delimiter=",", skiprows=1, dtype=int)
    assert rows[:, 1].tolist() == points()["y_test"].tolist()
    trainer = GoldenTrainer(network, parameters, (1, 0))
    assert rows[:, 2].tolist() == trainer.infer(features).tolist()
    assert rows[:, 2].tolist() == rows[:, 3:].argmax(axis=1).tolist()
    assert rows.shape == (20, 3 + network.competing)
    assert document["epochs"][-1]["test_accuracy"] == np.mean(rows[:, 1] == rows[:, 2])
    for label in range(3):
        of_label = rows[rows[:, 1] == label, 2]
        assert f"\n{label}  {len(of_label):>11}  {100 * np.mean(of_label == label):>9.2f}" in said
    assert "confusion matrix" in said and "<svg" in picture.read_text()


def test_predictions_are_told_by_the_names_of_their_classes(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = np.array(["alpha", "beta", "gamma"])
    np.savez(path.parent / "points.npz", **points(), class_names=names)  # type: ignore[arg-type]
    train(path, "--confusion", tmp_path / "c.png")
    assert "\nalpha  " in capsys.readouterr().out


def test_predictions_need_test_samples(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = path.parent / "p.csv"
    message = refused(capsys, path, "--test-samples", 0, "--predictions", table)
    assert message == "there must be test samples to predict, not 0"
    assert not table.exists()


def test_samples_trains_one_epoch_on_the_first_samples(path: Path) -> None:
    saved = path.with_name("some.npz")
    assert main(["train", str(path), "--samples", "40", "--save", str(saved)]) == 0
    file, data = read_network_file(path), points()
    lags = hardware_lags(file)
    trainer = GoldenTrainer(file.network, initial_parameters(file.network, 1), lags)
    features = np.zeros((40, 12), np.int64)
    features[:, :10] = data["x_train"][:40] * 256
    trainer.run(features, data["y_train"][:40], True, 1)
    with np.load(saved) as arrays:
        for i, shape in enumerate(file.network.junctions):
            number, pattern = i + 1, generate_pattern(shape, file.network.connections)
            assert np.array_equal(arrays[f"weights_{number}"], trainer.parameters.weights[i])
            assert np.array_equal(arrays[f"biases_{number}"], trainer.parameters.biases[i])
            assert np.array_equal(arrays[f"left_{number}"], pattern.left_neurons)
        assert arrays["lags"].tolist() == list(lags)
        assert (arrays["epoch"], arrays["samples"]) == (1, 40)


def test_no_samples_write_the_initial_state_without_data(path: Path) -> None:
    path.with_name("points.npz").unlink()
    saved = path.with_name("initial.npz")
    document = train(path, "--samples", 0, "--save", saved)
    assert document["epochs"] == []
    file = read_network_file(path)
    checkpoint = load_checkpoint(saved, file.network)
    assert checkpoint.parameters == initial_parameters(file.network, 1)
    assert (checkpoint.lags, checkpoint.epoch) == (hardware_lags(file), 0)


def test_lags_may_be_given(path: Path) -> None:
    other, ours = path.with_name("other.npz"), path.with_name("ours.npz")
    assert train(path, "--lags", "9,4", "--save", other)["lags"] == [9, 4]
    train(path, "--save", ours)
    network = read_network_file(path).network
    assert load_checkpoint(other, network).lags == (9, 4)
    assert load_checkpoint(other, network).parameters != load_checkpoint(ours, network).parameters


def test_a_seeded_shuffle_is_asked_for_in_the_file(path: Path) -> None:
    plain, shuffled = path.with_name("plain.npz"), path.with_name("shuffled.npz")
    train(path, "--save", plain)
    path.write_text(NETWORK + "shuffle = true\n")
    train(path, "--save", shuffled)
    network = read_network_file(path).network
    states = [load_checkpoint(saved, network).parameters for saved in (plain, shuffled)]
    assert states[0] != states[1]


@pytest.mark.parametrize("shuffle", ["false", "true"])
def test_resuming_gives_the_same_bits(path: Path, shuffle: str) -> None:
    path.write_text(NETWORK + f"shuffle = {shuffle}\n")
    whole, half, rest = (path.with_name(f"{name}.npz") for name in ("whole", "half", "rest"))
    train(path, "--epochs", 4, "--save", whole)
    train(path, "--epochs", 2, "--save", half)
    document = train(path, "--epochs", 4, "--resume", half, "--save", rest)
    assert document["epochs_before"] == 2
    assert [row["epoch"] for row in document["epochs"]] == [2, 3]
    assert whole.read_bytes() == rest.read_bytes()


def test_samples_with_resume_trains_one_more_epoch(path: Path) -> None:
    whole, half = path.with_name("whole.npz"), path.with_name("half.npz")
    train(path, "--samples", 30, "--epochs", 2, "--save", whole)
    train(path, "--samples", 30, "--save", half)
    train(path, "--samples", 30, "--resume", half, "--save", half)
    assert whole.read_bytes() == half.read_bytes()


def test_nothing_is_left_to_train(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = path.with_name("state.npz")
    train(path, "--save", saved)
    before = saved.read_bytes()
    capsys.readouterr()
    assert train(path, "--resume", saved, "--save", saved)["epochs"] == []
    assert capsys.readouterr().out == (
        f"{saved} has 2 epochs, so nothing is trained up to 2; ask for more with --epochs\n"
        f"saved {saved}\n"
    )
    assert saved.read_bytes() == before


def test_other_lags_than_the_files_are_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = path.with_name("state.npz")
    train(path, "--lags", "19,9", "--save", saved)
    capsys.readouterr()
    train(path, "--resume", saved, "--epochs", 3, "--save", saved)
    first = capsys.readouterr().out.splitlines()[0]
    file = read_network_file(path)
    ours = hardware_lags(file)
    assert first == f"{saved} was trained with lags 19,9; going on with {listed(ours)}"
    assert load_checkpoint(saved, file.network).lags == ours


def test_data_is_looked_for_in_the_folder_given(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write_points(folder, 80)
    assert train(path, "--data", folder)["training_samples"] == 80


def test_the_file_limits_samples(path: Path) -> None:
    path.write_text(NETWORK.replace('"points.npz"', '"points.npz"\ntrain = 33\ntest = 7'))
    document = train(path)
    assert (document["training_samples"], document["test_samples"]) == (33, 7)
    document = train(path, "--samples", 44, "--test-samples", 8)
    assert (document["training_samples"], document["test_samples"]) == (44, 8)


@pytest.fixture
def long_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that trains for ages, with `--save` and `--json`, after its first epoch."""
    folder = path.parent
    arguments = ["train", path, "--epochs", 100_000, "--save", folder / "state.npz"]
    arguments += ["--json", folder / "out.json"]
    # A parent that ignores the signal, such as a job in the background, would pass that on.
    script = (
        "import signal, sys\n"
        "from presparse.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.exit(main())"
    )
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        while not process.stdout.readline().startswith("1/"):
            pass
        yield process
        process.kill()


def test_an_interrupt_keeps_the_last_epoch(path: Path, long_process: subprocess.Popen[str]) -> None:
    long_process.send_signal(signal.SIGINT)
    _, errors = long_process.communicate()
    assert long_process.returncode == 130
    state = load_checkpoint(path.with_name("state.npz"), read_network_file(path).network)
    assert state.epoch > 0
    assert errors == (
        f"presparse: interrupted after epoch {state.epoch}, whose state is in "
        f"{path.with_name('state.npz')}\n"
    )
    document = json.loads(path.with_name("out.json").read_text())
    assert document["interrupted"] is True
    assert abs(len(document["epochs"]) - state.epoch) <= 1
    assert sorted(os.listdir(path.parent)) == ["out.json", "points.npz", "small.toml", "state.npz"]


def test_a_reader_that_leaves_early_stops_the_training(
    path: Path, long_process: subprocess.Popen[str]
) -> None:
    assert long_process.stdout is not None
    assert long_process.stderr is not None
    long_process.stdout.close()
    assert long_process.wait(30) == 141
    assert long_process.stderr.read() == ""
    assert json.loads(path.with_name("out.json").read_text())["interrupted"] is True
