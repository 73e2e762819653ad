"""Training on a simulated board through its driver: results, checkpoints, joining runs, noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from boards.host.board import Board
from boards.host.link import Link
from boards.host.stored_training import StoredTraining
from boards.host.streamed_training import StreamedTraining
from boards.link.commands import State
from boards.link.framing import FLAG
from boards.link.payloads import HISTORY_DEPTH, RATES
from boards.simulated.board import SimulatedBoard
from boards.simulated.lockstep import Lockstep
from boards.tests.faulty_line import FAULTS, FaultyLine
from boards.tests.small_board import TIMEOUT, random_data
from software_ref.checkpoint import Checkpoint
from software_ref.file_options import TrainingOptions
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.training import Training, TrainingData, golden_training

TRAIN, TEST = 10, 4
EPOCHS = 4


@pytest.fixture(scope="module")
def file(network: Network) -> NetworkFile:
    training = TrainingOptions(epochs=EPOCHS, rate_exponent=((0, 1), (2, 2)))
    return NetworkFile(network=network, training=training)


@pytest.fixture(scope="module")
def data() -> TrainingData:
    return random_data(TRAIN, TEST)


def options(file: NetworkFile, **changes: object) -> NetworkFile:
    return replace(file, training=replace(file.training, **changes))


def golden(board: Board, file: NetworkFile, data: TrainingData, start=None) -> Training:
    return golden_training(file, data, board.core.schedule.lags, start)


def assert_same(checkpoint: Checkpoint, wanted: Training) -> None:
    assert (checkpoint.epoch, checkpoint.samples) == (wanted.epochs_done, wanted.samples_seen)
    ours, theirs = checkpoint.parameters, wanted.parameters
    for a, b in zip((*ours.weights, *ours.biases), (*theirs.weights, *theirs.biases), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("shuffle", [False, True])
def test_epochs_are_those_of_software(board: Board, file, data, shuffle: bool) -> None:
    file = options(file, shuffle=shuffle)
    training = StoredTraining(board, file, data)
    training.upload()
    wanted = golden(board, file, data)
    for ours, theirs in zip(training.epochs(0), wanted.epochs(), strict=True):
        assert replace(ours, samples_per_second=0.0) == replace(theirs, samples_per_second=0.0)
    assert_same(training.checkpoint(), wanted)


@pytest.mark.parametrize("kind", [StoredTraining, StreamedTraining])
def test_early_stopping_is_that_of_software(board: Board, file, data, kind) -> None:
    file = options(file, epochs=12, rate_exponent=((0, 1), (2, 2)))
    training = kind(board, file, data, stop_early=2)
    if kind is StoredTraining:
        training.upload()
    board.write_parameters(board.core.parameters)
    wanted = golden_training(file, data, board.core.schedule.lags, stop_early=2)
    accuracies = [result.train_accuracy for result in wanted.epochs()]
    assert [result.train_accuracy for result in training.epochs(0)] == accuracies
    assert wanted.stopped_early
    assert_same(training.checkpoint(), wanted)


def test_more_rates_than_the_board_holds_are_several_runs(board: Board, file, data) -> None:
    rates = tuple((epoch, epoch % 3) for epoch in range(2 * RATES + 2))
    file = options(file, epochs=2 * RATES + 4, rate_exponent=rates)
    training = StoredTraining(board, file, data)
    training.upload()
    wanted = golden(board, file, data)
    for ours, theirs in zip(training.epochs(0), wanted.epochs(), strict=True):
        assert (ours.epoch, ours.rate_exponent) == (theirs.epoch, theirs.rate_exponent)
    assert_same(training.checkpoint(), wanted)


@pytest.mark.parametrize("shuffle", [False, True])
def test_the_run_button_goes_on_from_a_placed_epoch(board: Board, file, data, shuffle) -> None:
    file = options(file, shuffle=shuffle)
    start = Checkpoint(parameters=board.core.parameters, lags=board.core.schedule.lags, epoch=1)
    training = StoredTraining(board, file, data)
    training.upload()
    board.write_parameters(start.parameters)
    training.place(start.epoch)
    board.start()
    while board.status().state & State.RUNNING:
        pass
    end = 2 if shuffle else EPOCHS  # the board holds one order at a time
    wanted = golden(board, options(file, epochs=end), data, start)
    list(wanted.epochs())
    assert_same(training.checkpoint(start), wanted)


def test_a_checkpoint_goes_on_as_in_software(board: Board, file, data) -> None:
    first = golden(
        board,
        options(file, epochs=2),
        TrainingData(
            train_features=data.train_features[:3],
            train_labels=data.train_labels[:3],
            test_features=data.test_features,
            test_labels=data.test_labels,
        ),
    )
    list(first.epochs())
    state = Checkpoint(
        parameters=first.parameters,
        lags=board.core.schedule.lags,
        epoch=first.epochs_done,
        samples=first.samples_seen,
    )
    training = StoredTraining(board, file, data)
    training.upload()
    board.write_parameters(state.parameters)
    list(training.epochs(state.epoch))
    wanted = golden(board, file, data, state)
    list(wanted.epochs())
    assert_same(training.checkpoint(state), wanted)


def test_the_store_is_filled_once(board: Board, file, data) -> None:
    training = StoredTraining(board, file, data)
    board.store.fill(data.test_features, data.test_labels)
    assert training.upload()
    assert not training.upload()
    board.store.seal(1)
    assert not training.upload()  # it is there, whatever the seal says
    assert training.holds_data(board.status())


def test_a_run_that_is_joined_shows_its_own_epochs(board: Board, file, data) -> None:
    """Those before it, of another run, are in the board's history too."""
    training = StoredTraining(board, file, data)
    training.upload()
    list(training.epochs(0))
    long = StoredTraining(board, options(file, epochs=10_000), data)
    board.configure(long.configuration(2, 10_000))
    board.start()
    status = board.status()
    assert long.under_way(status)
    assert not training.under_way(status)
    long.attach(status)
    long.finish()
    assert [result.epoch for result in long.follow()] == list(range(2, board.status().epoch))


def test_a_board_that_outruns_its_history_is_followed_to_its_end(board: Board, file, data) -> None:
    epochs, before = 3 * HISTORY_DEPTH, board.status().epochs
    training = StoredTraining(board, options(file, epochs=epochs), data)
    training.upload()
    results = training.epochs(0)
    found = [next(results).epoch]
    while board.status().epochs <= before + 2 * HISTORY_DEPTH:
        pass
    found += [result.epoch for result in results]
    assert found == sorted(set(found))
    assert found[-1] == epochs - 1
    assert len(found) < epochs


@pytest.mark.parametrize("noise", [b"\x01", b"\x01\x7e\x02\x7e\x03"])
def test_noise_does_not_echo(board: Board, noise: bytes) -> None:
    """A fault that is answered while a frame is under way is over with that frame."""
    board.link.transport.write(bytes([FLAG]) + noise + bytes([FLAG]))
    board.write_parameters(board.core.parameters)
    repairs = board.link.repairs.total()
    for _ in range(3):
        board.write_parameters(board.core.parameters)
        board.status()
    assert 1 <= repairs == board.link.repairs.total()


@pytest.mark.parametrize("kind", FAULTS)
def test_training_over_a_bad_line_is_the_same(
    simulated: SimulatedBoard, board: Board, file, data, kind: str
) -> None:
    file = options(file, shuffle=True)
    line = FaultyLine(Lockstep(simulated), kind, share=0.4, seed=len(kind))
    host = Board(Link(line, timeout=TIMEOUT, tries=80), board.core)
    wanted = golden(board, file, data)
    list(wanted.epochs())
    while line.faults < 100:
        before = board_figures(host)
        training = StoredTraining(host, file, data)
        training.upload()
        host.write_parameters(host.core.parameters)
        found = [result.epoch for result in training.epochs(0)]
        assert found == list(range(EPOCHS))
        assert_same(training.checkpoint(), wanted)
        done = [after - b for after, b in zip(board_figures(host), before, strict=True)]
        assert done == [EPOCHS * (TRAIN + TEST), EPOCHS]


def board_figures(board: Board) -> list[int]:
    """Predictions and epochs so far."""
    status = board.status()
    return [status.predictions, status.epochs]
