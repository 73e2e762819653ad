"""Training curves: accuracy over epochs of several trainers, in one picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from software_ref.atomic_file import atomic_file
from software_ref.training import EpochResult

__all__ = ["draw_curves"]

MARKERS = ("o", "x", "+", "s", "^")
"""Open and crossing markers, so that curves that agree can be seen to lie on one another."""


def draw_curves(path: Path, title: str, curves: Mapping[str, Sequence[EpochResult]]) -> None:
    """Draw training and test accuracy over epochs into a PNG, written whole or not at all.

    Parameters
    ----------
    path : Path
        The PNG.
    title : str
        Heading of the picture.
    curves : mapping
        Results by the trainer's name, in the order of the legend.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9, 4), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    panels = figure.subplots(1, 2, sharex=True)
    for panel, (label, attribute) in zip(
        panels,
        (("training stream, last 1,000", "train_accuracy"), ("test set", "test_accuracy")),
        strict=True,
    ):
        for marker, (name, results) in zip(MARKERS, curves.items(), strict=False):
            points = [
                (result.epoch + 1, 100 * getattr(result, attribute))
                for result in results
                if getattr(result, attribute) is not None
            ]
            if points:
                epochs, accuracies = zip(*points, strict=True)
                panel.plot(
                    epochs, accuracies, marker=marker, markersize=9, fillstyle="none", label=name
                )
        panel.set_title(label)
        panel.set_xlabel("epoch")
        panel.set_ylabel("accuracy, %")
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
        panel.grid(alpha=0.3)
        panel.legend()
    with atomic_file(path) as unfinished:
        figure.savefig(unfinished, format="png", dpi=120)
