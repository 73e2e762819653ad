"""What the input of an exported model takes, and the nodes that make raw integers of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from software_ref.fixed_point import FixedFormat

if TYPE_CHECKING:
    from software_ref.exchange.onnx_nodes import OnnxNodes

__all__ = ["INPUTS", "encode", "meaning"]

INPUTS: dict[str, type[np.generic]] = {
    "raw": np.int32,
    "uint8": np.uint8,
    "float32": np.float32,
    "float64": np.float64,
}
"""Types of the input by the names that a user has for them."""

_PIXEL_BITS = 8


def meaning(kind: str, fmt: FixedFormat) -> str:
    """What the input's values stand for."""
    if kind == "raw":
        return f"raw integers, 0 to {fmt.one}"
    return "pixels, p / 256" if kind == "uint8" else "values, 0 to 1"


def encode(nodes: OnnxNodes, value: str, kind: str, fmt: FixedFormat) -> str:
    """Add the nodes that make raw inputs a_0 of samples (docs/numerics.md, "Feedforward").

    What lies outside the range becomes its end, as the golden model would refuse it. Every step is
    exact in float64.

    Parameters
    ----------
    nodes : OnnxNodes
    value : str
        The input, of type `INPUTS[kind]`.
    kind : str
        A name in `INPUTS`.
    fmt : FixedFormat

    Returns
    -------
    str
        float64 raw, the low bits of narrow activations 0.
    """
    real = nodes.cast(value, np.float64)
    if kind == "uint8":
        places = _PIXEL_BITS - fmt.fraction
        raw = nodes.rounding_shift(real, places) if places > 0 else nodes.scale(real, -places)
    elif kind == "raw":
        raw = nodes.clip(real, 0, fmt.one)
    else:
        scaled = nodes.scale(nodes.clip(real, 0, 1), fmt.fraction)
        whole = nodes.floor(scaled)
        # Not floor(scaled + 1/2): that sum rounds. Twice the rest is exact, and 1 or more from a
        # half on.
        rest = nodes.node("Sub", [scaled, whole])
        raw = nodes.node("Add", [whole, nodes.floor(nodes.scale(rest, 1))])
    shift = fmt.activation_shift
    return nodes.scale(nodes.rounding_shift(raw, shift), shift)
