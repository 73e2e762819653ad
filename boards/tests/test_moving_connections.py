"""A board whose connections move and whose features feed several inputs: all as in software."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from boards.design import BoardDesign
from boards.host.board import Board
from boards.host.choice import training_on
from boards.host.link import Link, LinkError
from boards.host.stored_training import StoredTraining
from boards.host.streamed_training import StreamedTraining
from boards.link.commands import Command
from boards.link.payloads import PARAMETER_KINDS, PARAMETER_RUN
from boards.simulated.board import SimulatedBoard
from boards.simulated.lockstep import Lockstep
from boards.tests.small_board import TIMEOUT
from hwgen.core.design import CoreDesign
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.file_options import TrainingOptions
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.training import TrainingData, golden_training

pytestmark = pytest.mark.slow  # building the simulator of another board

ROOM = 20
EPOCHS = 4
INPUTS = (3, 0, 3, 9, 8, 3, 0, 9, 5, 2, 2, 3)
NETWORK = Network(
    layers=(12, 8, 4),
    out_degree=(2, 2),
    parallelism=(4, 2),
    classes=3,
    format=FixedFormat(integer=3, fraction=8, activation_fraction=5),
    connections=ConnectionOptions(kind="free", dither=True),
    rewire=RewireOptions(share=0.9, until=1),
)
FILE = NetworkFile(
    network=NETWORK, training=TrainingOptions(epochs=EPOCHS, rate_exponent=((0, 1), (2, 3)))
)


def drawn_data(train: int, test: int) -> TrainingData:
    rng = np.random.default_rng(train)
    features = rng.integers(0, 257, (train + test, 10))[:, INPUTS]
    labels = rng.integers(0, 3, train + test)
    return TrainingData(
        train_features=features[:train],
        train_labels=labels[:train],
        test_features=features[train:],
        test_labels=labels[train:],
        inputs=np.array(INPUTS),
    )


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> SimulatedBoard:
    core = CoreDesign(network=NETWORK, inputs=INPUTS)
    design = BoardDesign(core=core, clock_hz=18_000_000, samples=ROOM)
    return SimulatedBoard(design, tmp_path_factory.mktemp("moving"))


@pytest.fixture
def board(simulated: SimulatedBoard) -> Board:
    found = Board(Link(Lockstep(simulated), timeout=TIMEOUT), simulated.design.core)
    found.reset_training()
    return found


def test_a_feature_that_feeds_several_inputs_is_stored_once(board: Board) -> None:
    assert board.core.ports.beats == 6
    design = BoardDesign(core=board.core, clock_hz=18_000_000, samples=ROOM)
    assert design.beats == 3 * ROOM


@pytest.mark.parametrize("samples", [12, 30], ids=["stored", "streamed"])
def test_epochs_are_those_of_software_and_go_on_from_a_checkpoint(
    board: Board, samples: int
) -> None:
    data = drawn_data(samples, 6)
    training = training_on(board, FILE, data)
    assert isinstance(training, StoredTraining if samples + 6 <= ROOM else StreamedTraining)
    assert training.idle_between_epochs
    if isinstance(training, StoredTraining):
        training.upload()
    wanted = golden_training(FILE, data, board.core.schedule.lags)
    start = wanted.parameters
    training.place(0)
    middle = None
    for ours, theirs in zip(training.epochs(0), wanted.epochs(), strict=True):
        assert replace(ours, samples_per_second=0.0) == replace(theirs, samples_per_second=0.0)
        state = training.checkpoint()
        assert state.parameters == wanted.parameters
        middle = middle or state
    moved = [
        np.count_nonzero(a.left_neurons != b.left_neurons)
        for a, b in zip(wanted.parameters.connections, start.connections, strict=True)
    ]
    assert min(moved) > 0
    # From after the first epoch again: the step belongs to what follows.
    board.reset_training()
    assert board.read_parameters() == board.core.parameters
    board.write_parameters(middle.parameters)
    for _ in training.epochs(1):
        pass
    assert training.checkpoint(middle) == replace(middle, **vars_of(wanted))


def vars_of(training) -> dict[str, object]:
    return {
        "parameters": training.parameters,
        "epoch": training.epochs_done,
        "samples": training.samples_seen,
    }


def test_a_step_that_is_broken_off_is_undone(board: Board, monkeypatch) -> None:
    training = StoredTraining(board, FILE, drawn_data(12, 6))
    training.upload()
    epochs = training.epochs(0)
    next(epochs)
    held = board.read_parameters()

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(board, "start", interrupt)
    with pytest.raises(KeyboardInterrupt):
        next(epochs)
    assert board.read_parameters() != held
    training.finish()
    assert board.read_parameters() == held
    assert board.status().epoch == 1


def test_words_that_are_no_permutation_are_told(board: Board) -> None:
    addresses = PARAMETER_KINDS.index("addresses")
    place = PARAMETER_RUN.pack(junction=0, kind=addresses, row=0, lane=0, lanes=4, count=1)
    word = board.core.patterns[0].words[0, 0]
    board.link.call(Command.WRITE_PARAMETERS, place + int(word[1]).to_bytes(4, "little"))
    with pytest.raises(LinkError, match="connections must be clash-free, but"):
        board.read_parameters()
