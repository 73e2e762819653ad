"""The network's neurons and edges, as the page draws them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from software_ref.connections.clash_free import ClashFreePattern
from software_ref.golden import Parameters
from software_ref.network import Network

__all__ = ["MOST_EDGES_SHOWN", "network_view", "shown"]

MOST_EDGES_SHOWN = 1 << 19
"""Edges of a junction up to which a page holds them: some 3 MB."""


def shown(pattern: ClashFreePattern) -> bool:
    """Whether a page holds the edges of a junction."""
    return pattern.shape.weights <= MOST_EDGES_SHOWN


def network_view(
    network: Network, patterns: Sequence[ClashFreePattern], parameters: Parameters | None
) -> dict[str, Any]:
    """Layers, and the edges of every junction in natural order.

    Returns
    -------
    dict
        "layers", and "junctions" with "left" and "right", the neurons of each edge: int64 (W,);
        "weights" and "biases", values as float32 (W,) and (N_i,), or None without parameters. The
        four are None where the junction has more edges than a page holds.
    """
    fmt = network.format
    scale = 2.0 ** -(fmt.fraction + fmt.extra_bits)
    junctions = []
    for i, pattern in enumerate(patterns):
        entry: dict[str, Any] = dict.fromkeys(("left", "right", "weights", "biases"))
        if shown(pattern):
            entry["left"] = pattern.left_neurons
            entry["right"] = pattern.sparse.right_neurons
            if parameters is not None:
                entry["weights"] = (parameters.weights[i] * scale).astype(np.float32)
                entry["biases"] = (parameters.biases[i] * scale).astype(np.float32)
        junctions.append(entry)
    return {"layers": list(network.layers), "junctions": junctions}
