"""Predictions one by one: label, prediction and raw outputs of every sample, and their CSV file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from software_ref.confusion import Confusion
from software_ref.console.atomic_file import atomic_file
from software_ref.golden.inference import output_activations
from software_ref.golden.parameters import Parameters
from software_ref.golden.samples import Progress

__all__ = ["Predictions"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Predictions:
    """What a network makes of n samples."""

    labels: NDArray[np.int64]
    """Classes that the samples are of: int64 (n,)."""
    predictions: NDArray[np.int64]
    """Classes predicted: int64 (n,)."""
    classes: int
    """Classes that compete."""
    class_names: tuple[str, ...] = ()
    """What the first of them are called; the others have their numbers."""
    indices: NDArray[np.int64] | None = None
    """Numbers of the samples in their data set, from 0: int64 (n,); None: 0 .. n - 1."""
    outputs: NDArray[np.int64] | None = None
    """Raw activations of the outputs that compete: int64 (n, classes); None where nobody asked the
    outputs, as in hardware, whose core gives the class alone."""

    def __post_init__(self) -> None:
        for name in ("predictions", "indices", "outputs"):
            column = getattr(self, name)
            if column is not None and len(column) != len(self.labels):
                raise ValueError(
                    f"{name} must be as many as the {len(self.labels)} labels, not {len(column)}"
                )

    @classmethod
    def of(
        cls,
        parameters: Parameters,
        features: NDArray[np.integer],
        labels: NDArray[np.integer],
        *,
        class_names: tuple[str, ...] = (),
        progress: Progress | None = None,
    ) -> Predictions:
        """The golden model's, with raw outputs.

        Parameters
        ----------
        parameters : Parameters
            Weights and biases, with their network.
        features
            Raw inputs in [0, 2**f]: integers (n, N_0).
        labels
            Classes: integers (n,).
        class_names : tuple of str
            What the first classes are called.
        progress : callable, optional
            Called with the number of samples since its last call.

        Raises
        ------
        TypeError, ValueError
            As `output_activations`.
        """
        outputs = output_activations(parameters, features, progress=progress)
        competing = outputs[:, : parameters.network.competing]
        return cls(
            labels=np.asarray(labels, np.int64),
            predictions=competing.argmax(axis=1),
            classes=parameters.network.competing,
            class_names=class_names,
            outputs=competing,
        )

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether the prediction is the label: bool (n,)."""
        return np.equal(self.predictions, self.labels)

    @property
    def accuracy(self) -> float | None:
        """Share of correct predictions; None without samples."""
        return float(self.correct.mean()) if len(self.labels) else None

    @property
    def confusion(self) -> Confusion:
        """How often each class was taken for each."""
        return Confusion.count(self.labels, self.predictions, self.classes, self.class_names)

    def write_csv(self, path: Path) -> None:
        """Write a line for each sample: index, label, prediction, and the raw outputs if known.

        Raises
        ------
        OSError
            The file cannot be written.
        """
        indices = np.arange(len(self.labels)) if self.indices is None else self.indices
        columns = [indices, self.labels, self.predictions]
        names = ["index", "label", "prediction"]
        if self.outputs is not None:
            columns += list(self.outputs.T)
            names += [f"output_{k}" for k in range(self.outputs.shape[1])]
        with atomic_file(path) as unfinished, unfinished.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(names)
            writer.writerows(zip(*(column.tolist() for column in columns), strict=True))
