"""One training of one network on one data set: the task that most experiments are made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from software_ref.connections.network_patterns import network_patterns
from software_ref.connections.pattern import SparsePattern
from software_ref.connections.planned import rewired
from software_ref.connections.scatter import scatter_vector
from software_ref.experiments.data_spec import DataSpec, load_data
from software_ref.mlp.model import MlpModel
from software_ref.mlp.options import MlpOptions
from software_ref.mlp.trainer import MlpTrainer, samples_of

__all__ = ["TrainingTask"]

HISTOGRAM_BINS = 81


@dataclass(frozen=True, kw_only=True)
class TrainingTask:
    """A network, its data and its training; `options.seed` also draws the connections."""

    data: DataSpec
    """Samples."""
    layers: tuple[int, ...]
    """Neurons N_0 .. N_L; inputs without a feature are 0."""
    out_degree: tuple[int, ...]
    """Edges leaving each left neuron, d_out_1 .. d_out_L; for "random" the mean of it."""
    kind: str
    """Kind of connections, see `network_patterns`."""
    options: MlpOptions
    """Model and training."""
    parallelism: tuple[int, ...] | None = None
    """z_1 .. z_L, for "clash_free" patterns."""
    swaps: float = 0.0
    """Pairs of edges swapped at random afterwards, as a multiple of a junction's edges."""

    @property
    def data_key(self) -> str:
        """Equal for tasks that load the same data."""
        return self.data.key

    def patterns(self) -> tuple[SparsePattern, ...]:
        """The connections of every junction."""
        seed = self.options.seed
        patterns = network_patterns(
            self.kind, self.layers, self.out_degree, parallelism=self.parallelism, seed=seed
        )
        if not self.swaps:
            return patterns
        return tuple(
            # The 2 keeps the stream apart from the one that drew the pattern.
            rewired(pattern, round(self.swaps * pattern.edges), np.random.default_rng([seed, i, 2]))
            for i, pattern in enumerate(patterns, start=1)
        )

    def run(self, data_dir: Path | None) -> dict[str, Any]:
        """Train, keep the epoch of the best validation accuracy, and test it."""
        dataset = load_data(self.data, data_dir)
        if not len(dataset.y_test):
            raise ValueError(f"{dataset.name}: there must be test samples to compare networks by")
        model = MlpModel(self.patterns(), self.options)
        trainer = MlpTrainer(
            model,
            samples_of(dataset, "train", model),
            samples_of(dataset, "validation", model),
            dataset.classes,
        )
        for _ in trainer.epochs():
            pass
        trainer.restore_best()
        history = trainer.history
        return {
            "density": model.density,
            "junction_density": [pattern.density for pattern in model.patterns],
            "trainable": model.trainable,
            "epochs": len(history),
            "best_epoch": trainer.best_epoch,
            "loss": [each.loss for each in history],
            "train_accuracy": [each.train_accuracy for each in history],
            "validation_accuracy": [each.validation_accuracy for each in history],
            "test_accuracy": trainer.accuracy(samples_of(dataset, "test", model)),
            "training_seconds": sum(each.seconds for each in history),
            "scatter": {each.name: each.value for each in scatter_vector(model.patterns)},
            "weights": [_histogram(kernel.edge_weights) for kernel in model.kernels],
        }


def _histogram(weights: np.typing.NDArray[np.floating]) -> dict[str, Any]:
    """Counts of a junction's weights in equal bins from -max |w| to max |w|, and their spread."""
    largest = float(np.abs(weights).max())
    counts, _ = np.histogram(weights, bins=HISTOGRAM_BINS, range=(-largest, largest))
    return {
        "largest": largest,
        "deviation": float(weights.std()),
        "counts": counts.tolist(),
        "below_tenth": float((np.abs(weights) < largest / 10).mean()),
    }
