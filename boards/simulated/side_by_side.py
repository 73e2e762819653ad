"""Training on a simulated board, held bit for bit against the golden model.

samples --> host program --> UART --> simulated board --> results, parameters --.
   |                                                                            '--> differences
   '------> golden model -------------------------------> results, parameters --'
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from boards.host.board import Board
from boards.host.link import Link
from boards.host.messages import BoardStatus
from boards.host.parameters import parameter_runs, values_by_kind
from boards.host.stored_training import StoredTraining
from boards.simulated.board import SimulatedBoard
from boards.simulated.lockstep import Lockstep
from software_ref.golden import Parameters
from software_ref.network_file import NetworkFile
from software_ref.plan.ports import COUNTER_BITS
from software_ref.training import EpochResult, Training, TrainingData, golden_training

__all__ = ["BoardRun", "train_side_by_side"]

_TIMEOUT = 0.01
"""Seconds of the board's clock to wait for an answer, beside what a frame takes on its way."""


@dataclass(frozen=True, kw_only=True)
class BoardRun:
    """What a training on a simulated board came to."""

    epochs: tuple[EpochResult, ...]
    """The board's results."""
    differences: tuple[str, ...]
    """What is not the golden model's, a line each; empty where every bit is."""
    worked: int
    """Clocks of its passes, over training and test samples, in which the core took a beat."""
    waited: int
    """Clocks of them in which it waited for one."""
    clocks: int
    """Clocks from power-up to the last parameter read."""
    training_clocks: int
    """Clocks of the epochs among them, order and all else that is sent for them included."""
    training_seconds: float
    """What these took to simulate."""
    memory_errors: int
    """What the chip beside the FPGA complained of; 0 where there is none."""

    @property
    def at_work(self) -> float:
        """Share of the clocks of its passes in which the core worked, 0 to 1."""
        return self.worked / (self.worked + self.waited)


def train_side_by_side(
    simulated: SimulatedBoard,
    file: NetworkFile,
    data: TrainingData,
    *,
    filled: bool = False,
    every: int = 1,
    tell: Callable[[str], None] = lambda stage: None,
    progress: Callable[[int], None] = lambda clocks: None,
) -> BoardRun:
    """Train a network file's epochs on a board as it was switched on, and in the golden model.

    Parameters
    ----------
    simulated
        The board.
    file, data
        What to train.
    filled
        Whether the samples are put into the model of the memory beside the FPGA, in no time, and
        the store is sealed; the board then looks at each sample's check byte, as always. Otherwise
        the host program uploads them, 10 bits of the serial line a byte, and compares CRCs.
    every
        One run of parameters (`boards.host.parameters`) in so many is read and compared: reading
        takes 240 clocks a weight, many more than learning it.
    tell
        Told what begins.
    progress
        Told how many clocks of the board have passed since the last call.

    Raises
    ------
    LinkError
        The board does not answer, or answers what it must not.
    RoomError
        Its store has no room for the samples.
    ValueError
        `filled`, and there is no memory beside the FPGA.
    """
    core = simulated.design.core
    tell("golden model")
    golden = golden_training(file, data, core.schedule.lags)
    wanted = tuple(golden.epochs())
    tell("switching on")
    board = Board(Link(Lockstep(simulated, progress=progress), timeout=_TIMEOUT), core)
    training = StoredTraining(board, file, data)
    tell("memory")
    if filled:
        simulated.fill_memory(training.image.words, training.image.first)
        board.store.seal(training.image.seal)
    else:
        training.upload()
    tell("training")
    before, clocks, began = board.status(), simulated.clocks, time.perf_counter()
    epochs = tuple(training.epochs(0))
    training_clocks, seconds = simulated.clocks - clocks, time.perf_counter() - began
    after = board.status()
    tell("parameters")
    differences = (
        *_of_epochs(epochs, wanted),
        *_of_parameters(board, golden.parameters, every),
        *_of_counters(before, after, golden),
    )
    return BoardRun(
        epochs=epochs,
        differences=differences,
        worked=after.worked - before.worked,
        waited=after.waited - before.waited,
        clocks=simulated.clocks,
        training_clocks=training_clocks,
        training_seconds=seconds,
        memory_errors=simulated.memory_errors,
    )


def _of_epochs(ours: tuple[EpochResult, ...], wanted: tuple[EpochResult, ...]) -> Iterator[str]:
    if len(ours) != len(wanted):
        yield f"epochs: {len(ours)}, not {len(wanted)}"
    for got, want in zip(ours, wanted, strict=False):
        if replace(got, samples_per_second=0.0) != replace(want, samples_per_second=0.0):
            yield f"epoch {want.epoch}: {got}, not {want}"


def _of_parameters(board: Board, wanted: Parameters, every: int) -> Iterator[str]:
    values = values_by_kind(wanted)
    compared, wrong = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    for run in islice(parameter_runs(board.core.ports, wanted.network), 0, None, every):
        where = run.kind, run.junction
        differ = board.read_run(run) != values[run.kind][run.junction][run.values]
        compared[where] += run.count
        wrong[where] += int(np.count_nonzero(differ))
    for (kind, junction), count in wrong.items():
        if count:
            yield f"{kind} of junction {junction + 1}: {count} of {compared[kind, junction]} differ"


def _of_counters(before: BoardStatus, after: BoardStatus, golden: Training) -> Iterator[str]:
    wanted = (before.saturations + golden.trainer.saturations).counted(COUNTER_BITS)
    if after.saturations != wanted:
        yield f"saturation counters: {after.saturations}, not {wanted}"
