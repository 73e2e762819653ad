"""Structured patterns: random edges, but as many leave every left and enter every right neuron."""

from __future__ import annotations

import numpy as np

from software_ref.connections.pattern import SparsePattern
from software_ref.connections.sizes import check_out_degree

__all__ = ["structured_pattern"]


def structured_pattern(
    left: int,
    right: int,
    out_degree: int,
    rng: np.random.Generator,
    *,
    where: str = "the junction",
) -> SparsePattern:
    """Draw a pattern of equal out-degrees and equal in-degrees.

    Right neurons choose their d_in left neurons one after another, in random order. A left neuron
    with r edges to give while R right neurons still choose must have r <= R; so those with r = R
    are taken, and the other places are drawn without replacement among those with r < R, with
    weights r. Then all r sum to R d_in and none exceeds R from the first choice to the last, which
    is why no choice ever fails (Gale-Ryser). Every pattern can come out, though not all are equally
    likely.

    Parameters
    ----------
    left, right, out_degree : int
        N_{i-1}, N_i and d_out.
    rng : numpy.random.Generator
    where : str
        What an error calls the junction.

    Raises
    ------
    ValueError
        No pattern has these degrees.
    """
    check_out_degree(left, right, out_degree, where=where)
    in_degree = left * out_degree // right
    remaining = np.full(left, out_degree)
    left_neurons = np.empty((right, in_degree), dtype=np.int64)
    for choosing, neuron in zip(range(right, 0, -1), rng.permutation(right), strict=True):
        forced = np.flatnonzero(remaining == choosing)
        free = np.flatnonzero((remaining > 0) & (remaining < choosing))
        # The first of independent exponential clocks with rates r: draws with weights r.
        clocks = rng.standard_exponential(len(free)) / remaining[free]
        drawn = free[np.argsort(clocks)[: in_degree - len(forced)]]
        chosen = np.concatenate([forced, drawn])
        remaining[chosen] -= 1
        left_neurons[neuron] = np.sort(chosen)
    return SparsePattern.from_left_neurons(left, right, left_neurons.reshape(-1))
