"""Training in software from Python: the golden model to the bit, and floating point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from presparse.errors import refusing
from presparse.shown import Picture, Shown, Table
from software_ref.checkpoint import Checkpoint, save_checkpoint
from software_ref.confusion import confusion_figure
from software_ref.console.output import percent
from software_ref.console.progress import ProgressBar
from software_ref.curves import curves_figure
from software_ref.mlp import EpochFigures, MlpModel
from software_ref.mlp.epoch_picture import epochs_figure
from software_ref.mlp.network_fit import NetworkFit
from software_ref.network_file import NetworkFile
from software_ref.predictions import Predictions
from software_ref.training import EpochResult
from software_ref.training_job import TrainingJob

__all__ = ["FloatFit", "PredictionTable", "Training", "run_fit", "run_training"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PredictionTable(Shown):
    """Predictions of labelled samples."""

    name: str
    """What predicted what."""
    found: Predictions
    """Labels, predictions and raw outputs."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """Classes that the samples are of: int64 (n,)."""
        return self.found.labels

    @property
    def predictions(self) -> NDArray[np.int64]:
        """Classes predicted: int64 (n,)."""
        return self.found.predictions

    @property
    def outputs(self) -> NDArray[np.int64] | None:
        """Raw output activations, int64 (n, classes), value raw / 2**f; None from hardware."""
        return self.found.outputs

    @property
    def accuracy(self) -> float | None:
        """Share of correct predictions; None without samples."""
        return self.found.accuracy

    @property
    def confusion(self) -> NDArray[np.int64]:
        """Samples of class r that were taken for class c, at [r, c]: int64 (classes, classes)."""
        return self.found.confusion.counts

    @property
    def class_accuracy(self) -> tuple[float | None, ...]:
        """Share of correct predictions of each class; None where it has no samples."""
        return self.found.confusion.class_accuracy

    @property
    def title(self) -> str:
        """See Shown."""
        return f"{self.name}: {len(self.labels)} samples, {percent(self.accuracy)} % right"

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        header, rows = self.found.confusion.table()
        return (Table(header, rows, text=(0, 3)),)

    def plot(self) -> Picture:
        """The confusion matrix."""
        return Picture(confusion_figure(self.name, self.found.confusion))

    @refusing
    def save(self, path: str | Path) -> Path:
        """Write a CSV file: index, label, prediction, raw outputs."""
        self.found.write_csv(Path(path))
        return Path(path)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Training(Shown):
    """A training of the golden model, and of the float reference beside it."""

    file: NetworkFile
    """The network that was trained, and how."""
    epochs: tuple[EpochResult, ...]
    """The golden model's figures of every epoch."""
    float_epochs: tuple[EpochResult, ...]
    """The float reference's; empty where it was left out."""
    checkpoint: Checkpoint
    """Raw weights and biases after the last epoch, with lags and position."""
    job: TrainingJob
    """The training itself."""

    @property
    def weights(self) -> tuple[NDArray[np.int64], ...]:
        """Raw weights of every junction in natural edge order: int64 (W_i,), value raw / 2**f."""
        return self.checkpoint.parameters.weights

    @property
    def biases(self) -> tuple[NDArray[np.int64], ...]:
        """Raw biases of every junction: int64 (N_i,)."""
        return self.checkpoint.parameters.biases

    @property
    def test_accuracy(self) -> float | None:
        """Share of correct predictions of the test samples after the last epoch."""
        return self.epochs[-1].test_accuracy if self.epochs else None

    def predictions(self) -> PredictionTable:
        """What it makes of its test samples, with raw outputs."""
        return _predictions(self.file.name, self.job)

    @refusing
    def save(self, path: str | Path) -> Path:
        """Write the checkpoint, which `resume` and every command takes."""
        save_checkpoint(Path(path), self.checkpoint)
        return Path(path)

    def plot(self) -> Picture:
        """Accuracies over the epochs."""
        curves = {"golden": self.epochs}
        if self.float_epochs:
            curves["float"] = self.float_epochs
        return Picture(curves_figure(f"{self.file.name}: accuracy over epochs", curves))

    @property
    def title(self) -> str:
        """See Shown."""
        return self.job.describe()

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        rows = [
            (row["epoch"] + 1, row["rate_exponent"], *self.job.accuracies(row))
            for row in self.job.rows
        ]
        return (Table(("epoch", "k", *self.job.accuracy_titles), rows, text=()),)


@refusing
def _predictions(name: str, job: TrainingJob) -> PredictionTable:
    title = f"{name}, {job.tested} samples after epoch {job.state.epoch}"
    return PredictionTable(name=title, found=job.predictions())


def run_training(job: TrainingJob) -> Training:
    """Train a job's epochs; Ctrl-C ends it after the last whole one, which is kept."""
    if job.work:
        with ProgressBar(job.work, unit="sample") as bar:
            _finished(job.epochs(bar))
    return Training(
        file=job.file,
        epochs=tuple(job.results),
        float_epochs=tuple(job.float_results),
        checkpoint=job.state,
        job=job,
    )


def _finished(epochs: Iterator[Any]) -> None:
    """Run to the end, or to Ctrl-C behind at least one epoch: a notebook's cell then returns."""
    done = 0
    try:
        for _ in epochs:
            done += 1
    except KeyboardInterrupt:
        if not done:
            raise


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FloatFit(Shown):
    """A minibatch training in floating point."""

    name: str
    """The network's."""
    model: MlpModel
    """Weights, biases and connections, with the kept epoch's parameters."""
    density: float
    """Share of all possible edges that exist."""
    epochs: tuple[EpochFigures, ...]
    """Figures of every epoch."""
    kept_epoch: int
    """The epoch, from 0, whose parameters are kept: the best on the validation samples."""
    test_accuracy: float | None
    """Share of correct predictions of the test samples with them; None without any."""

    @property
    def title(self) -> str:
        """See Shown."""
        tested = f", test accuracy {percent(self.test_accuracy)} %" if self.test_accuracy else ""
        return (
            f"{self.name}: density {100 * self.density:.3g} %, {self.model.trainable} "
            f"parameters, epoch {self.kept_epoch + 1} kept{tested}"
        )

    def tables(self) -> Sequence[Table]:
        """See Shown."""
        rows = [
            (
                each.epoch + 1,
                f"{each.loss:.3f}",
                percent(each.train_accuracy),
                percent(each.validation_accuracy),
            )
            for each in self.epochs
        ]
        return (Table(("epoch", "loss", "train %", "validation %"), rows, text=()),)

    def plot(self) -> Picture:
        """Loss and accuracies over the epochs."""
        return Picture(epochs_figure(self.name, self.epochs))


def run_fit(name: str, fit: NetworkFit) -> FloatFit:
    """Train to the end, or to Ctrl-C behind at least one epoch."""
    with ProgressBar(fit.work, unit="sample") as bar:
        _finished(fit.epochs(bar.update))
    result = fit.finish()
    return FloatFit(
        name=name,
        model=fit.model,
        density=fit.model.density,
        epochs=result.epochs,
        kept_epoch=result.kept_epoch,
        test_accuracy=result.test_accuracy,
    )
