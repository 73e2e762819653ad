"""The whole board in Icarus, where what nobody set is X: trained and read over its UART."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from boards.design import BoardDesign
from boards.host.board import Board
from boards.host.link import Link
from boards.host.messages import Configuration
from boards.simulated.lockstep import Lockstep
from boards.tests.icarus_board import IcarusBoard
from boards.top import board_verilog
from hwgen.core.design import CoreDesign
from software_ref.fixed_point import FixedFormat
from software_ref.golden import GoldenTrainer
from software_ref.network import Network

pytestmark = pytest.mark.icarus

TRAIN, TEST, EPOCHS = 4, 1, 2
DESIGN = BoardDesign(
    core=CoreDesign(
        network=Network(
            layers=(8, 4, 2),
            out_degree=(2, 2),
            parallelism=(4, 2),
            format=FixedFormat(integer=2, fraction=5, activation_fraction=4),
        )
    ),
    clock_hz=18_000_000,
    samples=TRAIN + TEST,
)


@pytest.fixture(scope="module")
def verilog() -> str:
    return board_verilog(DESIGN)


@pytest.fixture(params=["from initial values", "after one clock of reset from any"])
def board(request: pytest.FixtureRequest, verilog: str, tmp_path: Path) -> Iterator[Board]:
    """A board without a reset; or one whose registers start as X, with one clock of it."""
    reset = request.param != "from initial values"
    if reset:
        verilog, count = re.subn(r"^  initial \w+ = .*\n", "", verilog, flags=re.MULTILINE)
        assert count
    simulated = IcarusBoard(DESIGN, verilog, tmp_path, reset_clocks=int(reset))
    # Icarus is slow: the host waits for long rather than asks again.
    yield Board(Link(Lockstep(simulated), timeout=0.002), DESIGN.core)
    simulated.close()


def test_a_board_trains_like_numpy(board: Board) -> None:
    rng = np.random.default_rng(6)
    features = 2 * rng.integers(0, 17, (TRAIN + TEST, 8))
    labels = rng.integers(0, 2, TRAIN + TEST)
    board.store.fill(features, labels)
    board.store.seal(1)
    board.configure(
        Configuration(
            first_epoch=0,
            end_epoch=EPOCHS,
            train_first=0,
            train_count=TRAIN,
            test_first=TRAIN,
            test_count=TEST,
            rates=((0, 0), (1, 1)),
        )
    )
    board.start()
    status = board.status()
    while status.epochs < EPOCHS:
        status = board.status()
    golden = GoldenTrainer(DESIGN.core.network, DESIGN.core.parameters, DESIGN.core.schedule.lags)
    wanted = []
    for epoch, exponent in enumerate((0, 1)):
        trained = golden.run(features[:TRAIN], labels[:TRAIN], True, exponent)
        tested = golden.infer(features[TRAIN:]) == labels[TRAIN:]
        wanted.append((epoch, trained.correct.sum(), trained.correct.sum(), tested.sum()))
    history = board.history(0, EPOCHS)
    assert [(h.epoch, h.train, h.tail, h.test) for h in history] == wanted
    assert board.read_parameters() == golden.parameters
    assert status.saturations == golden.saturations
    assert status.predictions == EPOCHS * (TRAIN + TEST)
    assert not board.link.repairs
