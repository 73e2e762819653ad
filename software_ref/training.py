"""The epoch loop: any trainer, a network file's schedule, and accuracy after every epoch."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from software_ref.checkpoint import Checkpoint
from software_ref.early_stop import EarlyStop
from software_ref.file_options import TrainingOptions
from software_ref.float_trainer import FloatTrainer
from software_ref.golden.engine import golden_trainer
from software_ref.golden.parameters import Parameters, initial_parameters, initial_weight_values
from software_ref.golden.samples import Progress, RunResult
from software_ref.network_file import NetworkFile

__all__ = [
    "STREAM_TAIL",
    "EpochResult",
    "Trainer",
    "Training",
    "TrainingData",
    "epoch_order",
    "float_training",
    "golden_training",
]

STREAM_TAIL = 1000
"""Training samples at an epoch's end that its training accuracy is taken over."""


class Trainer(Protocol):
    """What the epoch loop asks of a trainer; `GoldenTrainer` documents the arguments."""

    def run(
        self,
        features: ArrayLike,
        labels: ArrayLike,
        train: ArrayLike = True,
        rate_exponent: ArrayLike = 0,
        *,
        progress: Progress | None = None,
    ) -> RunResult:
        """Run samples and finish them all."""

    def infer(self, features: ArrayLike) -> NDArray[np.int64]:
        """Predict classes without training."""

    def rewire(self, epoch: int, epochs: int) -> None:
        """Move connections between an epoch, from 0, and the next of so many."""

    @property
    def parameters(self) -> Parameters:
        """The raw weights and biases now, and connections that move."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TrainingData:
    """Training and test samples as raw integers."""

    train_features: NDArray[np.integer]
    """Raw inputs in [0, 2**f]: (n, N_0)."""
    train_labels: NDArray[np.integer]
    """Classes: (n,)."""
    test_features: NDArray[np.integer]
    """Raw inputs in [0, 2**f]: (m, N_0), m >= 0."""
    test_labels: NDArray[np.integer]
    """Classes: (m,)."""
    class_names: tuple[str, ...] = ()
    """What the first classes are called; the others have their numbers."""
    inputs: NDArray[np.int64] | None = None
    """The feature of the data set that each input takes, where `[data.inputs]` chooses: int64
    (N_0,). None: input j takes feature j."""
    notes: tuple[str, ...] = ()
    """Lines for the user: what was made of the samples that may not be what was meant."""

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            features, labels = getattr(self, f"{part}_features"), getattr(self, f"{part}_labels")
            if len(features) != len(labels):
                raise ValueError(
                    f"{part}_labels must be as many as the {len(features)} samples, "
                    f"not {len(labels)}"
                )
        if not len(self.train_labels):
            raise ValueError("train_features must hold at least one sample, not 0")


@dataclass(frozen=True, kw_only=True)
class EpochResult:
    """What one epoch gave."""

    epoch: int
    """Its number, from 0."""
    rate_exponent: int
    """Its k; the learning rate is 2**-k."""
    train_accuracy: float
    """Share of correct predictions, made before the update, in its last 1,000 samples."""
    test_accuracy: float | None
    """Share of correct predictions of the test samples afterwards; None without any."""
    samples_per_second: float
    """Training samples per second of wall clock."""


def epoch_order(options: TrainingOptions, epoch: int, samples: int) -> NDArray[np.int64]:
    """Order of an epoch's samples: int64 (n,); it depends on nothing but the arguments."""
    if not options.shuffle:
        return np.arange(samples)
    # The trailing 1 keeps the stream apart from those that draw weights and connections.
    return np.random.default_rng([options.seed, epoch, 1]).permutation(samples)


class Training:
    """Trains epoch by epoch; between epochs, and after Ctrl-C, it holds the last finished epoch.

    Parameters
    ----------
    file : NetworkFile
        Gives the number of epochs, the learning rates and the order of samples.
    trainer : Trainer
        Holds the parameters that epoch `epochs_done` starts from.
    data : TrainingData
    epochs_done, samples_seen : int
        Training position to resume from.
    stop_early : int, optional
        End after so many epochs without progress (docs/numerics.md, "Early stopping").
    stream : sequence of float
        Training accuracies of the epochs before that count for this.
    """

    def __init__(
        self,
        file: NetworkFile,
        trainer: Trainer,
        data: TrainingData,
        *,
        epochs_done: int = 0,
        samples_seen: int = 0,
        stop_early: int | None = None,
        stream: Sequence[float] = (),
    ) -> None:
        self.file = file
        self.trainer = trainer
        self.data = data
        self.epochs_done = epochs_done
        """Epochs finished, those before a resume included."""
        self.samples_seen = samples_seen
        """Training samples of these epochs."""
        self.parameters = trainer.parameters
        """Raw weights and biases after these epochs, and connections that move."""
        self._broken_off = False
        self._stop = None if stop_early is None else EarlyStop(file=file, patience=stop_early)
        self._stream = list(stream)

    @property
    def stopped_early(self) -> bool:
        """Whether training ends here, before its last epoch."""
        if self._stop is None or self.epochs_done >= self.file.training.epochs:
            return False
        return self._stop.stops(self.epochs_done - len(self._stream), self._stream)

    def epochs(self, progress: Progress | None = None) -> Iterator[EpochResult]:
        """Train the epochs that are left, one for each result asked for.

        An epoch that an exception breaks off, KeyboardInterrupt above all, leaves `epochs_done`,
        `samples_seen` and `parameters` as the epoch before left them. The trainer has gone on,
        so training can only resume with a new one.

        Raises
        ------
        RuntimeError
            An epoch was broken off before.
        """
        if self._broken_off:
            raise RuntimeError("training must resume with a new trainer after a broken-off epoch")
        while self.epochs_done < self.file.training.epochs and not self.stopped_early:
            self._broken_off = True
            if self.epochs_done and self.file.network.rewire is not None:
                self.trainer.rewire(self.epochs_done - 1, self.file.training.epochs)
            result = self._train_epoch(self.epochs_done, progress)
            parameters = self.trainer.parameters
            self.parameters, self.epochs_done = parameters, self.epochs_done + 1
            self.samples_seen += len(self.data.train_labels)
            self._stream.append(result.train_accuracy)
            self._broken_off = False
            yield result

    def _train_epoch(self, epoch: int, progress: Progress | None) -> EpochResult:
        data, options = self.data, self.file.training
        features, labels = data.train_features, data.train_labels
        if options.shuffle:
            order = epoch_order(options, epoch, len(labels))
            features, labels = features[order], labels[order]
        exponent = options.rate_exponent_at(epoch)
        start = time.perf_counter()
        result = self.trainer.run(features, labels, True, exponent, progress=progress)
        seconds = time.perf_counter() - start
        return EpochResult(
            epoch=epoch,
            rate_exponent=exponent,
            train_accuracy=float(result.correct[-STREAM_TAIL:].mean()),
            test_accuracy=self._test_accuracy(),
            samples_per_second=len(labels) / seconds,
        )

    def _test_accuracy(self) -> float | None:
        if not len(self.data.test_labels):
            return None
        return float((self.trainer.infer(self.data.test_features) == self.data.test_labels).mean())


def golden_training(
    file: NetworkFile,
    data: TrainingData,
    lags: Sequence[int],
    checkpoint: Checkpoint | None = None,
    *,
    engine: str = "auto",
    stop_early: int | None = None,
    stream: Sequence[float] = (),
) -> Training:
    """Set up bit-exact training, from the file's seed or from where a checkpoint stopped.

    A checkpoint's own lags only say how it came about: an epoch starts drained, so it may go on
    with others. `engine` is one of `ENGINES`, and changes nothing but the speed; `stop_early` and
    `stream` are as `Training` has them.
    """
    if checkpoint is None:
        parameters = initial_parameters(file.network, file.training.seed)
        trainer = golden_trainer(file.network, parameters, lags, engine=engine)
        return Training(file, trainer, data, stop_early=stop_early)
    return Training(
        file,
        golden_trainer(file.network, checkpoint.parameters, lags, engine=engine),
        data,
        epochs_done=checkpoint.epoch,
        samples_seen=checkpoint.samples,
        stop_early=stop_early,
        stream=stream,
    )


def float_training(file: NetworkFile, data: TrainingData) -> Training:
    """Set up the float reference from the same initial weights, before their quantisation."""
    weights = initial_weight_values(file.network, file.training.seed)
    return Training(file, FloatTrainer(file.network, weights), data)
