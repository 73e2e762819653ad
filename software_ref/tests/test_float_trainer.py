"""The float reference against dense SGD, and against the golden trainer."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from software_ref.activation import Activation
from software_ref.connections.clash_free import generate_pattern
from software_ref.fixed_point import FixedFormat
from software_ref.float_trainer import FloatTrainer
from software_ref.golden import GoldenTrainer, initial_parameters, initial_weight_values
from software_ref.network import Network

Dense = list[NDArray[np.float64]]


def _network(hidden: str = "sigmoid", cap: float | None = None) -> Network:
    return Network(
        layers=(12, 6, 8, 4),
        out_degree=(3, 4, 2),
        parallelism=(4, 3, 2),
        classes=3,
        activation=Activation(hidden=hidden, relu_cap=cap),
        format=FixedFormat(integer=3, fraction=12),
    )


def _samples(network: Network, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(2)
    features = rng.integers(0, network.format.one + 1, (count, network.layers[0]))
    return features, rng.integers(0, network.competing, count)


def _dense(network: Network, weights: tuple[NDArray[np.floating], ...]) -> tuple[Dense, Dense]:
    """Matrices (N_i, N_{i-1}) of the weights and of where edges are."""
    matrices, masks = [], []
    for shape, values in zip(network.junctions, weights, strict=True):
        left = generate_pattern(shape, network.connections).left_neurons
        matrix, mask = np.zeros((2, shape.right, shape.left))
        for edge, value in enumerate(values):
            matrix[edge // shape.in_degree, left[edge]] = value
            mask[edge // shape.in_degree, left[edge]] = 1
        matrices.append(matrix)
        masks.append(mask)
    return matrices, masks


@pytest.mark.parametrize(("hidden", "cap"), [("sigmoid", None), ("relu", None), ("relu", 0.25)])
def test_equals_masked_dense_sgd(hidden: str, cap: float | None) -> None:
    network = _network(hidden, cap)
    features, labels = _samples(network, 40)
    trainer = FloatTrainer(network, initial_weight_values(network, 1))
    matrices, masks = _dense(network, trainer.weights)
    biases = [np.zeros(shape.right) for shape in network.junctions]
    train = np.arange(40) % 5 != 0
    result = trainer.run(features, labels, train, 2)
    predictions = []
    for x, label, trains in zip(features / network.format.one, labels, train, strict=True):
        activations, slopes = [x], []
        for i, (matrix, bias) in enumerate(zip(matrices, biases, strict=True)):
            s = matrix @ activations[-1] + bias
            if hidden == "relu" and i < 2:
                top = np.inf if cap is None else cap
                activations.append(np.clip(s, 0, top))
                slopes.append(((s > 0) & (s <= top)).astype(float))
            else:
                activations.append(1 / (1 + np.exp(-s)))
                slopes.append(activations[-1] * (1 - activations[-1]))
        predictions.append(int(np.argmax(activations[-1][:3])))
        if not trains:
            continue
        deltas = [activations[-1] - (np.arange(4) == label)]
        for i in (2, 1):
            deltas.insert(0, matrices[i].T @ deltas[0] * slopes[i - 1])
        for i, delta in enumerate(deltas):
            matrices[i] -= 0.25 * np.outer(delta, activations[i]) * masks[i]
            biases[i] -= 0.25 * delta
    assert result.predictions.tolist() == predictions
    assert (result.correct == (result.predictions == labels)).all()
    for i, matrix in enumerate(_dense(network, trainer.weights)[0]):
        np.testing.assert_allclose(matrix, matrices[i], atol=1e-12)
        np.testing.assert_allclose(trainer.biases[i], biases[i], atol=1e-12)
    streamed = trainer.run(features, labels, train=False)
    assert streamed.first == 40
    assert trainer.infer(features).tolist() == streamed.predictions.tolist()


@pytest.mark.parametrize("hidden", ["sigmoid", "relu"])
def test_stays_near_the_golden_trainer_without_lag(hidden: str) -> None:
    network = _network(hidden)
    features, labels = _samples(network, 30)
    golden = GoldenTrainer(network, initial_parameters(network, 1), (2, 1, 0))
    single = FloatTrainer(network, initial_weight_values(network, 1), dtype=np.float32)
    double = FloatTrainer(network, initial_weight_values(network, 1))
    assert double.parameters == golden.parameters
    for n in range(30):  # a drain after every sample leaves no lag
        golden.run(features[n : n + 1], labels[n : n + 1], rate_exponent=2)
    single.run(features, labels, rate_exponent=2)
    double.run(features, labels, rate_exponent=2)
    assert single.weights[0].dtype == np.float32
    for i in range(3):
        np.testing.assert_allclose(single.weights[i], double.weights[i], atol=1e-5)
        near = golden.parameters.weights[i] / network.format.one
        np.testing.assert_allclose(near, double.weights[i], atol=0.01)


def test_huge_sums_do_not_warn() -> None:
    network = Network(layers=(2, 2), out_degree=(2,), parallelism=(1,))
    trainer = FloatTrainer(network, [np.array([-1e6, -1e6, 1e6, 1e6])])
    assert trainer.run([[256, 256]], [1]).predictions.tolist() == [1]
    assert trainer.infer([[256, 256]]).tolist() == [1]


def test_wrong_arguments_are_refused() -> None:
    network = Network(layers=(2, 2), out_degree=(2,), parallelism=(1,))
    for weights, message in [
        ([], "weights must have one array for each of the 1 junctions, not 0"),
        ([np.zeros(3)], "weights of junction 1 must have shape (4,), not (3,)"),
    ]:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            FloatTrainer(network, weights)
    with pytest.raises(ValueError, match=r"^dtype must be numpy\.float64 or numpy\.float32, not "):
        FloatTrainer(network, [np.zeros(4)], dtype=np.int64)  # type: ignore[arg-type]
    trainer = FloatTrainer(network, [np.zeros(4)])
    with pytest.raises(ValueError, match=r"^label of sample 0 must be below 2, not 7$"):
        trainer.run([[0, 0]], [7])
