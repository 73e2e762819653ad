"""The whole board with a memory beside the FPGA, simulated with the model of its chip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from boards.design import MEMORY_PREFIX, TOP, BoardDesign
from boards.host.board import Board
from boards.host.link import Link, LinkError
from boards.host.stored_training import StoredTraining
from boards.memory.external import CELLULAR, SDRAM, ExternalMemory
from boards.simulated.board import SimulatedBoard
from boards.simulated.lockstep import Lockstep
from boards.simulated.side_by_side import train_side_by_side
from boards.simulated.with_memory import WITH_MEMORY, with_memory
from boards.tests.small_board import TIMEOUT, random_data
from boards.top import board_verilog
from hwgen.core.design import CoreDesign
from hwgen.simulation import icarus
from hwgen.simulation.verilator import Source
from software_ref.file_options import TrainingOptions
from software_ref.loading import load_training_data
from software_ref.network import Network
from software_ref.network_file import NetworkFile, read_network_file

MNIST = Path(__file__).parents[2] / "examples" / "mnist_accurate.toml"
TRAIN, TEST, EPOCHS = 10, 4, 3
BOTH = pytest.mark.parametrize("external, mhz", [(SDRAM, 40), (CELLULAR, 80)])


def _design(core: CoreDesign, external: ExternalMemory, mhz: int, samples: int) -> BoardDesign:
    hz = mhz * 1_000_000
    return BoardDesign(
        core=core,
        clock_hz=hz,
        baud=hz // 6,
        samples=samples,
        external=external,
    )


@pytest.mark.icarus
def test_the_logic_and_its_chip_fit_together(network: Network, tmp_path: Path) -> None:
    design = _design(CoreDesign(network=network), SDRAM, 40, TRAIN + TEST)
    text = board_verilog(design)
    assert all(f" {MEMORY_PREFIX}{name};" in text for name in SDRAM.pins)
    sources = [Source(f"{TOP}.v", text), *with_memory(design)]
    # Icarus warns of widths that differ, and `build` refuses warnings.
    icarus.build(sources=sources, top=WITH_MEMORY, build_dir=tmp_path)


@pytest.mark.slow
@BOTH
def test_epochs_are_those_of_software(
    network: Network, external: ExternalMemory, mhz: int, tmp_path: Path
) -> None:
    training = TrainingOptions(epochs=EPOCHS, rate_exponent=((0, 1), (2, 2)), shuffle=True)
    file = NetworkFile(network=network, training=training)
    design = _design(CoreDesign(network=network), external, mhz, TRAIN + TEST)
    simulated = SimulatedBoard(design, tmp_path, mode="fast_build")
    run = train_side_by_side(simulated, file, random_data(TRAIN, TEST))
    assert (run.differences, run.memory_errors) == ((), 0)
    assert 0 < run.at_work < 1


@pytest.mark.long
@pytest.mark.real_data
@pytest.mark.parametrize("external, mhz", [(SDRAM, 40), (CELLULAR, 33)])
def test_mnist_keeps_the_core_at_work(
    external: ExternalMemory, mhz: int, data_dir: Path, tmp_path: Path
) -> None:
    file = read_network_file(MNIST)
    file = replace(
        file,
        data=replace(file.data, train=2000, test=100),
        training=replace(file.training, epochs=1),
    )
    data = load_training_data(file, data_dir)
    design = _design(CoreDesign.from_file(file), external, mhz, 2100)
    # The test images, too, must be told apart as the golden model does; `benchmarks.board_epoch`
    # reads all of the weights.
    simulated = SimulatedBoard(design, tmp_path)
    run = train_side_by_side(simulated, file, data, filled=True, every=16)
    assert (run.differences, run.memory_errors) == ((), 0)
    assert run.at_work >= 0.95


@pytest.mark.slow
def test_a_memory_that_forgets_is_found_out_by_the_upload(network: Network, tmp_path: Path) -> None:
    # Its rows last for 10 us; the controller comes by every 64 ms.
    forgetful = replace(SDRAM.chip, tREF=10_000.0)
    design = _design(CoreDesign(network=network), SDRAM, 40, TRAIN + TEST)
    simulated = SimulatedBoard(design, tmp_path, mode="fast_build", chip=forgetful)
    board = Board(Link(Lockstep(simulated), timeout=TIMEOUT), simulated.design.core)
    file = NetworkFile(network=network, training=TrainingOptions(epochs=1))
    with pytest.raises(LinkError, match=r"^the store must keep what is written, but its CRC is"):
        StoredTraining(board, file, random_data(TRAIN, TEST)).upload()
    assert simulated.memory_errors > 0
