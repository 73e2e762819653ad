"""Random patterns: edges anywhere, so that some neurons may have none; and all edges at once."""

from __future__ import annotations

import numpy as np

from software_ref.connections.pattern import SparsePattern

__all__ = ["fully_connected", "random_pattern"]


def random_pattern(left: int, right: int, edges: int, rng: np.random.Generator) -> SparsePattern:
    """Draw edges uniformly among all pairs of a left and a right neuron.

    Degrees differ from neuron to neuron, and neurons may end up without edges.

    Parameters
    ----------
    left, right : int
        N_{i-1} and N_i.
    edges : int
        Number of edges W.
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        There are fewer pairs than edges, or no edges.
    """
    if not 1 <= edges <= left * right:
        raise ValueError(
            f"edges must be 1 to the {left} * {right} = {left * right} pairs of neurons, "
            f"not {edges}"
        )
    places = np.sort(rng.choice(left * right, size=edges, replace=False, shuffle=False))
    right_neurons, left_neurons = np.divmod(places, left)
    return SparsePattern(
        left=left, right=right, left_neurons=left_neurons, right_neurons=right_neurons
    )


def fully_connected(left: int, right: int) -> SparsePattern:
    """Every left neuron joined to every right neuron."""
    return SparsePattern.from_left_neurons(left, right, np.tile(np.arange(left), right))
