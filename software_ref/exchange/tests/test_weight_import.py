"""Weights from elsewhere become a checkpoint, with the errors of quantising counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from software_ref.checkpoint import load_checkpoint
from software_ref.exchange.linear_layers import layers_of
from software_ref.exchange.weight_import import WeightImport, import_state
from software_ref.fixed_point import FixedFormat
from software_ref.float_trainer import FloatTrainer
from software_ref.golden import edges_of, initial_weight_values
from software_ref.golden.trainer import minimum_lags
from software_ref.network import Network
from software_ref.tests.random_case import Case

NETWORK = Network(layers=(8, 4), out_degree=(1,), parallelism=(4,))


def imported(weights: list[float], biases: list[float], network: Network) -> WeightImport:
    (edges,) = edges_of(network)
    state = {"weight": edges.matrix(np.array(weights)), "bias": np.array(biases)}
    return import_state(network, (0,), state)


@pytest.mark.parametrize("seed", range(8))
def test_parameters_in_floating_point_come_back_to_the_bit(seed: int, tmp_path: Path) -> None:
    case = Case(seed)
    state = {
        layer.named(part): getattr(layer, part)
        for layer in layers_of(case.parameters)
        for part in ("weight", "bias")
    }
    found = import_state(case.network, case.lags, state)
    assert found.parameters == case.parameters
    assert found.saturated == 0
    assert all(each.largest_error == each.mean_error == 0 for each in found.quantised)
    found.save(tmp_path / "c.npz")
    back = load_checkpoint(tmp_path / "c.npz", case.network)
    assert (back.parameters, back.lags, back.epoch, back.samples) == (
        case.parameters,
        case.lags,
        0,
        0,
    )


@pytest.mark.parametrize("stored", [None, 10])
def test_errors_and_saturated_values_are_those_of_the_format(stored: int | None) -> None:
    network = replace(NETWORK, format=FixedFormat(stored_fraction=stored))
    step = 2.0 ** -(stored or 8)
    top = 8 - step
    weights = [0.5, step / 2, -step / 2, step / 4, top, top + step / 4, top + step, -9.0]
    found = imported(weights, [0.0, -8.0, -8 - step / 2, -8 - step], network)
    raw = [round(0.5 / step), 1, 0, 0, *[round(top / step)] * 3, round(-8 / step)]
    assert found.parameters.weights[0].tolist() == raw
    assert found.parameters.biases[0].tolist() == [0, *[round(-8 / step)] * 3]
    errors, biases = found.quantised
    assert (errors.quantity, errors.junction, errors.count) == ("weights", 1, 8)
    assert errors.saturated == 2  # rounding up alone would bring the sixth down to the end
    assert errors.largest_error == 1.0
    assert errors.mean_error == pytest.approx((2 * step / 2 + 2 * step / 4 + step + 1) / 8)
    assert errors.largest == 9
    assert (biases.quantity, biases.saturated, biases.largest_error) == ("biases", 1, step)
    assert found.saturated == 3


def test_accuracies_are_those_of_the_float_and_the_golden_model() -> None:
    case = next(each for each in map(Case, range(50)) if len(each.network.junctions) > 1)
    network = case.network
    values = initial_weight_values(network, 3)
    state = {
        f"{edges.shape.index}.weight": edges.matrix(array)
        for edges, array in zip(edges_of(network), values, strict=True)
    }
    found = import_state(network, minimum_lags(network), state)
    before = FloatTrainer(network, values).infer(case.features)
    case.parameters = found.parameters
    golden = case.trainer().infer(case.features)
    accuracies = found.accuracies(case.features, case.labels)
    assert accuracies is not None
    assert accuracies.before == (before == case.labels).mean()
    assert accuracies.after == (golden == case.labels).mean()
    assert accuracies.changed == np.count_nonzero(before != golden)
    assert found.accuracies(case.features[:0], case.labels[:0]) is None


def test_the_table_has_a_row_for_weights_and_one_for_biases() -> None:
    lines = imported([0.25] * 8, [0.0] * 4, NETWORK).lines()
    assert lines == [
        "junction  quantity  values  largest  largest error  mean  saturated",
        "1         weights        8     0.25              0     0          0",
        "1         biases         4        0              0     0          0",
    ]
