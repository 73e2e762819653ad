"""The linear layers of a state_dict: matrices and biases by the names that frameworks give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from software_ref.golden.edges import Edges, edges_of
from software_ref.golden.parameters import Parameters
from software_ref.network import Network

__all__ = ["EdgeValues", "LinearLayer", "edge_values", "layers_of", "linear_layers"]

Floats: TypeAlias = NDArray[np.float64]

EdgeValues: TypeAlias = tuple[list[Floats], list[Floats]]
"""Weights in natural edge order, real (W_i,) each, and biases, real (N_i,) each."""

_WEIGHTS = ("weight", "weight_orig")
"""The matrix itself, and what torch.nn.utils.prune makes of it."""
_MASKS = ("mask", "weight_mask")
_BIASES = ("bias",)


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearLayer:
    """s = W a + b, as `torch.nn.Linear` holds it."""

    name: str
    """What the state calls it, such as "layers.0"; may be empty."""
    weight: Floats
    """W: float64 (N_i, N_{i-1})."""
    bias: Floats | None
    """b: float64 (N_i,); None stands for 0."""

    def named(self, part: str) -> str:
        """What the state calls a part of it."""
        return f"{self.name}.{part}" if self.name else part


def linear_layers(state: Mapping[str, Any]) -> list[LinearLayer]:
    """The layers of a state, in its order, which is that in which a module has them.

    A layer has `NAME.weight` (N_i, N_{i-1}) and, if it likes, `NAME.bias` (N_i,); a mask beside it,
    `NAME.mask` or `NAME.weight_mask` with `NAME.weight_orig` (torch.nn.utils.prune), multiplies the
    weights.

    Parameters
    ----------
    state : mapping
        Arrays by name.

    Raises
    ------
    TypeError
        An array does not hold real numbers.
    ValueError
        There is an array that no linear layer has, or a layer without weights; the message names
        it.
    """
    groups: dict[str, dict[str, Floats]] = {}
    for key, array in state.items():
        name, _, part = key.rpartition(".")
        if part not in (*_WEIGHTS, *_MASKS, *_BIASES):
            raise ValueError(
                f"state must hold weights and biases of linear layers alone, and has {key}"
            )
        groups.setdefault(name, {})[part] = _numbers(key, array)
    return [_layer(name, parts) for name, parts in groups.items()]


def edge_values(network: Network, layers: list[LinearLayer]) -> EdgeValues:
    """Weights of the network's edges, and biases, from its layers.

    Raises
    ------
    ValueError
        Layers or shapes are not the network's, a value is not finite, or there is a weight other
        than 0 where the network has no edge; the message names layer and neurons.
    """
    if len(layers) != len(network.junctions):
        names = ", ".join(layer.named("weight") for layer in layers) or "none"
        raise ValueError(
            f"state must have one linear layer for each of the {len(network.junctions)} junctions, "
            f"not {len(layers)}: {names}"
        )
    weights, biases = [], []
    for edges, layer in zip(edges_of(network), layers, strict=True):
        shape = edges.shape
        bias = np.zeros(shape.right) if layer.bias is None else layer.bias
        _check_shape(layer.named("weight"), layer.weight, (shape.right, shape.left), shape.index)
        _check_shape(layer.named("bias"), bias, (shape.right,), shape.index)
        _check_mask(layer, edges)
        weights.append(layer.weight[edges.right, edges.left])
        biases.append(bias)
    return weights, biases


def layers_of(parameters: Parameters) -> list[LinearLayer]:
    """The layers that parameters are, in floating point: what `edge_values` takes back."""
    fmt = parameters.network.format
    one = 1 << (fmt.fraction + fmt.extra_bits)
    return [
        LinearLayer(
            name=f"layers.{edges.shape.index - 1}",
            weight=edges.matrix(weights / one),
            bias=biases / one,
        )
        for edges, weights, biases in zip(
            parameters.edges, parameters.weights, parameters.biases, strict=True
        )
    ]


def _numbers(key: str, array: Any) -> Floats:
    values = np.asarray(array)
    if values.dtype.kind not in "biuf":
        raise TypeError(f"{key} must hold real numbers, not {values.dtype}")
    wide = values.astype(np.float64)
    if not np.isfinite(wide).all():
        place = ", ".join(map(str, np.argwhere(~np.isfinite(wide))[0]))
        raise ValueError(f"{key} must be finite, but [{place}] is not")
    return wide


def _layer(name: str, parts: Mapping[str, Floats]) -> LinearLayer:
    where = f"{name}." if name else ""
    found = [part for part in _WEIGHTS if part in parts]
    if len(found) != 1:
        raise ValueError(
            f"a layer must have one of {' and '.join(where + part for part in _WEIGHTS)}, "
            f"and has {', '.join(where + part for part in parts)}"
        )
    weight = parts[found[0]]
    if weight.ndim != 2:
        raise ValueError(
            f"{where}{found[0]} must be the matrix of a linear layer, not of shape {weight.shape}"
        )
    for part in _MASKS:
        mask = parts.get(part)
        if mask is None:
            continue
        if mask.shape != weight.shape:
            raise ValueError(
                f"{where}{part} must have shape {weight.shape}, as the weights, not {mask.shape}"
            )
        weight = weight * mask
    return LinearLayer(name=name, weight=weight, bias=parts.get("bias"))


def _check_shape(name: str, array: Floats, shape: tuple[int, ...], junction: int) -> None:
    if array.shape != shape:
        raise ValueError(
            f"{name} must have shape {shape}, as junction {junction} needs, not {array.shape}"
        )


def _check_mask(layer: LinearLayer, edges: Edges) -> None:
    """Refuse weights where there is no edge."""
    absent = edges.matrix(np.ones(edges.shape.weights)) == 0
    outside = np.argwhere((layer.weight != 0) & absent)
    if len(outside):
        right, left = outside[0].tolist()
        more = f", and {len(outside) - 1} more" if len(outside) > 1 else ""
        raise ValueError(
            f"{layer.named('weight')} must be 0 where junction {edges.shape.index} has no edge, "
            f"but right neuron {right} has {layer.weight[right, left]:.4g} from left neuron "
            f"{left}{more}"
        )
