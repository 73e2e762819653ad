"""What the golden trainer starts from, and what it refuses."""

from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from software_ref.activation import Activation
from software_ref.connections.junction_shape import JunctionShape
from software_ref.golden import (
    GoldenTrainer,
    Parameters,
    check_lags,
    initial_parameters,
    initial_weight_values,
    minimum_lags,
)
from software_ref.golden.edges import Edges
from software_ref.network import Network


class Straight:
    """The pattern 0, 1, 0, 1 of a fully connected junction of two left neurons."""

    left_neurons: NDArray[np.int64] = np.array([0, 1, 0, 1])


def _two_by_two(hidden: str = "relu") -> Network:
    return Network(
        layers=(2, 2, 2),
        out_degree=(2, 2),
        parallelism=(1, 1),
        activation=Activation(hidden=hidden),
    )


def test_initial_parameters_are_glorot_and_seeded() -> None:
    network = Network(layers=(64, 64, 32), out_degree=(32, 16), parallelism=(8, 8))
    values = initial_weight_values(network, 5)
    parameters = initial_parameters(network, 5)
    assert values[0].std() == pytest.approx((2 / 64) ** 0.5, rel=0.05)
    assert values[1].std() == pytest.approx((2 / 48) ** 0.5, rel=0.05)
    assert np.array_equal(parameters.weights[1], network.format.quantise(values[1]))
    assert not any(bias.any() for bias in parameters.biases)
    assert parameters == initial_parameters(network, 5)
    assert parameters != initial_parameters(network, 6)


def test_first_difference_names_row_and_lane() -> None:
    network = Network(layers=(8, 4, 4), out_degree=(1, 2), parallelism=(4, 2))
    one = initial_parameters(network, 1)
    weights = [w.copy() for w in one.weights]
    biases = [b.copy() for b in one.biases]
    biases[1][3] = 9
    other = Parameters(network=network, weights=one.weights, biases=tuple(biases))
    assert one.first_difference(other) == "bias of junction 2, neuron 3: 0, not 9"
    weights[1][5] += 1
    other = Parameters(network=network, weights=tuple(weights), biases=tuple(biases))
    value = one.weights[1][5]
    assert one.first_difference(other) == (
        f"weight of junction 2 in row 2, lane 1 (edge 5): {value}, not {value + 1}"
    )
    assert one.first_difference(initial_parameters(network, 1)) is None


def _message(text: str) -> str:
    return f"^{re.escape(text)}$"


@pytest.mark.parametrize(
    ("lags", "error", "message"),
    [
        ((2,), ValueError, "lags must have one entry for each of the 3 junctions, not 1"),
        ((2, 1, -1), ValueError, "lag of junction 3 must be at least 0, not -1"),
        (
            (2, 2, 1),
            ValueError,
            "lag of junction 1 must be at least 1 + the lag of junction 2 = 3, not 2",
        ),
        ((3, 2.0, 1), TypeError, "lag of junction 2 must be an integer, not 2.0"),
    ],
)
def test_illegal_lags_are_refused(
    lags: tuple[int, ...], error: type[Exception], message: str
) -> None:
    network = Network(layers=(4, 4, 4, 4), out_degree=(1, 1, 1), parallelism=(1, 1, 1))
    assert check_lags(network, minimum_lags(network)) == (2, 1, 0)
    with pytest.raises(error, match=_message(message)):
        check_lags(network, lags)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"labels": [0, 2]}, ValueError, "label of sample 1 must be below 2, not 2"),
        ({"labels": [-1, 0]}, ValueError, "label of sample 0 must be at least 0, not -1"),
        ({"labels": [0]}, ValueError, "labels must have shape (2,), not (1,)"),
        ({"labels": 0}, ValueError, "labels must have shape (2,), not ()"),
        (
            {"features": [[0, 0], [0, 257]]},
            ValueError,
            "feature 1 of sample 1 must be 0 to 256, not 257",
        ),
        (
            {"features": [[0.5, 0.0], [0.0, 0.0]]},
            TypeError,
            "features must be raw integers, not float64",
        ),
        ({"features": [[0], [0]]}, ValueError, "features must have shape (n, 2), not (2, 1)"),
        (
            {"rate_exponent": [3, -1]},
            ValueError,
            "rate_exponent of sample 1 must be at least 0, not -1",
        ),
        ({"train": [1, 0]}, TypeError, "train flags must be booleans, not int64"),
    ],
)
def test_wrong_samples_are_refused(
    change: dict[str, object], error: type[Exception], message: str
) -> None:
    network = _two_by_two()
    trainer = GoldenTrainer(network, initial_parameters(network, 1), (1, 0))
    samples = {"features": [[0, 0], [0, 0]], "labels": [0, 1]} | change
    with pytest.raises(error, match=_message(message)):
        trainer.run(**samples)  # type: ignore[arg-type]


def test_wrong_parameters_and_patterns_are_refused() -> None:
    network = _two_by_two()
    good = initial_parameters(network, 1)
    with pytest.raises(
        TypeError, match=_message("biases of junction 1 must be integers, not float64")
    ):
        Parameters(
            network=network,
            weights=good.weights,
            biases=(np.zeros(2), np.zeros(2)),  # type: ignore[arg-type]
        )
    with pytest.raises(
        ValueError, match=_message("weights of junction 2 must have shape (4,), not (3,)")
    ):
        Parameters(
            network=network, weights=(good.weights[0], good.weights[1][:3]), biases=good.biases
        )
    with pytest.raises(
        ValueError,
        match=_message("biases of junction 2 must be -2048 to 2047 in format (1,3,8), not 2048"),
    ):
        Parameters(
            network=network, weights=good.weights, biases=(good.biases[0], np.array([0, 2048]))
        )
    with pytest.raises(
        ValueError,
        match=_message("parameters must belong to the trainer's network, not to another one"),
    ):
        GoldenTrainer(_two_by_two("sigmoid"), good, (1, 0))
    with pytest.raises(
        ValueError,
        match=_message("patterns must have one entry for each of the 2 junctions, not 1"),
    ):
        GoldenTrainer(network, good, (1, 0), [Straight()])
    uneven = Straight()
    uneven.left_neurons = np.array([0, 1, 1, 1])
    with pytest.raises(
        ValueError,
        match=_message(
            "pattern of junction 2 must give every left neuron 2 edges, but left neuron 0 has 1"
        ),
    ):
        GoldenTrainer(network, good, (1, 0), [Straight(), uneven])
    with pytest.raises(
        ValueError,
        match=_message(
            "pattern of junction 1 must give every left neuron 1 edges, but left neuron 1 has 2"
        ),
    ):
        shape = JunctionShape(index=1, left=3, right=3, out_degree=1, parallelism=1)
        Edges(shape=shape, left=np.array([0, 1, 1]))
