"""A picture of a minibatch training: loss and accuracies over the epochs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from software_ref.curves import series_figure
from software_ref.mlp.epoch_figures import EpochFigures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["epochs_figure"]


def epochs_figure(title: str, epochs: Sequence[EpochFigures]) -> Figure:
    """Loss, and accuracies of training and validation samples, over the epochs from 1."""

    def points(name: str, unit: float) -> list[tuple[int, float]]:
        return [
            (each.epoch + 1, unit * getattr(each, name))
            for each in epochs
            if getattr(each, name) is not None
        ]

    return series_figure(
        title,
        {
            "loss, nats": {"training": points("loss", 1)},
            "accuracy, %": {
                "training": points("train_accuracy", 100),
                "validation": points("validation_accuracy", 100),
            },
        },
    )
