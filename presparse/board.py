"""A board from Python, real or simulated: what `presparse host` and `presparse board-sim` do."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from boards.design import BoardDesign
from boards.host.board import Board as BoardDriver
from boards.host.choice import training_on
from boards.host.link import Link
from boards.host.messages import BoardStatus
from boards.host.serial_port import SerialPort
from boards.host.stored_training import StoredTraining
from boards.host.training import BoardTraining
from boards.link.commands import State, Stop
from boards.link.framing import DEFAULT_BAUD
from boards.morse.live import MorseLive
from boards.simulated.board import KEY_TICK_CLOCKS, SimulatedBoard
from boards.simulated.terminal import PseudoTerminal
from boards.uart import LEAST_CLOCKS_PER_BIT
from hwgen.core.design import CoreDesign
from presparse.errors import refusing
from presparse.paths import optional_path
from presparse.shown import Picture, Shown, Table
from presparse.training import PredictionTable, Training
from software_ref.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from software_ref.console.output import percent
from software_ref.console.progress import ProgressBar
from software_ref.core_plan import CorePlan
from software_ref.curves import curves_figure
from software_ref.loading import load_inputs
from software_ref.network_file import NetworkFile, with_epochs
from software_ref.predictions import Predictions
from software_ref.training import EpochResult, TrainingData

__all__ = ["Board", "BoardRun", "simulated_board"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class BoardRun(Shown):
    """A training on a board."""

    name: str
    """The network's."""
    epochs: tuple[EpochResult, ...]
    """Figures of every epoch, as the board counted them."""
    checkpoint: Checkpoint
    """What the board has learnt."""
    clocks_per_sample: float | None
    """Of its last pass over samples; None where it had fewer than two."""

    @property
    def title(self) -> str:
        """See Shown."""
        clocks = "" if self.clocks_per_sample is None else f"{self.clocks_per_sample:g}"
        return f"{self.name} on the board: epoch {self.checkpoint.epoch}, {clocks} clocks a sample"

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        rows = [
            (e.epoch + 1, e.rate_exponent, percent(e.train_accuracy), percent(e.test_accuracy))
            for e in self.epochs
        ]
        return (Table(("epoch", "k", "board train %", "test %"), rows, text=()),)

    def plot(self) -> Picture:
        """Accuracies over the epochs."""
        return Picture(curves_figure(f"{self.name} on the board", {"board": self.epochs}))

    @refusing
    def save(self, path: str | Path) -> Path:
        """Write the checkpoint, which `resume` and every command takes."""
        save_checkpoint(Path(path), self.checkpoint)
        return Path(path)


class Board:
    """A board at a serial port that holds the core of a network; a context manager.

    Parameters
    ----------
    file : NetworkFile
        The network that it was built from.
    port : str
        The serial port: "/dev/ttyUSB1", "COM4", or a URL of pyserial's.
    baud : int
        Bits per second, as the board was built.
    timeout : float
        Seconds to wait for an answer before asking again.
    reconnect : float
        Seconds to wait for a port that vanishes.
    data_dir : path, optional
        Folder that data files are looked for in first, where `[data.inputs]` chooses inputs.
    """

    @refusing
    def __init__(
        self,
        file: NetworkFile,
        port: str,
        *,
        baud: int = DEFAULT_BAUD,
        timeout: float = 1.0,
        reconnect: float = 0.0,
        data_dir: str | Path | None = None,
    ) -> None:
        self._file = file
        core = CorePlan.from_file(file, inputs=load_inputs(file, optional_path(data_dir)))
        self._port = SerialPort(port, baud, reconnect=reconnect, tell=print)
        try:
            self._board = BoardDriver(Link(self._port, timeout=timeout), core, MorseLive.of(file))
        except BaseException:
            self._port.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the port back; the board goes on."""
        self._port.close()

    @property
    def clock_hz(self) -> int:
        """Clock of its logic."""
        return self._board.identity.clock_hz

    @property
    def room(self) -> int:
        """Samples that its store has room for."""
        return self._board.identity.samples

    @refusing
    def status(self) -> BoardStatus:
        """What it is doing, and its counters."""
        return self._board.status()

    @refusing
    def train(
        self,
        data: TrainingData,
        *,
        epochs: int,
        resume: Training | str | Path | None = None,
        stop_early: int | None = None,
    ) -> BoardRun:
        """Fill the store where there is room, train, and read what was learnt.

        Ctrl-C ends it after the epoch at work, which is kept.

        Parameters
        ----------
        data : TrainingData
            Training and test samples, as `Network.samples` gives them.
        epochs : int
            Epochs in all, those before `resume` included.
        resume : Training or path, optional
            What to start from; by default the initial weights.
        stop_early : int, optional
            End after so many epochs without progress of the training accuracy.
        """
        if self.status().state & State.RUNNING:
            raise ValueError("the board must not be training something else: `stop` ends that")
        file = with_epochs(self._file, epochs)
        start = self._start(resume)
        if start.epoch >= epochs:
            raise ValueError(f"epochs must be above the {start.epoch} that are done, not {epochs}")
        training = self._with_samples(file, data, stop_early)
        self._board.write_parameters(start.parameters)
        results: list[EpochResult] = []
        work = (epochs - start.epoch) * len(data.train_labels)
        with ProgressBar(work, unit="sample", description="training") as bar:
            try:
                results += training.epochs(start.epoch, bar.update)
            except KeyboardInterrupt:
                self._board.link.forget()
                training.finish()
        return BoardRun(
            name=file.name,
            epochs=tuple(results),
            checkpoint=training.checkpoint(start),
            clocks_per_sample=self.status().clocks_per_sample,
        )

    @refusing
    def predictions(self, data: TrainingData) -> PredictionTable:
        """Predictions of the test samples by the board, with the parameters that it holds.

        The raw outputs beside them are the golden model's with the same parameters.
        """
        if not len(data.test_labels):
            raise ValueError("there must be test samples to predict, not 0")
        training = self._with_samples(self._file, data)
        with ProgressBar(len(data.test_labels), unit="sample", description="infer") as bar:
            predicted = training.infer_tests(bar.update)
        golden = Predictions.of(
            self._board.read_parameters(),
            data.test_features,
            data.test_labels,
            class_names=data.class_names,
        )
        return PredictionTable(
            name=f"{self._file.name} on the board", found=replace(golden, predictions=predicted)
        )

    @refusing
    def restore(self, parameters: Training | str | Path) -> None:
        """Write trained weights and biases onto the board."""
        self._board.write_parameters(self._start(parameters).parameters)

    @refusing
    def reset(self) -> None:
        """End a training, and go back to the initial weights."""
        self.stop(now=True)
        self._board.reset_training()

    @refusing
    def stop(self, *, now: bool = False) -> None:
        """End a training after its epoch, or at once."""
        self._board.stop(Stop.NOW if now else Stop.AFTER_EPOCH)
        self._board.wait_while(State.RUNNING | State.BUSY)

    def _start(self, given: Training | str | Path | None) -> Checkpoint:
        if isinstance(given, Training):
            return given.checkpoint
        if given is not None:
            return load_checkpoint(Path(given), self._file.network)
        lags = self._board.core.schedule.lags
        return Checkpoint.initial(self._file.network, self._file.training.seed, lags)

    def _with_samples(
        self, file: NetworkFile, data: TrainingData, stop_early: int | None = None
    ) -> BoardTraining:
        training = training_on(self._board, file, data, stop_early)
        if isinstance(training, StoredTraining):  # what the board makes itself is there already
            with ProgressBar(training.samples, unit="sample", description="upload") as bar:
                training.upload(bar.update)
        return training


class _SwitchedOffError(Exception):
    """Ends the thread of a simulated board."""


@contextmanager
def simulated_board(
    file: NetworkFile,
    *,
    samples: int = 2048,
    build: str | Path | None = None,
    data_dir: str | Path | None = None,
) -> Iterator[str]:
    """A simulated board that is switched on for the block; gives the name of its port.

    Parameters
    ----------
    file : NetworkFile
        The network.
    samples : int
        Samples that its store has room for.
    build : path, optional
        Folder for Verilog and simulator; by default the simulator is in the user's cache.
    data_dir : path, optional
        Folder that data files are looked for in first, where `[data.inputs]` chooses inputs.
    """
    design = BoardDesign(
        core=CoreDesign.from_file(file, inputs=load_inputs(file, optional_path(data_dir))),
        clock_hz=LEAST_CLOCKS_PER_BIT * DEFAULT_BAUD,
        baud=DEFAULT_BAUD,
        samples=samples,
        leds=16,
        morse=MorseLive.of(file),
        tick_clocks=KEY_TICK_CLOCKS,
    )
    board = SimulatedBoard(design, optional_path(build))
    terminal = PseudoTerminal(board)
    switched_off = threading.Event()

    def show(_: str) -> None:
        if switched_off.is_set():
            raise _SwitchedOffError

    def serve() -> None:
        with suppress(_SwitchedOffError):
            terminal.serve(show)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield str(terminal.path)
    finally:
        switched_off.set()
        thread.join()
        terminal.close()
        board.close()
