"""The model against numerical gradients and losses written out by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from software_ref.connections.network_patterns import network_patterns
from software_ref.mlp.kernels import DenseKernel, EdgeKernel
from software_ref.mlp.model import MlpModel
from software_ref.mlp.options import MlpOptions

LAYERS, DEGREES = (6, 8, 4), (4, 2)
STEP = 1e-6


def model_of(kind: str = "structured", kernel: Any = DenseKernel, **settings: Any) -> MlpModel:
    options = MlpOptions(dtype="float64", **settings)
    return MlpModel(network_patterns(kind, LAYERS, DEGREES, seed=3), options, kernel)


def batch_of(model: MlpModel, size: int = 5) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rng = np.random.default_rng(7)
    return rng.random((model.inputs, size)), rng.integers(0, model.outputs, size)


@pytest.mark.parametrize("kernel", [DenseKernel, EdgeKernel])
@pytest.mark.parametrize("kind", ["structured", "random", "fully_connected"])
@pytest.mark.parametrize("hidden", ["relu", "sigmoid"])
@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_gradients_are_the_slopes_of_the_loss(
    kernel: Any, kind: str, hidden: str, output: str, l2: float
) -> None:
    model = model_of(kind, kernel, hidden=hidden, output=output, l2=l2, bias=0.1)
    features, labels = batch_of(model)
    gradients, _ = model.gradients(features, labels)
    checked = 0
    for parameter, gradient in zip(model.parameters, gradients, strict=True):
        for place in np.ndindex(parameter.shape):
            if parameter.ndim == 2 and parameter[place] == 0:
                assert gradient[place] == 0  # no edge there
                continue
            before = parameter[place]
            parameter[place] = before + STEP
            above = model.loss(features, labels)
            parameter[place] = before - STEP
            below = model.loss(features, labels)
            parameter[place] = before
            assert gradient[place] == pytest.approx((above - below) / (2 * STEP), abs=1e-7)
            checked += 1
    assert checked == model.trainable


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_loss_is_the_cross_entropy_and_the_penalty(output: str) -> None:
    model = model_of(output=output, l2=0.25)
    features, labels = batch_of(model, 3)
    total = 0.0
    matrices = [kernel.weights for kernel in model.kernels]
    for n in range(3):
        hidden = np.maximum(matrices[0] @ features[:, n] + model.biases[0], 0)
        sums = matrices[1] @ hidden + model.biases[1]
        wanted = np.eye(4)[labels[n]]
        if output == "softmax":
            total -= np.log(np.exp(sums) / np.exp(sums).sum()) @ wanted
        else:
            a = 1 / (1 + np.exp(-sums))
            total -= np.log(a) @ wanted + np.log(1 - a) @ (1 - wanted)
    penalty = 0.25 * sum((matrix**2).sum() for matrix in matrices)
    assert model.loss(features, labels) == pytest.approx(total / 3 + penalty, rel=1e-12)


def test_large_sums_neither_overflow_nor_warn() -> None:
    for output in ("softmax", "sigmoid"):
        model = model_of(output=output)
        model.biases[-1][:] = [1e4, -1e4, 0, 5]
        features, labels = batch_of(model)
        gradients, _ = model.gradients(features, labels)
        assert all(np.isfinite(gradient).all() for gradient in gradients)
        assert np.isfinite(model.loss(features, labels))


def test_only_competing_outputs_are_predicted_and_the_lowest_of_equals() -> None:
    model = model_of()
    for kernel in model.kernels:
        kernel.edge_weights = np.zeros_like(kernel.edge_weights)
    model.biases[-1][:] = [1, 2, 2, 9]
    features, _ = batch_of(model, 2)
    assert model.predict(features).tolist() == [3, 3]
    assert model.predict(features, 3).tolist() == [1, 1]


def test_initial_weights_have_the_spread_of_their_degrees() -> None:
    patterns = network_patterns("structured", (400, 300, 200), (30, 20), seed=1)
    relu = MlpModel(patterns, MlpOptions(hidden="relu"))
    assert relu.kernels[0].edge_weights.std() == pytest.approx((2 / 40) ** 0.5, rel=0.03)
    assert relu.kernels[1].edge_weights.std() == pytest.approx((2 / 50) ** 0.5, rel=0.03)
    sigmoid = MlpModel(patterns, MlpOptions(hidden="sigmoid", bias=0.1))
    assert sigmoid.kernels[0].edge_weights.std() == pytest.approx((2 / 70) ** 0.5, rel=0.03)
    assert all((bias == np.float32(0.1)).all() for bias in sigmoid.biases)


def test_both_kernels_start_from_the_same_weights() -> None:
    dense, edges = model_of(kernel=DenseKernel), model_of(kernel=EdgeKernel)
    for a, b in zip(dense.kernels, edges.kernels, strict=True):
        assert np.array_equal(a.edge_weights, b.edge_weights)
    features, _ = batch_of(dense)
    for one, other in zip(dense.forward(features), edges.forward(features), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_counts() -> None:
    model = model_of()
    assert model.trainable == 6 * 4 + 8 * 2 + 8 + 4
    assert model.density == (24 + 16) / (48 + 32)
    assert (model.inputs, model.outputs) == (6, 4)


def test_junctions_must_fit() -> None:
    patterns = network_patterns("structured", LAYERS, DEGREES, seed=1)
    with pytest.raises(ValueError, match=r"^junction 2 must start from the 4 right neurons"):
        MlpModel(patterns[::-1], MlpOptions())
    with pytest.raises(ValueError, match=r"^patterns must hold at least one junction, not 0$"):
        MlpModel([], MlpOptions())
    assert all(a.right == b.left for a, b in pairwise(patterns))


@pytest.mark.parametrize("hidden", ["relu", "sigmoid"])
@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_no_subnormal_numbers_arise_from_certain_outputs(hidden: str, output: str) -> None:
    patterns = network_patterns("fully_connected", LAYERS, LAYERS[1:])
    model = MlpModel(patterns, MlpOptions(hidden=hidden, output=output))
    model.biases[0][:] = np.linspace(-95, 5, 8)
    model.biases[1][:] = [0, -92, -97, -88]  # exp(-92) is subnormal in float32
    features, labels = batch_of(model)
    single = features.astype(np.float32)
    smallest = np.finfo(np.float32).tiny
    gradients, _ = model.gradients(single, labels)
    for values in [*gradients, *model.forward(single)]:
        assert not ((values != 0) & (np.abs(values) < smallest)).any()
