"""The kernels against plain sums over edges."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from software_ref.connections.pattern import SparsePattern
from software_ref.connections.random_sparse import fully_connected, random_pattern
from software_ref.mlp import kernels
from software_ref.mlp.kernels import DenseKernel, EdgeKernel, Kernel, choose_kernel

DOUBLE = np.dtype(np.float64)

Floats: TypeAlias = NDArray[np.float64]
Products: TypeAlias = tuple[Floats, Floats, Floats]
Case: TypeAlias = tuple[SparsePattern, Floats, Floats, Floats]


def by_edges(
    pattern: SparsePattern, weights: Floats, activations: Floats, deltas: Floats
) -> Products:
    """Sums, errors and gradient, one edge and one sample at a time."""
    batch = activations.shape[1]
    sums, errors = np.zeros((pattern.right, batch)), np.zeros((pattern.left, batch))
    gradient = np.zeros(pattern.edges)
    for e in range(pattern.edges):
        left, right = pattern.left_neurons[e], pattern.right_neurons[e]
        for n in range(batch):
            sums[right, n] += weights[e] * activations[left, n]
            errors[left, n] += weights[e] * deltas[right, n]
            gradient[e] += deltas[right, n] * activations[left, n]
    return sums, errors, gradient


@st.composite
def cases(draw: st.DrawFn) -> Case:
    left, right = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    edges = draw(st.integers(1, left * right))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    pattern = random_pattern(left, right, edges, rng)
    batch = draw(st.integers(1, 5))
    return (
        pattern,
        rng.normal(size=edges),
        rng.normal(size=(left, batch)),
        rng.normal(size=(right, batch)),
    )


@pytest.mark.parametrize("variant", ["dense", "edges, dense gradient", "edges, chunks"])
@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_products_are_sums_over_edges(variant: str, case: Case) -> None:
    pattern, weights, activations, deltas = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "DENSE_GRADIENT_FROM", 2.0 if "chunks" in variant else 0.0)
        patch.setattr(kernels, "CHUNK", 2 * activations.shape[1])
        kind: Any = DenseKernel if variant == "dense" else EdgeKernel
        kernel: Kernel = kind(pattern, DOUBLE)
        kernel.edge_weights = weights
        sums, errors, gradient = by_edges(pattern, weights, activations, deltas)
        np.testing.assert_allclose(kernel.feedforward(activations), sums, atol=1e-12)
        np.testing.assert_allclose(kernel.backpropagate(deltas), errors, atol=1e-12)
        found = kernel.gradient(activations, deltas)
    assert found.shape == kernel.weights.shape
    if variant == "dense":
        outside = pattern.biadjacency == 0
        assert not found[outside].any()
        found = found[pattern.right_neurons, pattern.left_neurons]
    np.testing.assert_allclose(found, gradient, atol=1e-12)


@pytest.mark.parametrize("kind", [DenseKernel, EdgeKernel])
def test_edge_weights_come_back_in_natural_order_as_a_copy(kind: Any) -> None:
    pattern = random_pattern(6, 5, 11, np.random.default_rng(3))
    kernel = kind(pattern, DOUBLE)
    kernel.edge_weights = np.arange(1.0, 12.0)
    copy = kernel.edge_weights
    copy[:] = 0
    assert kernel.edge_weights.tolist() == list(range(1, 12))
    assert np.count_nonzero(kernel.weights) == 11


def test_sparse_junctions_are_kept_by_edges_and_others_dense() -> None:
    rng = np.random.default_rng(1)
    single = np.dtype(np.float32)
    assert isinstance(choose_kernel(fully_connected(400, 100), single), DenseKernel)
    assert isinstance(choose_kernel(random_pattern(400, 100, 3200, rng), single), DenseKernel)
    assert isinstance(choose_kernel(random_pattern(400, 100, 3199, rng), single), EdgeKernel)
    assert isinstance(choose_kernel(random_pattern(20, 10, 2, rng), single), DenseKernel)


def test_a_pattern_without_edges_at_a_neuron_sums_to_0() -> None:
    pattern = SparsePattern.from_biadjacency([[0, 0, 0], [0, 0, 1]])
    for kind in (DenseKernel, EdgeKernel):
        kernel: Kernel = kind(pattern, DOUBLE)
        kernel.edge_weights = np.array([5.0])
        assert kernel.feedforward(np.array([[1.0], [1.0], [2.0]])).tolist() == [[0.0], [10.0]]
