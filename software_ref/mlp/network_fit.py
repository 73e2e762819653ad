"""Minibatch training of a network file's network: samples, settings, epochs and what is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from software_ref.connections.network_patterns import patterns_of
from software_ref.datasets import Dataset, hold_out, take_test, take_train
from software_ref.datasets.dataset import take_features
from software_ref.golden.edges import own_patterns
from software_ref.golden.samples import Progress
from software_ref.loading import chosen_inputs, load_whole_dataset, notes_on
from software_ref.mlp.epoch_figures import EpochFigures
from software_ref.mlp.model import MlpModel
from software_ref.mlp.moves import ClashFreeMoves, Moves
from software_ref.mlp.options import MlpOptions
from software_ref.mlp.recommended import recommended
from software_ref.mlp.state_file import load_state
from software_ref.mlp.trainer import MlpTrainer, samples_of
from software_ref.network import Network
from software_ref.network_file import NetworkFile

__all__ = ["HOLD_OUT", "FitResult", "NetworkFit", "fit_samples"]

HOLD_OUT = 10
"""Where nobody says how many, one training sample in so many is held out for validation."""


@dataclass(frozen=True, kw_only=True)
class FitResult:
    """What a training came to."""

    epochs: tuple[EpochFigures, ...]
    """Figures of every epoch."""
    kept_epoch: int
    """The epoch, from 0, whose parameters are kept."""
    test_accuracy: float | None
    """Share of correct predictions of the test samples with them; None without any."""


def fit_samples(
    file: NetworkFile, data_dir: Path | None = None, held: int | None = None
) -> Dataset:
    """The file's samples as its inputs take them, with validation samples and all notes.

    Parameters
    ----------
    file : NetworkFile
    data_dir : Path, optional
        The folder that the user named for data.
    held : int, optional
        Training samples for validation, where the data set has none of its own; 0 for none.

    Raises
    ------
    OSError, TypeError, ValueError
        As `load_whole_dataset`; or there are more classes than the network lets compete.
    """
    dataset = load_whole_dataset(file.data, data_dir, file.folder, validation=True)
    notes = notes_on(file, dataset, dataset.y_train[: file.data.train], shuffled=True)
    dataset = replace(dataset, notes=notes)
    inputs = chosen_inputs(file, dataset)
    if inputs is not None:
        dataset = take_features(dataset, inputs)
    if file.data.train is not None:
        dataset = take_train(dataset, file.data.train)
    if file.data.test is not None:
        dataset = take_test(dataset, file.data.test)
    if dataset.classes > file.network.competing:
        raise ValueError(
            f"{file.origin}: [network] classes must be at least the {dataset.classes} of "
            f"{dataset.name}, not {file.network.competing}"
        )
    if len(dataset.y_validation):
        return dataset
    count = len(dataset.y_train) // HOLD_OUT if held is None else held
    return hold_out(dataset, count, seed=file.training.seed) if count else dataset


def moves_of(network: Network, kind: str) -> Moves | None:
    """How the network's own connections move between epochs; those of another kind stay."""
    if network.rewire is None or kind != "clash_free":
        return None
    return ClashFreeMoves(network.rewire, own_patterns(network))


class NetworkFit:
    """One training.

    Parameters
    ----------
    file : NetworkFile
        Gives the sizes and degrees, the hidden activation, the connections and the seed.
    dataset : Dataset
        Training, validation and test samples.
    kind : str
        Connections: one of `PATTERN_KINDS`.
    settings : mapping
        Fields of `MlpOptions` that are not to be as recommended; None stands for that, too.
    resume : Path, optional
        A saved state to go on from.

    Raises
    ------
    OSError, TypeError, ValueError
        For a capped ReLU, for settings that `MlpOptions` or `MlpTrainer` refuse, and as
        `load_state`.
    """

    def __init__(
        self,
        file: NetworkFile,
        dataset: Dataset,
        kind: str = "clash_free",
        settings: Mapping[str, Any] | None = None,
        *,
        resume: Path | None = None,
    ) -> None:
        network = file.network
        if network.activation.relu_cap is not None:
            raise ValueError(
                f"{file.origin}: [activation] relu_cap must be left out for `fit`, whose ReLU has "
                "no cap"
            )
        given = {name: value for name, value in (settings or {}).items() if value is not None}
        hidden = network.activation.hidden
        chosen: dict[str, Any] = {
            **{"hidden": hidden, "seed": file.training.seed},
            **recommended(hidden, len(dataset.y_train), given.get("optimiser")),
            **given,
        }
        self.options = MlpOptions(**chosen)
        with np.errstate(over="ignore"):  # of initial biases, which shows in the first loss
            self.model = MlpModel(patterns_of(network, kind), self.options)
        self.trainer = MlpTrainer(
            self.model,
            samples_of(dataset, "train", self.model),
            samples_of(dataset, "validation", self.model),
            network.competing,
            moves_of(network, kind),
        )
        self._test = samples_of(dataset, "test", self.model)
        if resume is not None:
            load_state(resume, self.trainer)

    @property
    def epochs_left(self) -> int:
        """Epochs to train, where nothing stops it early."""
        return max(0, self.options.epochs - len(self.trainer.history))

    @property
    def work(self) -> int:
        """Samples that they take."""
        return self.epochs_left * len(self.trainer.train)

    def epochs(self, progress: Progress | None = None) -> Iterator[EpochFigures]:
        """Train the epochs that are left, one for each result asked for.

        Raises
        ------
        ValueError
            The epoch has diverged.
        """
        epochs = self.trainer.epochs(progress)
        while True:
            with np.errstate(over="ignore", invalid="ignore"):  # told in one line, below
                figures = next(epochs, None)
            if figures is None:
                return
            self._check_finite(figures)
            yield figures

    def finish(self) -> FitResult:
        """Go back to the best epoch's parameters, and test with them."""
        self.trainer.restore_best()
        history, best = self.trainer.history, self.trainer.best_epoch
        return FitResult(
            epochs=tuple(history),
            kept_epoch=len(history) - 1 if best is None else best,
            test_accuracy=self.trainer.accuracy(self._test) if len(self._test) else None,
        )

    def _check_finite(self, figures: EpochFigures) -> None:
        """Refuse an epoch that has diverged, before its state takes the place of a good one."""
        finite = all(np.isfinite(values).all() for values in self.model.parameters)
        if not (isfinite(figures.loss) and finite):
            raise ValueError(
                f"the training must stay finite, but diverged in epoch {figures.epoch + 1}; lower "
                "rate, l2 or bias"
            )
