"""Holds what ONNX Runtime makes of an exported model against the golden model, sample by sample."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from software_ref.console.errors import ToolError
from software_ref.console.optional_package import optional_package
from software_ref.datasets import encode_features
from software_ref.exchange.onnx_input import INPUTS
from software_ref.golden.inference import output_activations
from software_ref.golden.parameters import Parameters
from software_ref.network import Network

__all__ = ["ModelDifferences", "check_onnx", "model_samples", "run_onnx"]

BATCH = 1000
"""Samples that the runtime gets at a time."""


@dataclass(frozen=True, kw_only=True)
class ModelDifferences:
    """How a model that ran differs from the golden model."""

    samples: int
    """Samples that both got."""
    predictions: int
    """Predictions that differ."""
    outputs: int
    """Raw outputs that differ, those that do not compete included."""
    accuracy: float | None
    """Share of the model's predictions that are right; None without samples."""

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.predictions or self.outputs)


def model_samples(
    x: NDArray[Any], network: Network, kind: str, count: int, *, where: str
) -> NDArray[Any]:
    """Samples of a data set as a model's input takes them.

    Parameters
    ----------
    x : uint8 or float (n, features)
        Pixels of value p / 256, or values in [0, 1].
    network : Network
    kind : str
        A name in `onnx_input.INPUTS`.
    count : int
        Features that the model takes; those that the data set lacks are 0.
    where : str
        What to call `x` in a message.

    Raises
    ------
    ValueError
        There are more features than the model takes, or values for a model of pixels.
    """
    features = x.shape[1]
    if features > count:
        raise ValueError(f"the model must take the {features} features of {where}, not {count}")
    if kind == "raw":
        return encode_features(x, network.format, count, where=where).astype(INPUTS[kind])
    pixels = x.dtype == np.uint8
    if kind == "uint8" and not pixels:
        raise ValueError(f"the model takes pixels, uint8, but {where} holds {x.dtype}")
    samples = np.zeros((len(x), count), INPUTS[kind])
    samples[:, :features] = x / 256 if pixels and kind != "uint8" else x
    return samples


def check_onnx(
    path: Path,
    parameters: Parameters,
    samples: NDArray[Any],
    labels: NDArray[np.integer],
    inputs: NDArray[np.int64] | None = None,
) -> ModelDifferences:
    """Run a model on samples, and count where the golden model gives something else.

    Parameters
    ----------
    path : Path
        The model.
    parameters : Parameters
        What it was made of.
    samples
        What the model takes: (n, features) of a type in `onnx_input.INPUTS`.
    labels
        Their classes: integers (n,).
    inputs : int64 (N_0,), optional
        The feature that each input takes, as the model was made with.

    Raises
    ------
    ToolError
        As `run_onnx`.
    """
    outputs, predictions = run_onnx(path, samples)
    network = parameters.network
    columns = network.layers[0] if inputs is None else samples.shape[1]
    if samples.dtype == INPUTS["raw"]:
        raw: NDArray[np.integer] = np.zeros((len(samples), columns), samples.dtype)
        raw[:, : samples.shape[1]] = samples
    else:
        raw = encode_features(samples, network.format, columns, where="samples")
    if inputs is not None:
        raw = raw[:, inputs]
    golden = output_activations(parameters, raw)
    right = golden[:, : network.competing].argmax(axis=1)
    return ModelDifferences(
        samples=len(labels),
        predictions=int(np.count_nonzero(predictions != right)),
        outputs=int(np.count_nonzero(outputs != golden)),
        accuracy=float((predictions == labels).mean()) if len(labels) else None,
    )


def run_onnx(path: Path, samples: NDArray[Any]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Raw outputs (n, N_L) and predictions (n,) of a model in ONNX Runtime, on the processor.

    Raises
    ------
    ToolError
        The package onnxruntime cannot be imported, or refuses the model or the samples.
    """
    runtime = optional_package("onnxruntime", "running an ONNX file")
    try:
        session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        parts = [
            session.run(["outputs", "prediction"], {"input": samples[start : start + BATCH]})
            for start in range(0, max(1, len(samples)), BATCH)
        ]
    except Exception as error:  # its errors have no common base
        raise ToolError(f"ONNX Runtime refuses {path}: {error}") from error
    outputs, predictions = (np.concatenate(part) for part in zip(*parts, strict=True))
    return outputs, predictions
