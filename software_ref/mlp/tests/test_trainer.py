"""Minibatch training: it learns, keeps to its edges, stops early and resumes bit for bit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from software_ref.connections.network_patterns import network_patterns
from software_ref.datasets import Dataset, load_dataset
from software_ref.datasets.dataset import SPLITS
from software_ref.mlp.kernels import EdgeKernel, choose_kernel
from software_ref.mlp.model import MlpModel
from software_ref.mlp.options import MlpOptions
from software_ref.mlp.rate import RateSchedule
from software_ref.mlp.trainer import MlpTrainer, Samples, samples_of

LAYERS, DEGREES = (64, 40, 10), (10, 5)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits", options={}, data_dir=None, base_dir=None)


def trainer_of(
    digits: Dataset,
    kind: str = "structured",
    kernel: Any = choose_kernel,
    validation: bool = True,
    **settings: Any,
) -> MlpTrainer:
    options = MlpOptions(**{"batch": 32, "rate": 5e-3, "epochs": 3, **settings})
    model = MlpModel(network_patterns(kind, LAYERS, DEGREES, seed=1), options, kernel)
    return MlpTrainer(
        model,
        samples_of(digits, "train", model),
        samples_of(digits, "test", model) if validation else None,
    )


def test_a_sparse_network_learns_the_digits(digits: Dataset) -> None:
    trainer = trainer_of(digits, epochs=20, schedule=RateSchedule(kind="cosine"))
    history = list(trainer.epochs())
    assert history == trainer.history
    assert [each.epoch for each in history] == list(range(20))
    assert history[-1].loss < history[0].loss / 5
    assert trainer.validation is not None
    assert trainer.accuracy(trainer.validation) > 0.93
    assert history[-1].validation_accuracy == trainer.accuracy(trainer.validation)


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("kind", ["structured", "random"])
def test_only_edges_that_exist_are_ever_updated(digits: Dataset, optimiser: str, kind: str) -> None:
    trainer = trainer_of(digits, kind, optimiser=optimiser, l2=1e-3, rate=1e-2)
    before = [kernel.weights.copy() for kernel in trainer.model.kernels]
    list(trainer.epochs())
    for kernel, old in zip(trainer.model.kernels, before, strict=True):
        absent = kernel.pattern.biadjacency == 0
        assert absent.any()
        assert not kernel.weights[absent].any()
        # Pixels that are 0 in every sample leave their edges where the penalty alone moves them.
        assert (kernel.weights != old)[~absent].mean() > 0.9


def test_both_kernels_train_alike(digits: Dataset) -> None:
    dense = trainer_of(digits, dtype="float64")
    edges = trainer_of(digits, kernel=EdgeKernel, dtype="float64")
    for a, b in zip(dense.epochs(), edges.epochs(), strict=True):
        assert a.loss == pytest.approx(b.loss, rel=1e-9)
        assert a.train_accuracy == b.train_accuracy


def test_equal_seeds_give_equal_bits_and_others_do_not(digits: Dataset) -> None:
    weights = []
    for seed in (1, 1, 2):
        trainer = trainer_of(digits, epochs=1, seed=seed)
        list(trainer.epochs())
        weights.append(trainer.model.kernels[0].weights.copy())
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
def test_a_resumed_training_gives_the_bits_of_an_uninterrupted_one(
    digits: Dataset, optimiser: str
) -> None:
    whole = trainer_of(digits, optimiser=optimiser, epochs=4)
    list(whole.epochs())
    first = trainer_of(digits, optimiser=optimiser, epochs=4)
    epochs = first.epochs()
    next(epochs), next(epochs)
    state = first.state()
    next(epochs)  # a state is a copy: training on does not change it
    second = trainer_of(digits, optimiser=optimiser, epochs=4)
    second.restore(state)
    assert [each.epoch for each in second.epochs()] == [2, 3]
    assert [each.epoch for each in second.history] == [0, 1, 2, 3]
    assert [e.seconds for e in second.history[:2]] == [e.seconds for e in first.history[:2]]
    assert_same_state(second, whole)
    second.restore_best()
    whole.restore_best()
    assert_same_state(second, whole)


def test_a_resumed_training_goes_on_with_the_rate_the_best_epoch_and_the_inputs(
    digits: Dataset,
) -> None:
    settings: dict[str, Any] = {
        "epochs": 40,
        "patience": 5,
        "rate": 0.05,
        "schedule": RateSchedule(kind="plateau", factor=0.5, every=2),
    }
    whole = trainer_of(digits, **settings)
    epochs = whole.epochs()
    while whole.best_epoch is None or len(whole.history) - 1 - whole.best_epoch < 3:
        next(epochs)
    state = whole.state()
    best, rate = whole.best_epoch, whole.rate(len(whole.history))
    assert rate < 0.05
    shifted = np.asarray(state["input_mean"], np.float32) + np.float32(1 / 64)
    second = trainer_of(digits, **settings)
    second.restore(state | {"input_mean": shifted})
    assert (second.best_epoch, second.rate(len(second.history))) == (best, rate)
    assert np.array_equal(second.inputs.mean, shifted)
    second.restore(state)
    list(epochs), list(second.epochs())
    for trainer in (whole, second):
        trainer.restore_best()
    for a, b in zip(whole.model.parameters, second.model.parameters, strict=True):
        assert np.array_equal(a, b)


def assert_same_state(ours: MlpTrainer, theirs: MlpTrainer) -> None:
    """Compare all that training goes on from, and the figures of every epoch but their seconds."""
    figures = [[replace(each, seconds=0.0) for each in t.history] for t in (ours, theirs)]
    assert figures[0] == figures[1]
    states = [trainer.state() | {"history": np.zeros(0)} for trainer in (ours, theirs)]
    assert states[0].keys() == states[1].keys()
    for name, array in states[0].items():
        assert np.array_equal(array, states[1][name]), name


def test_a_state_of_another_network_is_refused(digits: Dataset) -> None:
    trainer = trainer_of(digits)
    state = trainer.state()
    del state["parameter_1"]
    with pytest.raises(ValueError, match=r"^state must have the array parameter_1$"):
        trainer.restore(state)
    state = trainer.state()
    state["parameter_3"] = np.zeros(11)
    with pytest.raises(ValueError, match=r"^parameter_3 of the state must have shape \(10,\)"):
        trainer.restore(state)


def samples(count: int, outputs: int = 10) -> Samples:
    rng = np.random.default_rng(4)
    return Samples(
        features=rng.random((count, 64)).astype(np.float32), labels=rng.integers(0, outputs, count)
    )


def test_early_stopping_waits_for_its_patience_and_keeps_the_best(digits: Dataset) -> None:
    trainer = trainer_of(digits, epochs=50, patience=3, rate=0.05)
    accuracies, weights = [], []
    for figures in trainer.epochs():
        accuracies.append(figures.validation_accuracy or 0.0)
        weights.append(trainer.model.kernels[0].weights.copy())
    assert len(trainer.history) < 50
    best = accuracies.index(max(accuracies))
    assert trainer.best_epoch == best
    assert len(accuracies) - 1 - best == 3
    resumed = trainer_of(digits, epochs=50, patience=3, rate=0.05)
    resumed.restore(trainer.state())
    assert list(resumed.epochs()) == []  # the epochs without a better one before count, too
    for each in (trainer, resumed):
        each.restore_best()
        assert np.array_equal(each.model.kernels[0].weights, weights[best])
    assert trainer.validation is not None
    assert trainer.accuracy(trainer.validation) == accuracies[best]


def test_a_network_that_only_its_loss_shows_to_learn_is_not_stopped(digits: Dataset) -> None:
    # The rate is so low that one class is answered for all samples, epoch after epoch.
    trainer = trainer_of(digits, epochs=6, patience=1, rate=1e-7, optimiser="sgd", dtype="float64")
    history = list(trainer.epochs())
    assert len({each.validation_accuracy for each in history}) == 1
    losses = [each.validation_loss or 0.0 for each in history]
    assert losses == sorted(losses, reverse=True)
    assert trainer.best_epoch == len(history) - 1 == 5


def small_features(digits: Dataset) -> Dataset:
    """The digits in a hundredth of the range, around one half."""
    changed = {f"x_{split}": 0.5 + getattr(digits, f"x_{split}") / 100 for split in SPLITS}
    return replace(digits, **changed)


def test_small_features_around_one_half_train_as_others_do(digits: Dataset) -> None:
    small = small_features(digits)
    accuracies = []
    for dataset, centre in ((digits, True), (small, True), (small, False)):
        trainer = trainer_of(dataset, epochs=10, centre=centre)
        list(trainer.epochs())
        assert trainer.validation is not None
        accuracies.append(trainer.accuracy(trainer.validation))
    assert accuracies[0] > 0.93
    assert accuracies[1] == pytest.approx(accuracies[0], abs=0.015)
    assert accuracies[2] < 0.7


def test_the_map_is_fitted_on_the_training_samples_alone(digits: Dataset) -> None:
    trainer = trainer_of(digits)
    assert np.allclose(trainer.inputs(trainer.train.features).mean(axis=0), 0, atol=1e-5)
    doubled = trainer_of(replace(digits, x_test=digits.x_test / 2))
    assert np.array_equal(doubled.inputs.mean, trainer.inputs.mean)
    assert doubled.inputs.scale == trainer.inputs.scale
    plain = trainer_of(digits, centre=False).inputs
    assert plain.scale == 1.0
    assert not plain.mean.any()


def test_without_validation_the_last_parameters_stay(digits: Dataset) -> None:
    trainer = trainer_of(digits, validation=False)
    history = list(trainer.epochs())
    last = trainer.model.kernels[0].weights.copy()
    trainer.restore_best()
    assert np.array_equal(trainer.model.kernels[0].weights, last)
    assert {each.validation_accuracy for each in history} == {None}


def test_progress_counts_every_sample(digits: Dataset) -> None:
    seen: list[int] = []
    trainer = trainer_of(digits, epochs=1, batch=100)
    list(trainer.epochs(seen.append))
    assert sum(seen) == len(trainer.train)
    assert seen[0] == 100


def test_pixels_count_in_256ths_and_missing_inputs_are_0() -> None:
    pixels = np.array([[0, 128, 255]], np.uint8)
    labels = np.zeros(1, np.int64)
    dataset = Dataset(
        name="pixels",
        x_train=pixels,
        y_train=labels,
        x_test=pixels,
        y_test=labels,
        classes=2,
        provenance="made here",
    )
    model = MlpModel(network_patterns("fully_connected", (5, 2), (2,)), MlpOptions())
    found = samples_of(dataset, "train", model)
    assert found.features.tolist() == [[0, 0.5, 255 / 256, 0, 0]]
    small = MlpModel(network_patterns("fully_connected", (2, 2), (2,)), MlpOptions())
    with pytest.raises(ValueError, match="at least the 3 features of pixels, not 2"):
        samples_of(dataset, "train", small)
    narrow = MlpModel(network_patterns("fully_connected", (3, 1), (1,)), MlpOptions())
    with pytest.raises(ValueError, match="at least the 2 classes of pixels, not 1"):
        samples_of(dataset, "train", narrow)


def test_wrong_samples_are_refused(digits: Dataset) -> None:
    model = trainer_of(digits).model
    with pytest.raises(ValueError, match=r"^train must hold at least one sample, not 0$"):
        MlpTrainer(model, samples(0))
    with pytest.raises(ValueError, match=r"^labels must be below the 10 outputs, not 1[0-9]$"):
        MlpTrainer(model, samples(50, outputs=20))
    patient = trainer_of(digits, patience=2).model
    with pytest.raises(ValueError, match=r"^patience must come with validation samples"):
        MlpTrainer(patient, samples(5))
    waiting = trainer_of(digits, schedule=RateSchedule(kind="plateau", factor=0.5)).model
    with pytest.raises(
        ValueError,
        match=r'^schedule "plateau" must come with validation samples, of which there are none$',
    ):
        MlpTrainer(waiting, samples(5))
