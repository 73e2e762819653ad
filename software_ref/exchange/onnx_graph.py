"""A network's feedforward as an ONNX model of standard operators, equal to the golden model.

A junction is one dense product in float64. All values are integers, and no sum of any of its
terms, in whatever order, reaches 2**53, so nothing is ever rounded but where `Floor` does it. That
holds wherever float64 is: float32 has 24 bits, and what runtimes make of it has fewer still (TF32
on graphics cards); their 8-bit integer products (MatMulInteger) saturate in between on some
processors; and their wider integer products, or products edge by edge, take twenty to more than a
hundred times as long (docs/exchange.md).
"""

from __future__ import annotations

import json
from importlib import metadata

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, checker, helper

from software_ref.activation_functions import ActivationFunction
from software_ref.exchange.onnx_input import INPUTS, encode, meaning
from software_ref.exchange.onnx_nodes import OnnxNodes, element_type
from software_ref.fixed_point import FixedFormat
from software_ref.golden.edges import Edges
from software_ref.golden.parameters import Parameters
from software_ref.network import Network

__all__ = ["IR_VERSION", "LARGEST_MODEL", "LARGEST_SUM", "OPSET", "onnx_model"]

OPSET, IR_VERSION = 13, 7
"""The oldest with all that is needed, which ONNX Runtime takes from version 1.7 on."""
LARGEST_SUM = 1 << 53
"""Up to it all integers are float64 numbers."""
LARGEST_MODEL = (1 << 31) - 1
"""Bytes that a file of one message may have."""


def onnx_model(
    parameters: Parameters,
    *,
    name: str = "network",
    kind: str = "raw",
    features: int | None = None,
    epoch: int = 0,
    inputs: NDArray[np.int64] | None = None,
) -> ModelProto:
    """The model of a network with its weights: predictions and raw outputs from samples.

    Input `input` (samples, features) of the type `INPUTS[kind]`; outputs `outputs` int32 raw
    (samples, N_L), those that do not compete included, and `prediction` int64 (samples,).

    Parameters
    ----------
    parameters : Parameters
        Weights and biases, with their network.
    name : str
        The graph's name.
    kind : str
        What the input takes, a name in `INPUTS`: "raw" integers from 0 to 2**f, "uint8" pixels of
        value p / 256, or values from 0 to 1 as "float32" or "float64".
    features : int, optional
        Features of a sample, up to N_0, which is the default; the other inputs are 0. With
        `inputs`, as many as these take at least, and by default any such number.
    epoch : int
        Epochs that the parameters were trained for, for the model's metadata.
    inputs : int64 (N_0,), optional
        The feature that each input takes, where `[data.inputs]` chooses; the model gathers them.

    Raises
    ------
    ValueError
        `kind` or `features` is out of range, a sum could leave float64's integers, or the model
        would be larger than a file of ONNX may be.
    """
    network = parameters.network
    if kind not in INPUTS:
        raise ValueError(f"input must be one of {', '.join(INPUTS)}, not {kind!r}")
    count, used_inputs = _columns(network, features, inputs)
    _check_size(network)
    nodes = OnnxNodes()
    activations = encode(nodes, "input", kind, network.format)
    if inputs is not None:
        chosen = nodes.constant("inputs", inputs.astype(np.int64))
        activations = nodes.node("Gather", [activations, chosen], "chosen", axis=1)
    for edges, weights, biases in zip(
        parameters.edges, parameters.weights, parameters.biases, strict=True
    ):
        layer = edges.shape.index
        used = used_inputs if layer == 1 else edges.shape.left
        sums = _sums(
            nodes,
            network,
            edges,
            weights=weights,
            biases=biases,
            activations=activations,
            used=used,
        )
        activations = _activate(nodes, network, layer, sums)
    outputs = nodes.cast(activations, np.int32, "outputs")
    _predict(nodes, network, outputs)
    model = helper.make_model(
        nodes.graph(
            name,
            [
                helper.make_tensor_value_info(
                    "input", element_type(INPUTS[kind]), ["samples", count]
                )
            ],
            [
                helper.make_tensor_value_info(
                    "outputs", element_type(np.int32), ["samples", network.layers[-1]]
                ),
                helper.make_tensor_value_info("prediction", element_type(np.int64), ["samples"]),
            ],
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="presparse",
        producer_version=_version(),
    )
    helper.set_model_props(model, _properties(network, name, kind, epoch))
    checker.check_model(model, full_check=True)
    return model


def _columns(
    network: Network, features: int | None, inputs: NDArray[np.int64] | None
) -> tuple[int | str, int]:
    """Features of the model's input, a name for any number, and inputs of the network that are
    there."""
    count = network.layers[0]
    if inputs is not None:
        least = int(inputs.max()) + 1
        if features is not None and features < least:
            raise ValueError(
                f"features must be at least {least}, as an input takes feature {least - 1}, "
                f"not {features}"
            )
        return ("features" if features is None else features), count
    used = count if features is None else features
    if not 1 <= used <= count:
        raise ValueError(f"features must be 1 to the {count} inputs of the network, not {used}")
    return used, used


def _sums(
    nodes: OnnxNodes,
    network: Network,
    edges: Edges,
    *,
    weights: NDArray[np.int64],
    biases: NDArray[np.int64],
    activations: str,
    used: int,
) -> str:
    """rnd(sum w a + b 2**f, f), which is s of junction i before it is saturated.

    Of the left neurons the first `used` are there.
    """
    fmt, i = network.format, edges.shape.index
    weights = weights >> fmt.extra_bits
    offset = ((biases >> fmt.extra_bits) << fmt.fraction) + (1 << (fmt.fraction - 1))
    magnitudes = np.abs(weights).reshape(edges.shape.right, edges.shape.in_degree).sum(axis=1)
    largest = int((magnitudes * network.activation_maximum(i - 1) + np.abs(offset)).max())
    if largest >= LARGEST_SUM:
        raise ValueError(
            f"sums of junction {i} must stay below 2^53 for ONNX, whose float64 has them exactly, "
            f"but these weights may reach {largest:.4g}"
        )
    matrix = nodes.integers(f"weights_{i}", edges.matrix(weights)[:, :used].T)
    product = nodes.node("MatMul", [activations, matrix], f"products_{i}")
    total = nodes.node("Add", [product, nodes.integers(f"biases_{i}", offset)])
    return nodes.floor(nodes.scale(total, -fmt.fraction))


def _activate(nodes: OnnxNodes, network: Network, layer: int, sums: str) -> str:
    """Saturate s, and the activation of it: float64 raw."""
    fmt, function = network.format, network.activation_of(layer)
    low_bits = network.activation_shift(layer)
    cap = function.cap_raw(fmt)
    if cap is not None:  # within the format, so one clipping saturates too
        return nodes.drop_bits(nodes.clip(sums, 0, cap, f"clipped_{layer}"), low_bits)
    table, first = _table(function, fmt, low_bits)
    last = first + len(table) - 1
    clipped = nodes.clip(sums, first, last, f"clipped_{layer}")
    index = nodes.cast(nodes.node("Sub", [clipped, nodes.number(float(first))]), np.int32)
    values = nodes.integers(f"{function.name}_{fmt.fraction - low_bits}", table)
    return nodes.node("Gather", [values, index], f"activations_{layer}", axis=0)


def _table(
    function: ActivationFunction, fmt: FixedFormat, low_bits: int
) -> tuple[NDArray[np.int64], int]:
    """A[s] without what is flat at both ends, and the raw s that it starts from."""
    table, _ = function.tables(fmt, low_bits)
    changes = np.flatnonzero(np.diff(table))
    first, last = (int(changes[0]), int(changes[-1]) + 1) if len(changes) else (0, 0)
    return table[first : last + 1], fmt.min_raw + first


def _predict(nodes: OnnxNodes, network: Network, outputs: str) -> None:
    """The first of the largest among the outputs that compete."""
    competing = outputs
    if network.competing < network.layers[-1]:
        bounds = [
            nodes.constant(f"competing_{key}", np.array([value], np.int64))
            for key, value in (("start", 0), ("end", network.competing), ("axis", 1))
        ]
        competing = nodes.node("Slice", [outputs, *bounds])
    nodes.node("ArgMax", [competing], "prediction", axis=1, keepdims=0, select_last_index=0)


def _check_size(network: Network) -> None:
    each = 2 if network.format.width <= 16 else 4
    size = each * sum(shape.left * shape.right for shape in network.junctions)
    if size > LARGEST_MODEL:
        raise ValueError(
            "an ONNX file must stay below 2 GiB, but the network's matrices take "
            f"{size / 2**30:.1f} GiB"
        )


def _properties(network: Network, name: str, kind: str, epoch: int) -> dict[str, str]:
    """The model's metadata, all as texts."""
    fmt = network.format
    return {
        "network": name,
        "layers": json.dumps(list(network.layers)),
        "out_degree": json.dumps(list(network.out_degree)),
        "classes": str(network.competing),
        "hidden": network.activation.hidden,
        "format": str(fmt),
        "epoch": str(epoch),
        "input": meaning(kind, fmt),
        "outputs": f"raw integers, {fmt.one} stands for 1",
    }


def _version() -> str:
    try:
        return metadata.version("presparse")
    except metadata.PackageNotFoundError:  # run from its source without an installation
        return "unknown"
