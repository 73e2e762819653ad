"""Legal networks: derived sizes against enumeration, and every rule's whole message."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from software_ref.activation import Activation
from software_ref.connections.junction_shape import JunctionShape
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network

ORIGINAL: dict[str, Any] = {
    "layers": [1024, 64, 32],
    "out_degree": [4, 16],
    "parallelism": [128, 32],
}


def build(**changes: Any) -> Network:
    """The original network with some fields changed."""
    return Network(**ORIGINAL | changes)


def refused(error: type[Exception], message: str, **changes: Any) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        build(**changes)


def test_the_original_network() -> None:
    network = build(classes=10)
    first, second = network.junctions
    assert (first.in_degree, first.weights, first.rows, first.depth) == (64, 4096, 32, 8)
    assert (second.in_degree, second.weights, second.rows, second.depth) == (32, 1024, 32, 2)
    assert (first.density, second.density) == (0.0625, 0.5)
    assert network.density == 5120 / (1024 * 64 + 64 * 32)  # 7.58 %
    assert (network.weights, network.biases, network.block_cycle) == (5120, 96, 32)
    assert network.competing == 10
    assert network.layers == (1024, 64, 32)


def test_the_slides_first_example() -> None:
    network = Network(layers=(8, 4, 4), out_degree=(1, 2), parallelism=(4, 2))
    assert [junction.density for junction in network.junctions] == [0.25, 0.5]
    assert network.density == 1 / 3
    assert [junction.in_degree for junction in network.junctions] == [2, 2]
    assert network.competing == network.classes == 4


@settings(max_examples=300, derandomize=True, deadline=None)
@given(data=st.data())
def test_derived_sizes_agree_with_each_other(data: st.DataObject) -> None:
    left, right = (data.draw(st.integers(1, 40)) for _ in range(2))
    legal = [d for d in range(1, right + 1) if left * d % right == 0]
    out_degree = data.draw(st.sampled_from(legal))
    z = data.draw(st.sampled_from([d for d in range(1, left + 1) if left % d == 0]))
    shape = JunctionShape(index=1, left=left, right=right, out_degree=out_degree, parallelism=z)
    assert shape.left * shape.out_degree == shape.right * shape.in_degree == shape.weights
    assert 1 <= shape.in_degree <= left
    assert shape.depth * z == left
    assert shape.rows * z == shape.weights
    assert shape.rows == shape.depth * shape.out_degree
    assert shape.density == shape.weights / (left * right)
    finished = [
        (row + 1) * z // shape.in_degree - row * z // shape.in_degree for row in range(shape.rows)
    ]
    assert shape.finishing == max(finished)


def test_activation_maxima_by_layer() -> None:
    relu = build(activation=Activation(hidden="relu", relu_cap=2.0))
    assert [relu.activation_maximum(layer) for layer in range(3)] == [256, 512, 256]
    sigmoid = build(format=FixedFormat(integer=3, fraction=6))
    assert [sigmoid.activation_maximum(layer) for layer in range(3)] == [64, 64, 64]


@pytest.mark.parametrize("name", ["layers", "out_degree", "parallelism"])
def test_lists_of_positive_integers(name: str) -> None:
    good = ORIGINAL[name]
    refused(TypeError, f"{name} must be a list of integers, not 'many'", **{name: "many"})
    refused(TypeError, f"{name} must be a list of integers, not 4", **{name: 4})
    for wrong in (1.0, "4", None, True):
        refused(
            TypeError, f"{name}[1] must be an integer, not {wrong!r}", **{name: [good[0], wrong]}
        )
    for wrong in (0, -3):
        refused(
            ValueError, f"{name}[0] must be at least 1, not {wrong}", **{name: [wrong, *good[1:]]}
        )


def test_two_layers_at_least() -> None:
    refused(
        ValueError, "layers must name at least an input and an output layer, not [8]", layers=[8]
    )
    refused(ValueError, "layers must name at least an input and an output layer, not []", layers=[])


@pytest.mark.parametrize("name", ["out_degree", "parallelism"])
def test_an_entry_per_junction(name: str) -> None:
    for entries in ([4], [4, 16, 1]):
        message = (
            f"{name} must have one entry per junction: 3 layers make 2 junctions, but it has "
            f"{len(entries)}"
        )
        refused(ValueError, message, **{name: entries})


@pytest.mark.parametrize("classes", [0, 33, -1])
def test_classes_are_outputs(classes: int) -> None:
    refused(ValueError, f"classes must be 1 to the 32 outputs, not {classes}", classes=classes)


@pytest.mark.parametrize("classes", [10.0, "10", True])
def test_classes_are_an_integer(classes: Any) -> None:
    refused(TypeError, f"classes must be an integer, not {classes!r}", classes=classes)


def test_out_degree_at_most_the_right_neurons() -> None:
    refused(
        ValueError,
        "out_degree of junction 1 must be at most its 64 right neurons, not 65",
        out_degree=[65, 16],
    )


@pytest.mark.parametrize(
    ("layers", "degree", "product", "legal"),
    [
        ([12, 8], 1, 12, "2"),
        ([12, 8], 3, 36, "2 or 4"),
        ([12, 8], 7, 84, "6 or 8"),
        ([10, 7], 5, 50, "7"),
    ],
)
def test_edges_divide_among_the_right_neurons(
    layers: list[int], degree: int, product: int, legal: str
) -> None:
    message = (
        "out_degree of junction 1 must make left * out_degree divisible by right: "
        f"{layers[0]} * {degree} = {product} is not divisible by {layers[1]}; "
        f"nearest legal out_degree: {legal}"
    )
    refused(ValueError, message, layers=layers, out_degree=[degree], parallelism=[1])


@pytest.mark.parametrize(
    ("z", "legal"), [(5, "4 or 6"), (7, "6 or 12"), (13, "12"), (24, "12"), (8, "6 or 12")]
)
def test_parallelism_divides_the_left_neurons(z: int, legal: str) -> None:
    message = (
        f"parallelism of junction 1 must divide its 12 left neurons, not {z}; "
        f"nearest legal parallelism: {legal}"
    )
    refused(ValueError, message, layers=[12, 4], out_degree=[1], parallelism=[z])


@pytest.mark.parametrize(
    ("z", "finishing", "advice"),
    [
        # d_in = 2 in junction 1: z = 16 finishes 8 neurons a clock, and so on.
        ([16, 4], 8, "lower parallelism of junction 1 to 8, or raise that of junction 2 to 8"),
        ([8, 2], 4, "lower parallelism of junction 1 to 4, or raise that of junction 2 to 4"),
        ([16, 1], 8, "lower parallelism of junction 1 to 2, or raise that of junction 2 to 8"),
    ],
)
def test_neurons_finish_no_faster_than_the_next_junction_takes_them(
    z: list[int], finishing: int, advice: str
) -> None:
    message = (
        "parallelism of junction 2 must be at least the right neurons that finish per clock in "
        f"junction 1: ceil({z[0]} / 2) = {finishing} is more than {z[1]}; {advice}"
    )
    refused(ValueError, message, layers=[16, 8, 4], out_degree=[1, 2], parallelism=z)


def test_the_advice_on_finishing_neurons_is_legal() -> None:
    build(layers=[16, 8, 4], out_degree=[1, 2], parallelism=[8, 4])
    build(layers=[16, 8, 4], out_degree=[1, 2], parallelism=[16, 8])


def test_the_finishing_neurons_are_rounded_up() -> None:
    message = (
        "parallelism of junction 2 must be at least the right neurons that finish per clock in "
        "junction 1: ceil(12 / 5) = 3 is more than 2; lower parallelism of junction 1 to 6, "
        "or raise that of junction 2 to 3"
    )
    refused(ValueError, message, layers=[12, 12, 2], out_degree=[5, 1], parallelism=[12, 2])


def test_the_format_must_hold_the_relu_cap() -> None:
    message = "activation relu_cap must be 0.00390625 to 7.99609375 in format (1,3,8), not 9.0"
    refused(ValueError, message, activation=Activation(hidden="relu", relu_cap=9.0))


@pytest.mark.parametrize(
    ("layers", "out_degree", "parallelism"),
    [
        ((1, 1), (1,), (1,)),
        ((1, 7), (7,), (1,)),
        ((7, 1), (1,), (7,)),
        ((7, 1), (1,), (1,)),
        ((5, 5, 5), (5, 5), (5, 1)),  # fully connected, a row a neuron
        ((9, 6, 4), (2, 2), (3, 3)),  # rows straddle right neurons
        ((10, 10, 10, 10), (3, 7, 1), (10, 10, 10)),
    ],
)
def test_edges_of_what_is_legal(
    layers: tuple[int, ...], out_degree: tuple[int, ...], parallelism: tuple[int, ...]
) -> None:
    network = Network(layers=layers, out_degree=out_degree, parallelism=parallelism)
    assert network.weights == sum(junction.weights for junction in network.junctions)
