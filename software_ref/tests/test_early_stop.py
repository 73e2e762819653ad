"""The rule that ends a training early, by hand, and trainings that it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from presparse.cli import main
from software_ref.checkpoint import Checkpoint, load_checkpoint
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.early_stop import EarlyStop
from software_ref.file_options import TrainingOptions
from software_ref.network import Network
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.training import TrainingData, golden_training

EXAMPLES = Path(__file__).parents[2] / "examples"


def network_file(epochs: int = 20, rates: tuple[tuple[int, int], ...] = ((0, 3),)) -> NetworkFile:
    network = Network(layers=(8, 4, 4), out_degree=(1, 2), parallelism=(4, 2))
    return NetworkFile(
        network=network, training=TrainingOptions(epochs=epochs, rate_exponent=rates)
    )


@pytest.mark.parametrize(
    ("rates", "first", "counts", "stops"),
    [
        (((0, 3),), 0, [5, 6, 6, 6], False),  # no progress for two epochs
        (((0, 3),), 0, [5, 6, 6, 6, 5], True),
        (((0, 3),), 0, [9, 6, 6, 7], True),  # the largest count is the first
        (((0, 3),), 0, [9, 6, 6, 10], False),
        (((0, 3), (4, 4)), 0, [9, 6, 6, 7], False),  # a lower rate is to come
        (((0, 3), (4, 4)), 0, [9, 6, 6, 7, 6, 6], False),  # and is given as many epochs
        (((0, 3), (4, 4)), 0, [9, 6, 6, 7, 6, 6, 8], True),
        (((0, 3), (99, 4)), 0, [9, 6, 6, 7], True),  # a rate that these epochs never reach
        (((0, 3), (4, 4)), 5, [6, 5, 5], False),  # epochs before the command do not count
        (((0, 3), (4, 4)), 5, [6, 5, 5, 5], True),
        (((0, 3),), 0, [], False),
    ],
)
def test_the_rule(
    rates: tuple[tuple[int, int], ...], first: int, counts: list[int], stops: bool
) -> None:
    rule = EarlyStop(file=network_file(rates=rates), patience=3)
    assert rule.stops(first, [count / 10 for count in counts]) is stops


def test_connections_that_move_are_waited_for() -> None:
    file = network_file(epochs=10)
    network = replace(
        file.network,
        connections=ConnectionOptions(kind="free"),
        rewire=RewireOptions(share=0.3, until=0.75),
    )
    rule = EarlyStop(file=replace(file, network=network), patience=1)
    assert rule.settled == 8  # they move behind epoch 7 for the last time
    assert not rule.stops(0, [0.9] + [0.5] * 7)
    assert rule.stops(0, [0.9] + [0.5] * 8)


def test_no_epoch_is_no_patience() -> None:
    with pytest.raises(ValueError, match=r"^stop_early must be at least 1 epoch, not 0$"):
        EarlyStop(file=network_file(), patience=0)


def test_a_training_that_goes_on_ends_where_a_whole_one_does() -> None:
    rng = np.random.default_rng(3)
    features = rng.integers(0, 257, (40, 8))
    data = TrainingData(
        train_features=features,
        train_labels=rng.integers(0, 4, 40),
        test_features=features[:0],
        test_labels=np.zeros(0, np.int64),
    )
    file = network_file()
    whole = golden_training(file, data, (1, 0), stop_early=2)
    stream = [each.train_accuracy for each in whole.epochs()]
    assert whole.stopped_early
    assert 3 <= len(stream) < 20
    first = golden_training(file, data, (1, 0), stop_early=2)
    epochs = first.epochs()
    before = [next(epochs).train_accuracy for _ in range(2)]
    state = Checkpoint(
        parameters=first.parameters, lags=(1, 0), epoch=2, samples=first.samples_seen
    )
    second = golden_training(file, data, (1, 0), state, stop_early=2, stream=before)
    assert [*before, *(each.train_accuracy for each in second.epochs())] == stream
    assert second.parameters == whole.parameters


def test_the_command_says_where_it_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved, figures = tmp_path / "run.npz", tmp_path / "run.json"
    example = str(EXAMPLES / "slides_8_4_4.toml")
    options = ["--epochs", "300", "--stop-early", "2", "--engine", "numpy", "--samples", "30"]
    outputs = ["--save", str(saved), "--json", str(figures)]
    assert main(["train", example, *options, *outputs]) == 0
    document = json.loads(figures.read_text())
    rows = document["epochs"]
    assert document["stopped_early"]
    assert len(rows) < 300
    assert all(row["float"]["train_accuracy"] is not None for row in rows)
    told = f"ended early after epoch {len(rows)} of 300: no better training accuracy for 2"
    assert told in capsys.readouterr().out
    network = read_network_file(example).network
    assert load_checkpoint(saved, network).epoch == len(rows)
