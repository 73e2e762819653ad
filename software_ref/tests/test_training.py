"""The epoch loop: it learns, resumes to the bit, and survives Ctrl-C."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray
from sklearn.datasets import load_digits

from software_ref.activation import Activation
from software_ref.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.file_options import TrainingOptions
from software_ref.golden import RunResult, golden_trainer, initial_parameters
from software_ref.golden.engine import find_engine
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.training import (
    Training,
    TrainingData,
    epoch_order,
    float_training,
    golden_training,
)

LAGS = (4, 2)


def _file(
    epochs: int = 3, hidden: str = "sigmoid", rates: tuple[tuple[int, int], ...] = ((0, 3), (2, 4))
) -> NetworkFile:
    network = Network(
        layers=(64, 32, 10),
        out_degree=(8, 10),
        parallelism=(16, 8),
        activation=Activation(hidden=hidden),
    )
    options = TrainingOptions(epochs=epochs, seed=1, shuffle=True, rate_exponent=rates)
    return NetworkFile(network=network, training=options)


def _moving(epochs: int) -> NetworkFile:
    """The same with connections that move."""
    file = _file(epochs)
    network = replace(
        file.network, connections=ConnectionOptions(kind="free"), rewire=RewireOptions(until=0.6)
    )
    return replace(file, network=network)


@pytest.fixture(scope="module")
def data() -> TrainingData:
    """The 8 x 8 digits of scikit-learn, 1,437 to train and 360 to test; pixels 0 to 16."""
    features, labels = load_digits(return_X_y=True)
    features = (features * 16).astype(np.int64)
    return TrainingData(
        train_features=features[:1437],
        train_labels=labels[:1437],
        test_features=features[1437:],
        test_labels=labels[1437:],
    )


@pytest.fixture(scope="module")
def small(data: TrainingData) -> TrainingData:
    return TrainingData(
        train_features=data.train_features[:300],
        train_labels=data.train_labels[:300],
        test_features=data.test_features[:50],
        test_labels=data.test_labels[:50],
    )


@pytest.mark.parametrize("hidden", ["sigmoid", "relu"])
def test_training_learns_digits(data: TrainingData, hidden: str) -> None:
    file = _file(8, hidden, ((0, 3), (5, 4)))
    accuracy = {}
    for name, training in {
        "golden": golden_training(file, data, LAGS),
        "float": float_training(file, data),
    }.items():
        results = list(training.epochs())
        assert [result.epoch for result in results] == list(range(8))
        assert [result.rate_exponent for result in results] == [3] * 5 + [4] * 3
        assert results[-1].train_accuracy > 0.93
        assert results[-1].test_accuracy is not None
        accuracy[name] = results[-1].test_accuracy
    assert min(accuracy.values()) > 0.87
    assert abs(accuracy["golden"] - accuracy["float"]) < 0.04


def test_an_epoch_is_one_drained_run(small: TrainingData) -> None:
    file = _file(1)
    training = golden_training(file, small, LAGS)
    (result,) = training.epochs()
    other = golden_training(file, small, LAGS).trainer
    order = epoch_order(file.training, 0, 300)
    run = other.run(small.train_features[order], small.train_labels[order], True, 3)
    assert training.parameters == other.parameters
    assert result.train_accuracy == run.correct.mean()
    assert result.test_accuracy == ((other.infer(small.test_features) == small.test_labels).mean())
    assert result.samples_per_second > 0


@pytest.mark.parametrize("count", [1, 999, 1000, 1001, 1500])
def test_the_training_accuracy_is_that_of_the_last_1000(small: TrainingData, count: int) -> None:
    correct = np.random.default_rng(count).random(count) < 0.5
    correct[: max(0, count - 1000) + 1] = True  # all outside, and the first one inside

    class Known:
        """A trainer whose results are these, and whose test predictions are all 0."""

        parameters = initial_parameters(_file().network, 1)

        def run(self, features: ArrayLike, *_: object, **__: object) -> RunResult:
            return RunResult(first=0, predictions=np.asarray(features)[:, 0], correct=correct)

        def infer(self, features: ArrayLike) -> NDArray[np.int64]:
            return np.zeros(len(np.asarray(features)), np.int64)

        def rewire(self, epoch: int, epochs: int) -> None:
            raise AssertionError("no connection may move")

    data = replace(
        small,
        train_features=np.zeros((count, 64), np.int64),
        train_labels=np.zeros(count, np.int64),
    )
    (result,) = Training(_file(1), Known(), data).epochs()
    last = correct.tolist()[-1000:]
    assert result.train_accuracy == pytest.approx(sum(last) / len(last))
    assert result.test_accuracy == (small.test_labels == 0).mean()


def test_resuming_gives_the_same_bits(small: TrainingData, tmp_path: Path) -> None:
    whole = golden_training(_file(4), small, LAGS)
    results = list(whole.epochs())
    first = golden_training(_file(2), small, LAGS)
    list(first.epochs())
    checkpoint = Checkpoint(
        parameters=first.parameters,
        lags=LAGS,
        epoch=first.epochs_done,
        samples=first.samples_seen,
    )
    save_checkpoint(tmp_path / "half.npz", checkpoint)
    loaded = load_checkpoint(tmp_path / "half.npz", first.file.network)
    second = golden_training(_file(4), small, loaded.lags, loaded)
    rest = list(second.epochs())
    assert [result.epoch for result in rest] == [2, 3]
    assert [replace(result, samples_per_second=0.0) for result in rest] == [
        replace(result, samples_per_second=0.0) for result in results[2:]
    ]
    assert second.parameters == whole.parameters
    assert (second.epochs_done, second.samples_seen) == (4, 1200)


@pytest.mark.parametrize("resumed", [False, True])
def test_the_engine_is_the_one_asked_for(small: TrainingData, resumed: bool) -> None:
    start = initial_parameters(_file().network, 1)
    checkpoint = Checkpoint(parameters=start, lags=LAGS, epoch=1) if resumed else None
    for engine in ("numpy", find_engine()):
        wanted = golden_trainer(_file().network, start, LAGS, engine=engine)
        training = golden_training(_file(), small, LAGS, checkpoint, engine=engine)
        assert type(training.trainer) is type(wanted)


@pytest.mark.parametrize("kind", ["golden", "moving", "float"])
def test_ctrl_c_keeps_the_last_finished_epoch(small: TrainingData, kind: str) -> None:
    def start(epochs: int) -> Training:
        file = _moving(epochs) if kind == "moving" else _file(epochs)
        if kind == "float":
            return float_training(file, small)
        return golden_training(file, small, LAGS)

    seen: list[int] = []

    def progress(samples: int) -> None:
        seen.append(samples)
        if sum(seen) > 300:
            raise KeyboardInterrupt

    training = start(4)
    with pytest.raises(KeyboardInterrupt):
        list(training.epochs(progress))
    one = start(1)
    list(one.epochs())
    assert (training.epochs_done, training.samples_seen) == (1, 300)
    assert training.parameters == one.parameters
    message = "training must resume with a new trainer after a broken-off epoch"
    with pytest.raises(RuntimeError, match=f"^{re.escape(message)}$"):
        next(training.epochs())


def test_shuffles_depend_on_seed_and_epoch_only() -> None:
    options = TrainingOptions(seed=5, shuffle=True)
    orders = [epoch_order(options, epoch, 100) for epoch in (0, 1)]
    assert sorted(orders[0].tolist()) == list(range(100))
    assert np.array_equal(orders[0], epoch_order(replace(options, epochs=9), 0, 100))
    assert not np.array_equal(orders[0], orders[1])
    assert not np.array_equal(orders[0], epoch_order(replace(options, seed=6), 0, 100))
    plain = epoch_order(replace(options, shuffle=False), 3, 100)
    assert plain.tolist() == list(range(100))


def test_no_test_samples_give_no_accuracy(small: TrainingData) -> None:
    data = TrainingData(
        train_features=small.train_features,
        train_labels=small.train_labels,
        test_features=small.test_features[:0],
        test_labels=small.test_labels[:0],
    )
    (result,) = golden_training(_file(1), data, LAGS).epochs()
    assert result.test_accuracy is None


def test_uneven_data_is_refused(small: TrainingData) -> None:
    with pytest.raises(
        ValueError, match=r"^test_labels must be as many as the 50 samples, not 49$"
    ):
        TrainingData(
            train_features=small.train_features,
            train_labels=small.train_labels,
            test_features=small.test_features,
            test_labels=small.test_labels[:49],
        )


@pytest.fixture(scope="module")
def moving() -> NetworkFile:
    """Connections move after the first three of five epochs."""
    return _moving(5)


def test_connections_move_between_epochs(moving: NetworkFile, small: TrainingData) -> None:
    for training in (golden_training(moving, small, LAGS), float_training(moving, small)):
        states = [training.parameters]
        for _ in training.epochs():
            states.append(training.parameters)
        before, *after = [state.connections for state in states]
        same = [
            np.array_equal(one[0].words, other[0].words)
            for one, other in pairwise([before, *after])
        ]
        assert same == [True, False, False, False, True]  # that of an epoch, before the step
        assert all(np.array_equal(each[1].words, before[1].words) for each in after)
        assert states[-1].patterns is not None


@pytest.mark.parametrize("epochs", [1, 2, 3, 4])
def test_moving_connections_resume_to_the_bit(
    moving: NetworkFile, small: TrainingData, tmp_path: Path, epochs: int
) -> None:
    straight = golden_training(moving, small, LAGS)
    wanted = list(straight.epochs())
    training = golden_training(moving, small, LAGS)
    for _, _ in zip(range(epochs), training.epochs(), strict=False):
        pass
    path = tmp_path / "moving.npz"
    state = Checkpoint(
        parameters=training.parameters, lags=LAGS, epoch=epochs, samples=training.samples_seen
    )
    save_checkpoint(path, state)
    loaded = load_checkpoint(path, moving.network)
    assert loaded == state
    resumed = golden_training(moving, small, LAGS, loaded, engine="numpy")
    found = list(resumed.epochs())
    assert [each.test_accuracy for each in found] == [
        each.test_accuracy for each in wanted[epochs:]
    ]
    assert resumed.parameters == straight.parameters
