"""One training as a task: the figures are those of training by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from software_ref.connections.network_patterns import network_patterns
from software_ref.connections.scatter import scatter_vector
from software_ref.experiments.data_spec import DataSpec, load_data
from software_ref.experiments.difficulty_task import DifficultyTask
from software_ref.experiments.training_task import TrainingTask
from software_ref.mlp.model import MlpModel
from software_ref.mlp.options import MlpOptions
from software_ref.mlp.trainer import MlpTrainer, samples_of

DATA = DataSpec(name="digits", train=600, test=100, validation=100)
TASK = TrainingTask(
    data=DATA,
    layers=(64, 40, 10),
    out_degree=(10, 5),
    kind="structured",
    options=MlpOptions(epochs=3, batch=32, rate=5e-3, seed=4),
)


def test_the_figures_are_those_of_training_by_hand() -> None:
    figures = TASK.run(None)
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    patterns = network_patterns("structured", TASK.layers, TASK.out_degree, seed=4)
    model = MlpModel(patterns, TASK.options)
    dataset = load_data(DATA, None)
    assert (len(dataset.y_train), len(dataset.y_validation), len(dataset.y_test)) == (500, 100, 100)
    trainer = MlpTrainer(
        model, samples_of(dataset, "train", model), samples_of(dataset, "validation", model)
    )
    history = list(trainer.epochs())
    trainer.restore_best()
    assert figures["loss"] == [each.loss for each in history]
    assert figures["best_epoch"] == trainer.best_epoch
    assert figures["test_accuracy"] == trainer.accuracy(samples_of(dataset, "test", model))
    assert figures["test_accuracy"] > 0.5
    assert figures["density"] == (64 * 10 + 40 * 5) / (64 * 40 + 40 * 10)
    assert figures["trainable"] == 64 * 10 + 40 * 5 + 50
    assert figures["scatter"] == {each.name: each.value for each in scatter_vector(patterns)}
    for junction, histogram in enumerate(figures["weights"]):
        weights = np.abs(model.kernels[junction].edge_weights)
        assert sum(histogram["counts"]) == len(weights)
        assert histogram["largest"] == weights.max()
        assert histogram["below_tenth"] == (weights < weights.max() / 10).mean()


def test_the_best_epoch_is_tested_and_not_the_last() -> None:
    task = replace(TASK, options=replace(TASK.options, epochs=12, rate=0.05))
    figures = task.run(None)
    best, accuracies = figures["best_epoch"], figures["validation_accuracy"]
    assert accuracies[best] == max(accuracies) > accuracies[-1]
    # Trained no further than that, a network has the same weights.
    shorter = replace(task, options=replace(task.options, epochs=best + 1)).run(None)
    for name in ("test_accuracy", "weights", "best_epoch"):
        assert figures[name] == shorter[name]


def test_seeds_draw_weights_and_connections() -> None:
    other = replace(TASK, options=replace(TASK.options, seed=5))
    assert not np.array_equal(TASK.patterns()[0].left_neurons, other.patterns()[0].left_neurons)
    assert TASK.run(None)["loss"] != other.run(None)["loss"]


def test_swaps_lead_from_local_to_unplanned_connections() -> None:
    local = replace(TASK, kind="local", out_degree=(5, 5))
    swapped = replace(local, swaps=1.0)
    scatter = [
        min(each.value for each in scatter_vector(task.patterns())) for task in (local, swapped)
    ]
    assert scatter[0] < scatter[1] < 1
    for pattern, degrees in zip(swapped.patterns(), local.patterns(), strict=True):
        assert np.array_equal(pattern.out_degrees, degrees.out_degrees)
        assert np.array_equal(pattern.in_degrees, degrees.in_degrees)


def test_reduced_data_are_loaded_once_and_kept() -> None:
    spec = replace(DATA, reduce=("pca", 16))
    dataset = load_data(spec, None)
    assert dataset.features == 16
    assert load_data(replace(spec), None) is dataset


def test_components_of_little_variance_stay_small_beside_the_first(tmp_path: Path) -> None:
    """Classes differ in two directions; the noise of forty others must not drown them."""
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 4, 700)
    x = np.clip(rng.normal(0.5, 0.02, (700, 42)), 0, 1)
    x[:, :2] = 0.35 + 0.3 * np.stack([labels // 2, labels % 2], axis=1)
    x[:, :2] += rng.normal(0, 0.04, (700, 2))
    np.savez(
        tmp_path / "noisy.npz",
        x_train=x[:100],
        y_train=labels[:100],
        x_test=x[100:],
        y_test=labels[100:],
    )
    task = TrainingTask(
        data=DataSpec(name="noisy.npz", reduce=("pca", 42)),
        layers=(42, 40, 4),
        out_degree=(40, 4),
        kind="fully_connected",
        options=MlpOptions(epochs=30, batch=20, rate=5e-3),
    )
    assert task.run(tmp_path)["test_accuracy"] > 0.95


def test_difficulty_is_a_task_too() -> None:
    figures = DifficultyTask(data=DATA).run(None)
    assert set(figures) == {"v_lower", "v_upper", "v_dist", "v_thresh"}
    assert figures["v_lower"] <= figures["v_upper"]


def test_classes_of_one_centroid_have_no_difficulty(tmp_path: Path) -> None:
    x, y = np.tile([[0.0], [1.0]], (4, 1)), np.arange(8) // 2 % 2
    np.savez(tmp_path / "same.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    with pytest.raises(ValueError, match=r"no two classes may have the same centroid$"):
        DifficultyTask(data=DataSpec(name="same.npz")).run(tmp_path)


def test_impossible_degrees_are_refused() -> None:
    with pytest.raises(ValueError, match="out_degree of junction 1 must"):
        replace(TASK, out_degree=(7, 5)).run(None)


def test_without_test_samples_nothing_is_trained(tmp_path: Path) -> None:
    x, y = np.tile([[0.0], [1.0]], (4, 1)), np.arange(8) % 2
    np.savez(tmp_path / "untested.npz", x_train=x, y_train=y, x_test=x[:0], y_test=y[:0])
    task = replace(TASK, data=DataSpec(name="untested.npz"))
    with pytest.raises(ValueError, match=r"^untested\.npz: there must be test samples to compare"):
        task.run(tmp_path)
