"""Exported models, run by ONNX Runtime and by ONNX's own evaluator, against the golden model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from software_ref.activation import Activation
from software_ref.connections.kinds import KINDS
from software_ref.connections.options import ConnectionOptions
from software_ref.datasets import encode_features
from software_ref.exchange.onnx_check import check_onnx, model_samples, run_onnx
from software_ref.fixed_point import FixedFormat
from software_ref.golden import Parameters, initial_parameters
from software_ref.golden.inference import output_activations
from software_ref.network import Network
from software_ref.tests.random_case import FORMATS, Case

onnx = pytest.importorskip("onnx", reason="the extra onnx is not installed")
pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")

from software_ref.exchange import onnx_graph  # noqa: E402  # it imports onnx
from software_ref.exchange.onnx_file import write_onnx  # noqa: E402
from software_ref.exchange.onnx_graph import onnx_model  # noqa: E402


def golden(
    parameters: Parameters, raw: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Raw outputs and predictions of the golden model."""
    outputs = output_activations(parameters, raw)
    return outputs, outputs[:, : parameters.network.competing].argmax(axis=1)


def assert_equal(
    folder: Path, parameters: Parameters, samples: NDArray[Any], raw: NDArray[np.integer], kind: str
) -> None:
    """A model of `kind` makes of samples what the golden model makes of raw inputs."""
    path = folder / f"{kind}.onnx"
    write_onnx(path, parameters, kind=kind, features=samples.shape[1])
    outputs, predictions = run_onnx(path, samples)
    right_outputs, right_predictions = golden(parameters, raw)
    assert outputs.dtype == np.int32
    assert predictions.dtype == np.int64
    assert outputs.tolist() == right_outputs.tolist()
    assert predictions.tolist() == right_predictions.tolist()


def network(fmt: FixedFormat, **changes: Any) -> Network:
    sizes = {"layers": (12, 8, 4), "out_degree": (2, 4), "parallelism": (4, 2)}
    return Network(format=fmt, **(sizes | changes))


def spread_parameters(net: Network, seed: int) -> Parameters:
    """Random parameters over a quarter of the range: some sums saturate, most do not."""
    rng = np.random.default_rng(seed)
    low, high = net.format.stored_min_raw // 4, net.format.stored_max_raw // 4
    return Parameters(
        network=net,
        weights=tuple(rng.integers(low, high, s.weights) for s in net.junctions),
        biases=tuple(rng.integers(low, high, s.right) for s in net.junctions),
    )


@pytest.mark.parametrize("seed", range(24))
def test_random_networks_give_every_output_and_prediction(seed: int, tmp_path: Path) -> None:
    case = Case(seed, count=60)
    samples = case.features.astype(np.int32)
    assert_equal(tmp_path, case.parameters, samples, case.features, "raw")


def test_random_networks_are_of_every_format_and_activation() -> None:
    networks = [Case(seed).network for seed in range(24)]
    formats = {(each.format.integer, each.format.fraction) for each in networks}
    assert len(formats) >= len(FORMATS) - 1
    assert {each.activation.hidden for each in networks} == {"relu", "sigmoid"}
    assert any(each.activation.relu_cap for each in networks)
    assert any(each.format.extra_bits for each in networks)
    assert any(each.format.activation_shift for each in networks)
    assert any(each.competing < each.layers[-1] for each in networks)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_connections(kind: str, tmp_path: Path) -> None:
    net = network(FixedFormat(), connections=ConnectionOptions(kind=kind, seed=5))
    raw = np.random.default_rng(1).integers(0, 257, (40, 12))
    assert_equal(tmp_path, spread_parameters(net, 2), raw.astype(np.int32), raw, "raw")


@pytest.mark.parametrize("activation_fraction", [None, 3])
@pytest.mark.parametrize("fraction", [4, 8, 11])
@pytest.mark.parametrize("kind", ["uint8", "float32", "float64"])
def test_samples_are_encoded_as_the_data_sets_are(
    kind: str, fraction: int, activation_fraction: int | None, tmp_path: Path
) -> None:
    fmt = FixedFormat(integer=3, fraction=fraction, activation_fraction=activation_fraction)
    parameters = spread_parameters(network(fmt), fraction)
    rng = np.random.default_rng(fraction)
    if kind == "uint8":
        samples: NDArray[Any] = rng.integers(0, 256, (300, 12), np.uint8)
    else:
        # Halves of the last bit, where rounding turns, and their neighbours among the floats.
        dtype = np.dtype(kind).type
        halves = (rng.integers(0, 2 << fraction, (300, 12)) / (2 << fraction)).astype(dtype)
        towards = rng.choice([0, 1], halves.shape).astype(dtype)
        samples = np.where(rng.random(halves.shape) < 0.5, halves, np.nextafter(halves, towards))
    raw = encode_features(samples, fmt, 12, where="samples")
    assert_equal(tmp_path, parameters, samples, raw, kind)


def test_features_that_a_sample_lacks_are_0(tmp_path: Path) -> None:
    parameters = spread_parameters(network(FixedFormat()), 3)
    raw = np.random.default_rng(3).integers(0, 257, (30, 12))
    raw[:, 7:] = 0
    assert_equal(tmp_path, parameters, raw[:, :7].astype(np.int32), raw, "raw")


@pytest.mark.parametrize(("kind", "ends"), [("raw", (-9, 999)), ("float64", (-0.5, 7.0))])
def test_what_lies_outside_becomes_the_end(
    kind: str, ends: tuple[float, float], tmp_path: Path
) -> None:
    parameters = spread_parameters(network(FixedFormat()), 4)
    high = np.random.default_rng(4).random((30, 12)) < 0.5
    samples = np.where(high, ends[1], ends[0])
    raw = np.where(high, 256, 0)
    samples = samples.astype(np.int32 if kind == "raw" else np.float64)
    assert_equal(tmp_path, parameters, samples, raw, kind)


def test_the_first_of_equal_outputs_is_predicted(tmp_path: Path) -> None:
    net = network(FixedFormat(), layers=(12, 8), out_degree=(2,), parallelism=(4,), classes=5)
    biases = np.array([0, 9, 9, 1, 9, 10, 10, 10])
    parameters = Parameters(network=net, weights=(np.zeros(24, np.int64),), biases=(biases * 100,))
    path = tmp_path / "m.onnx"
    write_onnx(path, parameters)
    outputs, predictions = run_onnx(path, np.zeros((3, 12), np.int32))
    assert outputs[0, 1] == outputs[0, 2] == outputs[0, 4] < outputs[0, 5]
    assert predictions.tolist() == [1, 1, 1]


def test_sums_that_float32_would_round_are_exact(tmp_path: Path) -> None:
    """Large terms that cancel but for a last bit, in the widest format."""
    net = Network(
        layers=(4096, 2),
        out_degree=(1,),
        parallelism=(4,),
        format=FixedFormat(integer=1, fraction=16),
    )
    (shape,) = net.junctions
    weights = np.tile([131071, -131071], shape.weights // 2)
    weights[::512] -= 1
    parameters = Parameters(network=net, weights=(weights,), biases=(np.array([0, 1]),))
    raw = np.full((2, 4096), net.format.one)
    raw[1] -= np.arange(4096) % 3
    outputs, _ = golden(parameters, raw)
    assert outputs.min() > 0 and outputs.max() < net.format.one  # nothing saturates
    assert_equal(tmp_path, parameters, raw.astype(np.int32), raw, "raw")


@pytest.mark.parametrize("seed", [1, 2])
def test_another_runtime_agrees(seed: int) -> None:
    from onnx.reference import ReferenceEvaluator

    case = Case(seed)
    model = ReferenceEvaluator(onnx_model(case.parameters))
    outputs, predictions = model.run(None, {"input": case.features.astype(np.int32)})
    right_outputs, right_predictions = golden(case.parameters, case.features)
    assert outputs.tolist() == right_outputs.tolist()
    assert predictions.tolist() == right_predictions.tolist()


def test_a_model_has_standard_operators_and_says_what_it_is() -> None:
    parameters = initial_parameters(network(FixedFormat(), classes=3), 1)
    model = onnx_model(parameters, name="small", kind="uint8", features=10, epoch=7)
    assert {node.domain for node in model.graph.node} == {""}
    assert [(each.domain, each.version) for each in model.opset_import] == [("", 13)]
    assert (model.ir_version, model.producer_name, model.graph.name) == (7, "presparse", "small")
    properties = {each.key: each.value for each in model.metadata_props}
    assert properties == {
        "network": "small",
        "layers": "[12, 8, 4]",
        "out_degree": "[2, 4]",
        "classes": "3",
        "hidden": "sigmoid",
        "format": "(1,3,8)",
        "epoch": "7",
        "input": "pixels, p / 256",
        "outputs": "raw integers, 256 stands for 1",
    }


def test_the_same_network_gives_the_same_bytes(tmp_path: Path) -> None:
    case = Case(5)
    sizes = [write_onnx(tmp_path / name, case.parameters) for name in ("a.onnx", "b.onnx")]
    assert sizes[0] == (tmp_path / "a.onnx").stat().st_size
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_differences_are_counted(tmp_path: Path) -> None:
    parameters = spread_parameters(network(FixedFormat(), classes=3), 6)
    path = tmp_path / "m.onnx"
    write_onnx(path, parameters)
    samples = np.random.default_rng(6).integers(0, 257, (50, 12)).astype(np.int32)
    _, predictions = golden(parameters, samples)
    found = check_onnx(path, parameters, samples, predictions)
    assert (found.equal, found.samples, found.accuracy) == (True, 50, 1.0)
    other = replace(parameters, biases=(parameters.biases[0], parameters.biases[1] + 700))
    outputs, others = golden(other, samples)
    found = check_onnx(path, other, samples, predictions)
    assert not found.equal
    assert found.outputs == np.count_nonzero(outputs != golden(parameters, samples)[0]) > 0
    assert found.predictions == np.count_nonzero(others != predictions)
    assert found.accuracy == 1.0  # of the model, not of the other parameters


def test_samples_of_a_data_set_become_what_a_model_takes() -> None:
    net = network(FixedFormat(fraction=6))
    pixels = np.array([[0, 2, 255]], np.uint8)
    assert model_samples(pixels, net, "raw", 4, where="x").tolist() == [[0, 1, 64, 0]]
    assert model_samples(pixels, net, "uint8", 4, where="x").tolist() == [[0, 2, 255, 0]]
    for kind in ("float32", "float64"):
        samples = model_samples(pixels, net, kind, 3, where="x")
        assert samples.dtype == kind
        assert (samples * 256).tolist() == [[0, 2, 255]]
    with pytest.raises(ValueError, match=r"^the model takes pixels, uint8, but x holds float64$"):
        model_samples(pixels / 256, net, "uint8", 3, where="x")
    with pytest.raises(ValueError, match=r"^the model must take the 3 features of x, not 2$"):
        model_samples(pixels, net, "raw", 2, where="x")


def test_a_cap_of_the_whole_format_is_exact(tmp_path: Path) -> None:
    net = network(FixedFormat(), activation=Activation(hidden="relu"))
    raw = np.random.default_rng(8).integers(0, 257, (200, 12))
    assert_equal(tmp_path, spread_parameters(net, 8), raw.astype(np.int32), raw, "raw")


def test_sums_beyond_float64_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = spread_parameters(network(FixedFormat()), 9)
    monkeypatch.setattr(onnx_graph, "LARGEST_SUM", 1000)
    with pytest.raises(
        ValueError,
        match=r"^sums of junction 1 must stay below 2\^53 for ONNX, whose float64 has them "
        r"exactly, but these weights may reach [\d.e+]+$",
    ):
        onnx_model(parameters)


def test_a_model_beyond_a_files_size_is_refused() -> None:
    net = Network(layers=(1 << 16, 1 << 16), out_degree=(1,), parallelism=(1,))
    with pytest.raises(
        ValueError,
        match=r"^an ONNX file must stay below 2 GiB, but the network's matrices take 8\.0 GiB$",
    ):
        onnx_model(initial_parameters(net, 1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kind": "int4"}, "input must be one of raw, uint8, float32, float64, not 'int4'"),
        ({"features": 13}, "features must be 1 to the 12 inputs of the network, not 13"),
        ({"features": 0}, "features must be 1 to the 12 inputs of the network, not 0"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as refused:
        onnx_model(initial_parameters(network(FixedFormat()), 1), **options)
    assert str(refused.value) == message
