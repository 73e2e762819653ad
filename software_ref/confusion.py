"""Confusion matrices: how often each class was taken for each, and every class's accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from software_ref.console.output import percent, table_lines
from software_ref.figure import empty_figure, write_picture

__all__ = ["Confusion", "draw_confusion"]

NUMBERS_UP_TO = 20
"""Classes up to which a picture has the counts in its cells, and the name of every class."""


@dataclass(frozen=True, eq=False)
class Confusion:
    """Counts of predictions by label.

    Raises
    ------
    ValueError
        The counts are no square matrix, there are more names than classes, or a count is negative.
    """

    counts: NDArray[np.int64]
    """Samples of class r that were taken for class c, at [r, c]: int64 (classes, classes)."""
    names: tuple[str, ...] = ()
    """What the first classes are called; the others have their numbers."""

    def __post_init__(self) -> None:
        shape = self.counts.shape
        if len(shape) != 2 or shape[0] != shape[1] or not shape[0]:
            raise ValueError(f"counts must be a square matrix over the classes, not {shape}")
        if (self.counts < 0).any():
            raise ValueError(f"counts must be at least 0, not {self.counts.min()}")
        if len(self.names) > shape[0]:
            raise ValueError(
                f"names must be at most one for each of the {shape[0]} classes, "
                f"not {len(self.names)}"
            )

    @classmethod
    def count(
        cls,
        labels: ArrayLike,
        predictions: ArrayLike,
        classes: int,
        names: Sequence[str] = (),
    ) -> Confusion:
        """Count samples.

        Parameters
        ----------
        labels, predictions
            True and predicted classes: integers (n,), 0 to classes - 1.
        classes : int
            How many there are, 1 or more.
        names : sequence of str
            What the first classes are called.

        Raises
        ------
        ValueError
            The arrays differ in length, or a class does not exist.
        """
        truth, guess = np.asarray(labels, np.int64), np.asarray(predictions, np.int64)
        if truth.shape != guess.shape or truth.ndim != 1:
            raise ValueError(
                f"predictions must be as many as the labels, not {guess.shape} and {truth.shape}"
            )
        for name, values in (("labels", truth), ("predictions", guess)):
            outside = values[(values < 0) | (values >= classes)]
            if len(outside):
                raise ValueError(f"{name} must be 0 to {classes - 1}, not {outside[0]}")
        counts = np.bincount(truth * classes + guess, minlength=classes * classes)
        return cls(counts.reshape(classes, classes), tuple(names))

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.counts)

    @property
    def samples(self) -> int:
        """All samples."""
        return int(self.counts.sum())

    @property
    def accuracy(self) -> float | None:
        """Share of correct predictions; None without samples."""
        return float(self.counts.trace()) / self.samples if self.samples else None

    @property
    def class_accuracy(self) -> tuple[float | None, ...]:
        """The same of each class's samples; None where it has none."""
        return tuple(
            correct / samples if samples else None
            for correct, samples in zip(
                self.counts.diagonal().tolist(), self.counts.sum(axis=1).tolist(), strict=True
            )
        )

    def name(self, number: int) -> str:
        """What a class is called: its name, or its number."""
        return self.names[number] if number < len(self.names) else str(number)

    def most_taken_for(self, number: int) -> int | None:
        """The other class that a class's samples are taken for most often, the first of several.

        None where all of them are right.
        """
        wrong = self.counts[number].copy()
        wrong[number] = 0
        return int(wrong.argmax()) if wrong.any() else None

    def lines(self) -> list[str]:
        """A table of the classes, and of what each is most often taken for."""
        rows = []
        for number, accuracy in enumerate(self.class_accuracy):
            other = self.most_taken_for(number)
            rows.append(
                (
                    self.name(number),
                    int(self.counts[number].sum()),
                    percent(accuracy),
                    "" if other is None else self.name(other),
                    None if other is None else int(self.counts[number, other]),
                )
            )
        return table_lines(
            ("class", "samples", "correct %", "most taken for", "times"), rows, text=(0, 3)
        )

    def document(self) -> dict[str, Any]:
        """All of it as plain values for JSON."""
        return {
            "classes": [self.name(number) for number in range(self.classes)],
            "counts": self.counts.tolist(),
            "samples": self.samples,
            "accuracy": self.accuracy,
            "class_accuracy": list(self.class_accuracy),
        }


def draw_confusion(path: Path, title: str, confusion: Confusion) -> None:
    """Draw the matrix into a file, written whole or not at all.

    Cells are coloured by their share of the label's samples, so that rare classes are seen too.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    counts, classes = confusion.counts, confusion.classes
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    numbered = classes <= NUMBERS_UP_TO
    side = 2.5 + (0.42 * classes if numbered else 6.0)
    figure = empty_figure(side + 1, side)
    axes = figure.subplots()
    picture = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    if numbered:
        names = [confusion.name(number) for number in range(classes)]
        axes.set_xticks(range(classes), names, rotation=45 if max(map(len, names)) > 3 else 0)
        axes.set_yticks(range(classes), names)
        for (row, column), count in np.ndenumerate(counts):
            if count:
                colour = "white" if shares[row, column] > 0.5 else "black"
                axes.text(
                    column, row, str(count), ha="center", va="center", fontsize=7, color=colour
                )
    axes.set_xlabel("prediction")
    axes.set_ylabel("label")
    axes.set_title(title)
    figure.colorbar(picture, ax=axes, label="share of the label's samples")
    write_picture(path, figure)
