"""Layers of a state_dict: names, shapes, masks, and the edges that they stand for."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from software_ref.exchange.linear_layers import edge_values, layers_of, linear_layers
from software_ref.golden import edges_of, initial_parameters
from software_ref.network import Network
from software_ref.tests.random_case import Case

NETWORK = Network(layers=(8, 4, 4), out_degree=(1, 2), parallelism=(4, 2))


def dense_state() -> dict[str, Any]:
    """A state whose weights and biases tell where they are."""
    state: dict[str, Any] = {}
    for edges in edges_of(NETWORK):
        right, left = edges.right, edges.left
        state[f"fc{edges.shape.index}.weight"] = edges.matrix(1.0 * (100 * right + left + 1))
        state[f"fc{edges.shape.index}.bias"] = np.arange(edges.shape.right) + 0.5
    return state


def refusal(state: dict[str, Any]) -> str:
    with pytest.raises((TypeError, ValueError)) as refused:
        edge_values(NETWORK, linear_layers(state))
    return str(refused.value)


def test_edges_are_in_natural_order() -> None:
    weights, biases = edge_values(NETWORK, linear_layers(dense_state()))
    for edges, values, bias in zip(edges_of(NETWORK), weights, biases, strict=True):
        natural = [
            100 * (edge // edges.shape.in_degree) + left + 1
            for edge, left in enumerate(edges.left.tolist())
        ]
        assert values.tolist() == natural
        assert bias.tolist() == [n + 0.5 for n in range(edges.shape.right)]


@pytest.mark.parametrize("seed", range(8))
def test_layers_of_parameters_come_back(seed: int) -> None:
    parameters = Case(seed).parameters
    fmt = parameters.network.format
    weights, biases = edge_values(parameters.network, layers_of(parameters))
    raws = [*parameters.weights, *parameters.biases]
    for values, raw in zip([*weights, *biases], raws, strict=True):
        assert (values * 2.0 ** (fmt.fraction + fmt.extra_bits)).tolist() == raw.tolist()


def test_a_layer_without_a_bias_has_0() -> None:
    state = dense_state()
    del state["fc2.bias"]
    _, biases = edge_values(NETWORK, linear_layers(state))
    assert biases[1].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("names", [("weight_orig", "weight_mask"), ("weight", "mask")])
def test_a_mask_multiplies_the_weights(names: tuple[str, str]) -> None:
    state = dense_state()
    right = edge_values(NETWORK, linear_layers(state))
    mask = state["fc1.weight"] != 0
    weight = np.where(mask, state.pop("fc1.weight"), 7.0)
    masked = {f"fc1.{names[0]}": weight, f"fc1.{names[1]}": mask} | state
    found = edge_values(NETWORK, linear_layers(masked))
    assert [each.tolist() for each in found[0]] == [each.tolist() for each in right[0]]


def test_the_only_layer_needs_no_name() -> None:
    (layer,) = linear_layers({"weight": np.ones((2, 3)), "bias": np.zeros(2)})
    assert layer.named("bias") == "bias"


def test_a_weight_without_an_edge_is_refused_by_layer_and_neurons() -> None:
    state = dense_state()
    right, left = np.argwhere(state["fc2.weight"] == 0)[3].tolist()
    state["fc2.weight"][right, left] = -0.125
    assert refusal(state) == (
        f"fc2.weight must be 0 where junction 2 has no edge, but right neuron {right} has -0.125 "
        f"from left neuron {left}"
    )
    state["fc2.weight"][state["fc2.weight"] == 0] = 1e-30
    assert refusal(state).endswith(f"has 1e-30 from left neuron {_first_absent()}, and 7 more")


def _first_absent() -> int:
    return int(np.argwhere(dense_state()["fc2.weight"] == 0)[0, 1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"fc1.weight": np.zeros((8, 4))},
            "fc1.weight must have shape (4, 8), as junction 1 needs, not (8, 4)",
        ),
        (
            {"fc2.bias": np.zeros(3)},
            "fc2.bias must have shape (4,), as junction 2 needs, not (3,)",
        ),
        (
            {"fc3.weight": np.zeros((4, 4))},
            "state must have one linear layer for each of the 2 junctions, not 3: "
            "fc1.weight, fc2.weight, fc3.weight",
        ),
        (
            {"norm.running_mean": np.zeros(4)},
            "state must hold weights and biases of linear layers alone, and has norm.running_mean",
        ),
        (
            {"norm.weight": np.zeros(4)},
            "norm.weight must be the matrix of a linear layer, not of shape (4,)",
        ),
        (
            {"fc3.bias": np.zeros(4)},
            "a layer must have one of fc3.weight and fc3.weight_orig, and has fc3.bias",
        ),
        ({"fc2.bias": np.array([0, 1, np.nan, 0])}, "fc2.bias must be finite, but [2] is not"),
        ({"fc2.bias": np.array(["a"])}, "fc2.bias must hold real numbers, not <U1"),
        (
            {"fc2.mask": np.ones((4, 3))},
            "fc2.mask must have shape (4, 4), as the weights, not (4, 3)",
        ),
    ],
)
def test_other_states_are_refused(changes: dict[str, Any], message: str) -> None:
    assert refusal(dense_state() | changes) == message


def test_a_state_without_layers_is_refused() -> None:
    assert re.search(r"2 junctions, not 0: none$", refusal({}))


def test_initial_parameters_have_the_layers_of_the_module() -> None:
    names = [layer.named("weight") for layer in layers_of(initial_parameters(NETWORK, 1))]
    assert names == ["layers.0.weight", "layers.1.weight"]
