"""Dense float networks, found by the objective of the published search tool, as a task."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from math import log10
from pathlib import Path
from typing import Any

from hwgen.search.samples import SearchSamples
from hwgen.search.storage import load_optuna
from software_ref.connections.network_patterns import network_patterns
from software_ref.file_options import DataOptions
from software_ref.mlp import MlpModel, MlpOptions, MlpTrainer
from software_ref.mlp.trainer import samples_of

__all__ = ["WEIGHTS_OF_COST", "DenseSearchTask", "objective"]

WEIGHTS_OF_COST = (0.01, 0.1, 1.0)
"""w_c of the objectives."""
LAYERS, NEURONS = 2, (20, 400)
EPOCHS, PATIENCE, STARTUP = 60, 5, 5


def objective(accuracy: float, parameters: int, ends: Sequence[int], weight: float) -> float:
    """log10(error + w_c cost): cost is parameters over those of the largest such network.

    Parameters
    ----------
    accuracy
        Share of right predictions.
    parameters
        Weights and biases of the network.
    ends
        Features and classes.
    weight
        w_c.
    """
    largest = _parameters((ends[0], *[NEURONS[1]] * LAYERS, ends[1]))
    return log10(max(1e-9, 1 - accuracy + weight * parameters / largest))


def _parameters(layers: Sequence[int]) -> int:
    """Weights and biases of a dense network."""
    return sum(left * right + right for left, right in pairwise(layers))


@dataclass(frozen=True, kw_only=True)
class DenseSearchTask:
    """Dense float networks, by the published objective, within some processor time."""

    data: DataOptions
    """The data set."""
    checksum: int
    """Of its samples."""
    seed: int
    """Of samples held out, weights, order and sampler."""
    number: int
    """Of its w_c among `WEIGHTS_OF_COST`."""
    seconds: float
    """Processor time after which no training begins."""

    @property
    def data_key(self) -> str:
        """See Task."""
        return json.dumps([asdict(self.data), self.seed])

    def run(self, data_dir: Path | None) -> dict[str, Any]:
        """Search: `points` are parameters, validation accuracy and layers of each training."""
        optuna = load_optuna()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        held = SearchSamples(data=self.data, data_dir=data_dir, seed=self.seed).dataset()
        dataset = replace(held, x_validation=held.x_test, y_validation=held.y_test)
        ends = (dataset.features, dataset.classes)
        stream = len(WEIGHTS_OF_COST) * self.seed + self.number
        sampler = optuna.samplers.TPESampler(n_startup_trials=STARTUP, seed=stream)
        study = optuna.create_study(sampler=sampler)
        points: list[tuple[int, float, tuple[int, ...]]] = []
        began = time.process_time()
        while time.process_time() - began < self.seconds:
            trial = study.ask()
            count = trial.suggest_int("layers", 0, LAYERS)
            hidden = [trial.suggest_int(f"neurons_{k}", *NEURONS) for k in range(1, count + 1)]
            rate = trial.suggest_float("rate", 3e-4, 1e-2, log=True)
            batch = trial.suggest_categorical("batch", (32, 64, 128))
            layers = (ends[0], *hidden, ends[1])
            options = MlpOptions(
                epochs=EPOCHS, patience=PATIENCE, rate=rate, batch=batch, seed=self.seed
            )
            model = MlpModel(network_patterns("fully_connected", layers, layers[1:]), options)
            split = [samples_of(dataset, part, model) for part in ("train", "validation")]
            trainer = MlpTrainer(model, *split, dataset.classes)
            accuracies = [each.validation_accuracy for each in trainer.epochs()]
            best, parameters = max(each or 0.0 for each in accuracies), _parameters(layers)
            points.append((parameters, best, layers))
            study.tell(trial, objective(best, parameters, ends, WEIGHTS_OF_COST[self.number]))
        return {"points": points}
