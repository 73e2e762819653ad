"""Training on samples that the board's store has no room for, all at once."""

from __future__ import annotations

import json
import re
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from boards.host.board import Board
from boards.host.stored_training import StoredTraining
from boards.host.streamed_training import StreamedTraining, StreamingTrainer
from boards.tests.processes import assert_is_golden_training, finished, host, read_until
from boards.tests.small_board import SAMPLES, random_data
from software_ref.file_options import TrainingOptions
from software_ref.golden import GoldenTrainer, initial_parameters
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.training import TrainingData, golden_training

TRAIN, TEST = 90, 50
"""No multiples of the store's SAMPLES."""
EPOCHS = 3


@pytest.fixture(scope="module")
def file(network: Network) -> NetworkFile:
    training = TrainingOptions(epochs=EPOCHS, rate_exponent=((0, 1), (2, 2)), shuffle=True)
    return NetworkFile(network=network, training=training)


@pytest.fixture(scope="module")
def data() -> TrainingData:
    return random_data(TRAIN, TEST)


def test_the_store_has_no_room(board: Board, file, data) -> None:
    with pytest.raises(ValueError, match="room for 40 samples, not for 140"):
        StoredTraining(board, file, data)


def test_epochs_are_those_of_software(board: Board, file, data) -> None:
    before = board.status().saturations
    training = StreamedTraining(board, file, data)
    wanted = golden_training(file, data, board.core.schedule.lags)
    seen: list[int] = []
    for ours, theirs in zip(training.epochs(0, seen.append), wanted.epochs(), strict=True):
        assert replace(ours, samples_per_second=0.0) == replace(theirs, samples_per_second=0.0)
        assert board.status().epoch == ours.epoch + 1
    assert sum(seen) == EPOCHS * TRAIN
    found = training.checkpoint()
    assert found.parameters == wanted.parameters
    assert (found.epoch, found.samples) == (wanted.epochs_done, wanted.samples_seen)
    assert board.status().saturations == before + wanted.trainer.saturations
    assert np.array_equal(training.infer_tests(), wanted.trainer.infer(data.test_features))


def test_samples_may_each_have_their_own_rate(board: Board, file, data) -> None:
    """And need not train: portions end where that changes."""
    rng = np.random.default_rng(3)
    train = rng.random(TRAIN) < 0.7
    exponent = rng.integers(0, 3, TRAIN)
    golden = GoldenTrainer(
        file.network, initial_parameters(file.network, 0), board.core.schedule.lags
    )
    board.write_parameters(golden.parameters)
    trainer = StreamingTrainer(board)
    for _ in range(2):
        ours, theirs = (
            each.run(data.train_features, data.train_labels, train, exponent)
            for each in (trainer, golden)
        )
        assert ours.first == theirs.first
        assert np.array_equal(ours.predictions, theirs.predictions)
        assert np.array_equal(ours.correct, theirs.correct)
        assert trainer.parameters == golden.parameters


def test_no_samples_are_no_work(board: Board, file) -> None:
    steps = board.status().steps
    assert StreamingTrainer(board).infer(np.empty((0, 12), int)).shape == (0,)
    assert board.status().steps == steps


def test_a_broken_off_epoch_is_undone(board: Board, file, data) -> None:
    """Ctrl-C may come anywhere, with samples in flight above all."""
    wanted = golden_training(file, data, board.core.schedule.lags)
    results = wanted.epochs()
    next(results)
    after_one = wanted.parameters
    training = StreamedTraining(board, file, data)
    samples = 0

    def interrupt(played: int) -> None:
        nonlocal samples
        samples += played
        if samples > TRAIN + SAMPLES:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(training.epochs(0, interrupt))
    board.link.forget()
    training.finish()
    found = training.checkpoint()
    assert found.parameters == after_one
    assert found.epoch == board.status().epoch == 1
    # And goes on from there.
    again = StreamedTraining(board, file, data)
    ours, theirs = list(again.epochs(1)), list(results)
    assert [o.test_accuracy for o in ours] == [t.test_accuracy for t in theirs]
    assert again.checkpoint().parameters == wanted.parameters


def test_the_command_streams_what_does_not_fit(port: str, iris: Path, tmp_path: Path) -> None:
    figures, predicted = tmp_path / "figures.json", tmp_path / "predicted.json"
    said = finished(host("train", iris, port, "--verify", "--json", figures))
    assert "150 samples are more than the board's store has room for (" in said
    assert "bytes, 40 samples): they are sent again in every epoch" in said
    assert "the golden model agrees in weights, biases, accuracies, saturation counters" in said
    document = json.loads(figures.read_text())
    assert document["verified"] == dict.fromkeys(document["verified"], True)
    table = tmp_path / "predicted.csv"
    said = finished(host("infer", iris, port, "--json", predicted, "--predictions", table))
    inferred = json.loads(predicted.read_text())
    assert inferred["test_accuracy"] == document["epochs"][-1]["test_accuracy"]
    rows = np.loadtxt(table, delimiter=",", skiprows=1, dtype=int)
    assert rows[:, 2].tolist() == inferred["predictions"] == rows[:, 3:].argmax(axis=1).tolist()
    assert "most taken for" in said
    assert "room for 40 samples, not for 150" in finished(host("upload", iris, port), status=2)


def test_ctrl_c_takes_the_board_back_to_a_whole_epoch(
    port: str, iris: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "state.npz"
    broken_off = host("train", iris, port, "--epochs", 400, "--save", saved)
    with broken_off:
        read_until(broken_off, r"^3/400")
        broken_off.send_signal(signal.SIGINT)
        said = finished(broken_off, status=130)
    epoch = int(re.search(r"the board has stopped after epoch (\d+), saved in", said)[1])
    assert 3 <= epoch < 400
    assert_is_golden_training(iris, saved, epoch)
    go_on = ("--go-on", "--epochs", epoch + 2, "--save", saved)
    finished(host("train", iris, port, *go_on))
    again = tmp_path / "again.npz"
    finished(host("save", iris, port, "--save", again))
    assert_is_golden_training(iris, again, epoch + 2)
