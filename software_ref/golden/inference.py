"""The golden model's feedforward alone: raw outputs of any number of samples, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from software_ref.golden.edges import Pattern, edges_of
from software_ref.golden.junction import GoldenJunction, Integers
from software_ref.golden.parameters import Parameters
from software_ref.golden.samples import Progress, check_features

__all__ = ["feedforward_batches", "output_activations"]

BATCH_VALUES = 1 << 20
"""Gathered activations that a batch holds at a time."""


def feedforward_batches(
    junctions: Sequence[GoldenJunction], features: NDArray[np.integer]
) -> Iterator[Integers]:
    """Run all samples through the junctions; each batch's output activations, raw (b, N_L).

    Parameters
    ----------
    junctions : sequence of GoldenJunction
        The network's, left to right; they count what saturates.
    features : integers (n, N_0)
        Raw inputs, checked.
    """
    batch = max(1, BATCH_VALUES // max(junction.weights.size for junction in junctions))
    for start in range(0, len(features), batch):
        activations: Integers = features[start : start + batch].astype(junctions[0].dtype)
        for junction in junctions:
            activations = junction.feedforward_batch(activations)
        yield activations


def output_activations(
    parameters: Parameters,
    features: ArrayLike,
    patterns: Sequence[Pattern] | None = None,
    *,
    progress: Progress | None = None,
) -> NDArray[np.int64]:
    """Raw activations of the output layer.

    Parameters
    ----------
    parameters : Parameters
        Weights and biases, with their network.
    features
        Raw inputs in [0, 2**f]: integers (n, N_0).
    patterns : sequence of Pattern, optional
        One per junction; by default those of the parameters.
    progress : callable, optional
        Called with the number of samples since its last call.

    Returns
    -------
    ndarray
        int64 raw (n, N_L), outputs that do not compete included.

    Raises
    ------
    TypeError, ValueError
        As `Samples.check` for features.
    """
    network = parameters.network
    checked = check_features(network, features)
    edges = parameters.edges if patterns is None else edges_of(network, patterns)
    values = zip(edges, parameters.weights, parameters.biases, strict=True)
    junctions = [GoldenJunction(network, *each, slots=1) for each in values]
    outputs = np.empty((len(checked), network.layers[-1]), np.int64)
    done = 0
    for batch in feedforward_batches(junctions, checked):
        outputs[done : done + len(batch)] = batch
        done += len(batch)
        if progress is not None:
            progress(len(batch))
    return outputs
