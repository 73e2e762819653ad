"""The C loop that the golden model's speed is held against: the same training as `FloatTrainer`."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.compiled_float import CompiledFloatTrainer
from software_ref.float_trainer import FloatTrainer
from software_ref.golden.parameters import initial_weight_values
from software_ref.network import Network

NETWORKS = (
    Network(layers=(12, 8, 4, 4), out_degree=(2, 2, 4), parallelism=(4, 4, 4), classes=3),
    Network(layers=(12, 6), out_degree=(2,), parallelism=(4,)),
)


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: f"{len(network.layers)} layers")
def test_it_trains_as_the_float_reference_does(network: Network) -> None:
    rng = np.random.default_rng(1)
    features = rng.integers(0, network.format.one, (500, 12))
    features[rng.random(features.shape) < 0.5] = 0
    labels = rng.integers(0, network.competing, 500)
    weights = initial_weight_values(network, 1)
    reference = FloatTrainer(network, weights)
    correct = reference.run(features, labels, True, 1).correct.mean()
    trainer = CompiledFloatTrainer(network, weights)
    # Ties of untrained outputs aside, only the last digits of a float32 can differ.
    assert trainer.run(trainer.values(features), labels, 1) == pytest.approx(correct, abs=0.01)
    for mine, its, before in zip(trainer.weights, reference.weights, weights, strict=True):
        assert np.abs(its - before).max() > 0.1
        np.testing.assert_allclose(mine, its, atol=1e-3)


def test_the_arithmetic_of_the_process_stays_as_it_was() -> None:
    network = NETWORKS[1]
    trainer = CompiledFloatTrainer(network, initial_weight_values(network, 1))
    trainer.run(np.ones((1, 12), np.float32), np.zeros(1, int), 1)
    assert np.full(8, 1e-40, np.float32).sum() > 0  # subnormal
