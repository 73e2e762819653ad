"""One small board for all tests that simulate one: building its simulator takes the longest."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from boards.design import BoardDesign
from boards.host.board import Board
from boards.host.link import Link
from boards.simulated.board import SimulatedBoard
from boards.simulated.lockstep import Lockstep
from boards.simulated.terminal import PseudoTerminal
from boards.tests.small_board import IRIS, SAMPLES, TIMEOUT, written
from hwgen.core.design import CoreDesign
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network


@pytest.fixture(scope="session")
def network() -> Network:
    return Network(
        layers=(12, 6, 4),
        out_degree=(3, 2),
        parallelism=(4, 3),
        classes=3,
        # Narrow activations: the store has rounded features.
        format=FixedFormat(integer=3, fraction=8, activation_fraction=5),
    )


@pytest.fixture(scope="session")
def simulated(network: Network, shared_builds: Path) -> SimulatedBoard:
    design = BoardDesign(core=CoreDesign(network=network), clock_hz=18_000_000, samples=SAMPLES)
    return SimulatedBoard(design, shared_builds / "Ü é, board")


@pytest.fixture
def board(simulated: SimulatedBoard) -> Board:
    """The board as after power-up, but for its counters."""
    found = Board(Link(Lockstep(simulated), timeout=TIMEOUT), simulated.design.core)
    found.reset_training()
    return found


@pytest.fixture
def iris(tmp_path: Path) -> Path:
    """A file of the same network, for data that the board's store has no room for."""
    return written(tmp_path, "iris", IRIS)


@pytest.fixture
def port(simulated: SimulatedBoard) -> Iterator[str]:
    """A pseudo-terminal that leads to the board that all tests share."""
    leave = threading.Event()

    def show(line: str) -> None:
        if leave.is_set():
            raise KeyboardInterrupt

    def serve() -> None:
        with contextlib.suppress(KeyboardInterrupt):
            terminal.serve(show)

    terminal = PseudoTerminal(simulated)
    thread = threading.Thread(target=serve)
    thread.start()
    yield str(terminal.path)
    leave.set()
    thread.join()
    terminal.close()
