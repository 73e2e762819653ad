"""Minibatch training, epoch by epoch, with early stopping and a state to resume from."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.pattern import SparsePattern
from software_ref.datasets.dataset import Dataset, Features, Labels
from software_ref.golden.samples import Progress
from software_ref.mlp.epoch_figures import EpochFigures, progress_of
from software_ref.mlp.input_map import DEVIATION, InputMap
from software_ref.mlp.model import MlpModel
from software_ref.mlp.moves import Moves
from software_ref.mlp.optimiser import Optimiser

__all__ = ["MlpTrainer", "Samples", "samples_of"]

Floats: TypeAlias = NDArray[np.floating]

EVALUATION_BATCH = 4096
HISTORY = ("loss", "train_accuracy", "validation_accuracy", "validation_loss", "seconds")
"""Columns of the history in a state."""
WORTH_SAMPLES = 1000
"""Training samples, the last of the data set, that decide what an edge would be worth."""
PIXEL_VALUES = 256
"""An 8-bit feature p has the value p / 256, as in the hardware."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """Features and labels of one split."""

    features: Floats
    """Values: float (n, N_0)."""
    labels: Labels
    """Classes: int64 (n,)."""

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def digest(self) -> str:
        """A name that only equal samples in the same order share."""
        digest = hashlib.sha256(repr((self.features.shape, str(self.features.dtype))).encode())
        for array in (self.features, self.labels):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def samples_of(dataset: Dataset, split: str, model: MlpModel) -> Samples:
    """One split of a data set as a model takes it.

    Parameters
    ----------
    dataset : Dataset
    split : "train", "validation" or "test"
    model : MlpModel
        Inputs that the data set has no features for are 0.

    Raises
    ------
    ValueError
        The model has fewer inputs than the data set has features, or fewer outputs than classes.
    """
    features: Features = getattr(dataset, f"x_{split}")
    labels: Labels = getattr(dataset, f"y_{split}")
    if dataset.features > model.inputs:
        raise ValueError(
            f"layers must start with at least the {dataset.features} features of {dataset.name}, "
            f"not {model.inputs}"
        )
    if dataset.classes > model.outputs:
        raise ValueError(
            f"layers must end with at least the {dataset.classes} classes of {dataset.name}, "
            f"not {model.outputs}"
        )
    values = np.zeros((len(labels), model.inputs), model.dtype)
    values[:, : dataset.features] = features
    if features.dtype == np.uint8:
        values /= PIXEL_VALUES
    return Samples(features=values, labels=labels)


class MlpTrainer:
    """Trains a model on minibatches; after every epoch its state can be kept and resumed.

    The model sees features through `inputs`, a map fitted on the training samples. Everything here
    takes features as they are; a model that is used by itself must be given mapped ones.

    Epoch t takes the samples in an order drawn from (seed, t) alone, so a resumed training gives
    the bits of an uninterrupted one.

    Parameters
    ----------
    model : MlpModel
        Trained in place, with its own `options`.
    train : Samples
        At least one sample.
    validation : Samples, optional
        Decides on early stopping, and on which epoch's parameters are kept in the end.
    classes : int, optional
        Outputs that compete in a prediction; by default all.
    moves : Moves, optional
        How connections move between epochs; by default they stay.

    Raises
    ------
    ValueError
        There are no training samples, a label is no output of the model, or `patience` or the
        schedule "plateau" is set without validation samples.
    """

    def __init__(
        self,
        model: MlpModel,
        train: Samples,
        validation: Samples | None = None,
        classes: int | None = None,
        moves: Moves | None = None,
    ) -> None:
        if not len(train):
            raise ValueError("train must hold at least one sample, not 0")
        for split in (train, validation):
            if split is not None and len(split) and split.labels.max() >= model.outputs:
                raise ValueError(
                    f"labels must be below the {model.outputs} outputs, not {split.labels.max()}"
                )
        self.model = model
        self.train = train
        self.validation = validation if validation is not None and len(validation) else None
        if self.validation is None:
            for name, waits in (
                ("patience", model.options.patience is not None),
                ('schedule "plateau"', model.options.schedule.kind == "plateau"),
            ):
                if waits:
                    raise ValueError(
                        f"{name} must come with validation samples, of which there are none"
                    )
        self.classes = classes
        self.moves = moves
        """How connections move between epochs; None: they stay."""
        self.drawn = model.patterns
        """Connections before any moved."""
        self.inputs = (
            InputMap.of(train.features, DEVIATION[model.options.hidden])
            if model.options.centre
            else InputMap.identity(model.inputs, model.dtype)
        )
        """What features go through before the first junction."""
        self._mapped: Floats | None = None
        self.optimiser = Optimiser(model.options, model.parameters)
        self.history: list[EpochFigures] = []
        """Figures of every epoch finished."""
        self.best_epoch: int | None = None
        """The epoch that validation prefers to all others; None before one."""
        self._best = [parameter.copy() for parameter in model.parameters]
        self._best_patterns = model.patterns

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or early stopping has ended them."""
        options = self.model.options
        if len(self.history) >= options.epochs:
            return True
        if options.patience is None:
            return False
        recent = progress_of(self.history)[-options.patience :]
        return len(recent) == options.patience and not any(recent)

    def epochs(self, progress: Progress | None = None) -> Iterator[EpochFigures]:
        """Train the epochs that are left, one for each result asked for.

        `progress` is told the number of samples after every minibatch.
        """
        while not self.finished:
            if self.history and self.moves is not None:
                self._move(self.moves)
            figures = self._train_epoch(len(self.history), progress)
            self.history.append(figures)
            self._keep_best(figures)
            yield figures

    def restore_best(self) -> None:
        """Give the model the parameters of `best_epoch`; without validation it keeps its last."""
        if self.best_epoch is not None:
            if self._best_patterns is not self.model.patterns:
                zeros = [np.zeros(each.edges, self.model.dtype) for each in self._best_patterns]
                self._reconnect(self._best_patterns, zeros)
            for parameter, best in zip(self.model.parameters, self._best, strict=True):
                parameter[...] = best

    def accuracy(self, samples: Samples) -> float:
        """Share of correct predictions of the model as it is now."""
        return self._evaluate(samples)[0]

    def _evaluate(self, samples: Samples) -> tuple[float, float]:
        """Share of correct predictions, and mean cross-entropy in nats."""
        correct, loss = 0, 0.0
        for start in range(0, len(samples), EVALUATION_BATCH):
            part = slice(start, start + EVALUATION_BATCH)
            labels = samples.labels[part]
            sums = self.model.forward(self.inputs(samples.features[part]).T)[-1]
            correct += int((sums[: self.classes].argmax(axis=0) == labels).sum())
            loss += self.model.data_loss(sums, labels) * len(labels)
        return correct / len(samples), loss / len(samples)

    def rate(self, epoch: int) -> float:
        """The learning rate of an epoch, from 0, that is finished or comes next."""
        options = self.model.options
        got_on = progress_of(self.history[:epoch])
        return options.rate * options.schedule.at(epoch, options.epochs, got_on)

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Everything that training needs to go on after the last epoch, as arrays by name."""
        arrays: dict[str, NDArray[np.generic]] = {
            "steps": np.array(self.optimiser.steps),
            "best_epoch": np.array(-1 if self.best_epoch is None else self.best_epoch),
            "input_mean": self.inputs.mean.copy(),
            "input_scale": np.array(self.inputs.scale),
            "history": np.array(
                [
                    [
                        np.nan if value is None else value
                        for value in (getattr(each, name) for name in HISTORY)
                    ]
                    for each in self.history
                ]
            ).reshape(-1, len(HISTORY)),
        }
        for name, each in self._arrays().items():
            arrays[name] = each.copy()
        if self.moves is not None:
            for kind, patterns in self._connections().items():
                for i, pattern in enumerate(patterns, start=1):
                    arrays[f"{kind}_{i}"] = pattern.left_neurons.copy()
        return arrays

    def restore(self, state: dict[str, NDArray[np.generic]]) -> None:
        """Go on from a `state` of the same model, options and samples.

        Raises
        ------
        ValueError
            An array is missing or has another shape.
        """
        if self.moves is not None:
            self._restore_connections(state)
        own = self._arrays()
        inputs = {"input_mean": self.inputs.mean, "input_scale": np.array(self.inputs.scale)}
        for name in ("steps", "best_epoch", "history", *inputs, *own):
            if name not in state:
                raise ValueError(f"state must have the array {name}")
        for name, array in {**inputs, **own}.items():
            if state[name].shape != array.shape:
                raise ValueError(
                    f"{name} of the state must have shape {array.shape}, not {state[name].shape}"
                )
        history = np.asarray(state["history"], np.float64)
        if history.ndim != 2 or history.shape[1] != len(HISTORY):
            raise ValueError(
                f"history of the state must have shape (epochs, {len(HISTORY)}), "
                f"not {history.shape}"
            )
        scale = float(state["input_scale"])
        if not scale > 0:
            raise ValueError(f"input_scale of the state must be above 0, not {scale:g}")
        best = int(state["best_epoch"])
        if best >= len(history):
            raise ValueError(
                f"best_epoch of the state must be one of its {len(history)} epochs, not {best}"
            )
        for name, array in own.items():
            array[...] = state[name]
        # Not fitted again: on another machine its last bits could differ.
        self.inputs = InputMap(
            mean=np.asarray(state["input_mean"], self.model.dtype),
            scale=scale,
        )
        self._mapped = None
        self.optimiser.steps = int(state["steps"])
        self.best_epoch = None if best < 0 else best
        self.history = [
            EpochFigures(
                epoch=epoch,
                loss=float(loss),
                train_accuracy=float(train),
                validation_accuracy=None if np.isnan(validation) else float(validation),
                validation_loss=None if np.isnan(validation) else float(validation_loss),
                seconds=float(seconds),
            )
            for epoch, (loss, train, validation, validation_loss, seconds) in enumerate(history)
        ]

    def _connections(self) -> dict[str, tuple[SparsePattern, ...]]:
        """Connections now and of the best epoch, by the names of the state."""
        return {"left": self.model.patterns, "best_left": self._best_patterns}

    def _restore_connections(self, state: dict[str, NDArray[np.generic]]) -> None:
        """Take the connections of a state; the values of their edges follow."""
        found: dict[str, tuple[SparsePattern, ...]] = {}
        for kind in self._connections():
            patterns = []
            for i, drawn in enumerate(self.drawn, start=1):
                name = f"{kind}_{i}"
                if name not in state:
                    raise ValueError(f"state must have the array {name}")
                if state[name].dtype.kind not in "iu":
                    raise ValueError(f"{name} of the state must be integers")
                patterns.append(replace(drawn, left_neurons=state[name].astype(np.int64)))
            found[kind] = tuple(patterns)
        zeros = [np.zeros(each.edges, self.model.dtype) for each in self.drawn]
        self._reconnect(found["left"], zeros)
        self._best_patterns = found["best_left"]

    def _arrays(self) -> dict[str, Floats]:
        """The arrays of the state, by name, that steps change in place."""
        groups = {"parameter": self.model.parameters, "best": self._best}
        for number, moment in enumerate(self.optimiser.moments, start=1):
            groups[f"moment{number}"] = moment
        return {
            f"{kind}_{i}": each for kind, group in groups.items() for i, each in enumerate(group)
        }

    def _train_epoch(self, epoch: int, progress: Progress | None) -> EpochFigures:
        options = self.model.options
        # The 1 keeps the stream apart from the one that draws the weights.
        order = np.random.default_rng([options.seed, 1, epoch]).permutation(len(self.train))
        rate = self.rate(epoch)
        if self._mapped is None:
            self._mapped = self.inputs(self.train.features)
        loss, correct = 0.0, 0
        began = time.perf_counter()
        for start in range(0, len(order), options.batch):
            chosen = order[start : start + options.batch]
            labels = self.train.labels[chosen]
            gradients, sums = self.model.gradients(self._mapped[chosen].T, labels)
            loss += self.model.data_loss(sums, labels) * len(chosen)
            correct += int((sums[: self.classes].argmax(axis=0) == labels).sum())
            self.optimiser.step(gradients, rate)
            if progress is not None:
                progress(len(chosen))
        seconds = time.perf_counter() - began
        validated = (None, None) if self.validation is None else self._evaluate(self.validation)
        return EpochFigures(
            epoch=epoch,
            loss=loss / len(order),
            train_accuracy=correct / len(order),
            validation_accuracy=validated[0],
            validation_loss=validated[1],
            seconds=seconds,
        )

    def _keep_best(self, figures: EpochFigures) -> None:
        if figures.validation_accuracy is None:
            return
        if self.best_epoch is not None and not figures.better_than(self.history[self.best_epoch]):
            return
        self.best_epoch = figures.epoch
        self._best_patterns = self.model.patterns
        for kept, parameter in zip(self._best, self.model.parameters, strict=True):
            kept[...] = parameter

    def _move(self, moves: Moves) -> None:
        """Move connections after the last finished epoch; moved edges start anew from 0."""
        model = self.model
        worth = self._worth() if moves.by_worth else None
        step = moves.step(
            model.patterns,
            [kernel.edge_weights for kernel in model.kernels],
            epoch=len(self.history) - 1,
            epochs=model.options.epochs,
            worth=worth,
        )
        self._reconnect(step.patterns, step.weights, step.moved)

    def _worth(self) -> list[Floats]:
        """Magnitude of the loss's gradient by every weight that could be, over some samples."""
        some = slice(-WORTH_SAMPLES, None)
        features = self.inputs(self.train.features[some]).T
        gradients = self.model.all_gradients(features, self.train.labels[some])
        return [np.abs(each) for each in gradients]

    def _reconnect(
        self,
        patterns: Sequence[SparsePattern],
        weights: Sequence[Floats],
        moved: Sequence[NDArray[np.bool_]] | None = None,
    ) -> None:
        """Take other connections; running means follow their edges, and start anew where moved."""
        model = self.model
        before, junctions = model.kernels, len(patterns)
        groups = [
            [each.of_edges(array) for each, array in zip(before, group, strict=False)]
            for group in self.optimiser.moments
        ]
        biases = [group[junctions:] for group in self.optimiser.moments]
        model.reconnect(patterns, weights)
        moments = []
        for values, rest in zip(groups, biases, strict=True):
            for place, each in enumerate(values):
                if moved is not None:
                    each[moved[place]] = 0
            moments.append(
                [*(k.laid_out(each) for k, each in zip(model.kernels, values, strict=True)), *rest]
            )
        self.optimiser.replace(model.parameters, moments)
