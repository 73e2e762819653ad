"""Training on a simulated board beside the golden model: what is held, and what is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from boards.host.board import Board
from boards.simulated.board import SimulatedBoard
from boards.simulated.side_by_side import train_side_by_side
from boards.tests.small_board import random_data
from software_ref.file_options import TrainingOptions
from software_ref.network import Network
from software_ref.network_file import NetworkFile


@pytest.fixture
def file(network: Network) -> NetworkFile:
    training = TrainingOptions(epochs=2, rate_exponent=((0, 1),), shuffle=True)
    return NetworkFile(network=network, training=training)


def test_a_board_trains_as_the_golden_model_does(
    simulated: SimulatedBoard, board: Board, file: NetworkFile
) -> None:
    stages: list[str] = []
    clocks: list[int] = []
    before = simulated.clocks
    run = train_side_by_side(
        simulated, file, random_data(20, 10), tell=stages.append, progress=clocks.append
    )
    assert run.differences == ()
    assert [each.epoch for each in run.epochs] == [0, 1]
    assert run.memory_errors == 0
    assert 0.5 < run.at_work <= 1
    assert run.worked + run.waited < run.training_clocks < run.clocks - before
    assert sum(clocks) == run.clocks - before
    assert stages == ["golden model", "switching on", "memory", "training", "parameters"]


def test_what_differs_is_told(simulated: SimulatedBoard, board: Board, file: NetworkFile) -> None:
    other = replace(file, training=replace(file.training, seed=2))  # the board began with 1
    run = train_side_by_side(simulated, other, random_data(20, 10))
    first, *_ = [line for line in run.differences if line.startswith("weights")]
    assert first.startswith("weights of junction 1: ")
    assert first.endswith(" of 36 differ")


def test_block_ram_cannot_be_filled(
    simulated: SimulatedBoard, board: Board, file: NetworkFile
) -> None:
    message = "^the memory to fill must be one beside the FPGA that can be written$"
    with pytest.raises(ValueError, match=message):
        train_side_by_side(simulated, file, random_data(20, 10), filled=True)
    with pytest.raises(ValueError, match=message):
        simulated.fill_memory(np.zeros((1, 2), np.uint8))
