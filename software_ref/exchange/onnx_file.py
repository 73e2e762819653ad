"""Writes a network as an ONNX file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from software_ref.console.atomic_file import atomic_file
from software_ref.console.optional_package import optional_package
from software_ref.golden.parameters import Parameters

__all__ = ["write_onnx"]


def write_onnx(
    path: Path,
    parameters: Parameters,
    *,
    name: str = "network",
    kind: str = "raw",
    features: int | None = None,
    epoch: int = 0,
    inputs: NDArray[np.int64] | None = None,
) -> int:
    """Write a network as an ONNX file; the arguments are those of `onnx_graph.onnx_model`.

    Returns
    -------
    int
        Bytes written.

    Raises
    ------
    OSError
        The file cannot be written.
    ToolError
        The package onnx cannot be imported.
    ValueError
        As `onnx_model`.
    """
    optional_package("onnx", "an ONNX file")
    from software_ref.exchange.onnx_graph import onnx_model

    model = onnx_model(
        parameters, name=name, kind=kind, features=features, epoch=epoch, inputs=inputs
    )
    content: bytes = model.SerializeToString(deterministic=True)
    with atomic_file(path) as unfinished:
        unfinished.write_bytes(content)
    return len(content)
