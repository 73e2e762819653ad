"""A board that trains from its flash as it is switched on, simulated with the model of the chip."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from boards.design import BoardDesign
from boards.host.board import Board
from boards.host.choice import training_on
from boards.host.flash_file import flash_bytes, flash_layout, write_flash_file
from boards.host.link import Link, LinkError
from boards.host.stored_training import StoredTraining
from boards.link.commands import State
from boards.memory.external import FLASH
from boards.simulated.board import SimulatedBoard
from boards.simulated.lockstep import Lockstep
from boards.store.input_plan import stored_code
from boards.tests.icarus_board import IcarusBoard
from boards.tests.small_board import TIMEOUT
from boards.top import board_verilog
from hwgen.core.design import CoreDesign
from software_ref.file_options import TrainingOptions
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.network_file import NetworkFile
from software_ref.training import TrainingData, golden_training

pytestmark = pytest.mark.slow

TRAIN, TEST, EPOCHS = 9, 4, 3
CLOCKS = 60_000
"""Clocks in which a board has looked at its flash and trained all epochs."""
NETWORK = Network(
    layers=(8, 4, 2),
    out_degree=(2, 2),
    parallelism=(4, 2),
    format=FixedFormat(integer=2, fraction=5, activation_fraction=4),
)
OPTIONS = TrainingOptions(epochs=EPOCHS, rate_exponent=((0, 0), (2, 1)), shuffle=True, seed=3)
SOON = replace(FLASH, chip=replace(FLASH.chip, tPU=5_000.0))
"""A flash that is soon powered up."""
Switch = Callable[[bytes], SimulatedBoard]


@pytest.fixture(scope="module")
def file() -> NetworkFile:
    return NetworkFile(network=NETWORK, training=OPTIONS)


@pytest.fixture(scope="module")
def data() -> TrainingData:
    rng = np.random.default_rng(6)
    return TrainingData(
        train_features=2 * rng.integers(0, 17, (TRAIN, 8)),
        train_labels=rng.integers(0, 2, TRAIN),
        test_features=2 * rng.integers(0, 17, (TEST, 8)),
        test_labels=rng.integers(0, 2, TEST),
    )


@pytest.fixture(scope="module")
def design(file: NetworkFile, data: TrainingData) -> BoardDesign:
    core = CoreDesign.from_file(file)
    layout = flash_layout(file, data, stored_code(core, SOON.shape.width), SOON.shape.words)
    return BoardDesign(
        core=core,
        clock_hz=18_000_000,
        samples=layout.samples,
        places=layout.places,
        external=SOON,
    )


@pytest.fixture(scope="module")
def content(file: NetworkFile, data: TrainingData, design: BoardDesign) -> bytes:
    return flash_bytes(design.core, design.identity, design.store, file.training, data)


@pytest.fixture(scope="module")
def switch_on(design: BoardDesign, tmp_path_factory: pytest.TempPathFactory) -> Switch:
    """Switches a board on whose flash holds these bytes, and lets it run; nobody talks to it."""
    folder = tmp_path_factory.mktemp("flash ü board")
    board = SimulatedBoard(design, folder, mode="fast_build")

    def run(content: bytes) -> SimulatedBoard:
        path = folder / "net.store.bin"
        write_flash_file(path, content)
        board.switch_on(path)
        path.unlink()  # it was read
        board.run(CLOCKS)
        return board

    return run


def _driver(simulated: SimulatedBoard) -> Board:
    return Board(Link(Lockstep(simulated), timeout=TIMEOUT), simulated.design.core)


def test_it_trains_without_a_host_what_software_trains(
    switch_on: Switch, content: bytes, file: NetworkFile, data: TrainingData
) -> None:
    simulated = switch_on(content)
    lags = simulated.design.core.schedule.lags
    wanted = golden_training(file, data, lags, engine="numpy")
    results = list(wanted.epochs())
    # What a passer-by sees.
    accuracy = f"{100 * results[-1].train_accuracy:.1f}"
    assert simulated.display.split() == [str(EPOCHS), accuracy]
    assert simulated.leds & 0b111 == 0
    board = _driver(simulated)
    status = board.status()
    assert (status.state, status.epoch, status.epochs) == (State(0), EPOCHS, EPOCHS)
    assert board.read_parameters() == wanted.parameters
    assert status.saturations == wanted.trainer.saturations
    tests = [round(TEST * (result.test_accuracy or 0)) for result in results]
    assert [record.test for record in board.history(0, EPOCHS)] == tests
    assert simulated.memory_errors == 0

    # A host finds its data there, and trains the same again.
    board.reset_training()
    ours = training_on(board, file, data)
    assert isinstance(ours, StoredTraining)
    assert not ours.upload()
    again = list(ours.epochs(0))
    assert [result.test_accuracy for result in again] == [r.test_accuracy for r in results]
    assert board.read_parameters() == wanted.parameters
    # What it does not hold cannot be sent to it.
    other = replace(data, train_labels=1 - data.train_labels)
    with pytest.raises(LinkError, match=r"^the board's memory can only be read, and must hold"):
        StoredTraining(board, file, other).upload()
    longer = replace(file, training=replace(file.training, epochs=EPOCHS + 1))
    with pytest.raises(ValueError, match=f"^epochs must be at most {EPOCHS}, of which the board's"):
        StoredTraining(board, longer, data)


@pytest.mark.parametrize(
    ("bit", "flag"),
    [
        (0, State.WRONG),  # the CRC itself
        (8 * 5, State.FOREIGN),  # the build that it is for
        (8 * 8, State.WRONG),  # how many words there are
        (8 * 90, State.WRONG),  # an order
        (-3, State.WRONG),  # the last sample
    ],
)
def test_a_bit_that_changed_is_told_and_nothing_trains(
    switch_on: Switch, content: bytes, design: BoardDesign, bit: int, flag: State
) -> None:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    simulated = switch_on(bytes(changed))
    assert simulated.leds & 0b111 == 0b010  # blinking is slower than this
    board = _driver(simulated)
    status = board.status()
    assert (status.state, status.seal, status.predictions) == (flag, 0, 0)
    assert board.read_parameters() == design.core.parameters


def test_a_sample_that_is_read_wrong_ends_the_run(
    switch_on: Switch, content: bytes, design: BoardDesign
) -> None:
    # As if a bit changed on its way after the check: the CRC is that of what is there.
    changed = bytearray(content[4:])
    changed[2 * design.store.first - 4 + 1] ^= 1
    crc = zlib.crc32(changed).to_bytes(4, "little")
    board = _driver(switch_on(crc + bytes(changed)))
    status = board.status()
    assert (status.state, status.seal, status.epochs) == (State.WRONG, 0, 0)
    assert status.damaged > 0


@pytest.mark.icarus
def test_it_does_so_where_what_nobody_set_is_unknown(
    design: BoardDesign, file: NetworkFile, data: TrainingData, tmp_path: Path
) -> None:
    path = tmp_path / "net.store.bin"
    # A smaller chip, so that less is simulated.
    chip = replace(SOON.chip, bytes=SOON.chip.first_byte + 4096)
    small = replace(design, external=replace(SOON, chip=chip))
    content = flash_bytes(small.core, small.identity, small.store, file.training, data)
    write_flash_file(path, content)
    simulated = IcarusBoard(small, board_verilog(small), tmp_path, reset_clocks=0, flash=path)
    try:
        simulated.run(CLOCKS // 2)
        board = Board(Link(Lockstep(simulated), timeout=0.002), small.core)
        status = board.status()
        assert (status.state, status.epochs) == (State(0), EPOCHS)
        wanted = golden_training(file, data, small.core.schedule.lags, engine="numpy")
        assert len(list(wanted.epochs())) == EPOCHS
        assert board.read_parameters() == wanted.parameters
    finally:
        simulated.close()


def test_an_erased_flash_is_told(switch_on: Switch) -> None:
    board = _driver(switch_on(b""))
    assert board.status().state == State.FOREIGN
