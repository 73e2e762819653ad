"""What the compiled steps work on: a network's arrays, in the smallest dtypes that are exact.

A junction is stored in one of two ways. Sparse: each right neuron's row holds its edges alone, and
FF gathers the activations of their left neurons into the same order, for UP as well. Dense: the
row has an entry for every left neuron, 0 where there is no edge, so nothing is gathered. With many
edges to a neuron that is faster, as vectors cannot gather.

Where most left activations are 0, as in most images, only the others are put where they belong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from software_ref.activation_functions import OUTPUT
from software_ref.golden.edges import Edges
from software_ref.golden.junction import (
    exact_dtype,
    largest_updates,
    vanishing_bias,
    vanishing_shift,
)
from software_ref.golden.noise import bias_places
from software_ref.network import Network

__all__ = [
    "Chunk",
    "Indices",
    "Integers",
    "Limits",
    "Plan",
    "Raws",
    "Rounding",
    "State",
    "Sums",
    "make_plan",
    "make_state",
    "storage_dtype",
    "sum_dtype",
]

DENSE_FROM = 4
"""Junctions with at least one in so many possible edges are stored densely."""

Raws: TypeAlias = NDArray[np.signedinteger[Any]]
"""Raw integers: int16 where the format fits, else int32."""
Sums: TypeAlias = NDArray[np.signedinteger[Any]]
"""Products of two raws, and sums of them: int32 where all fit, else int64."""
Indices: TypeAlias = NDArray[np.unsignedinteger[Any]]
"""Neurons of a layer: uint16 where all fit, else uint32; Numba tests signed ones for < 0."""
Integers: TypeAlias = NDArray[np.int64]


class Limits(NamedTuple):
    """The ends of a format."""

    lowest: int
    """The smallest raw."""
    highest: int
    """The largest raw."""


class Plan(NamedTuple):
    """What never changes; arrays of all junctions or layers lie one behind the other."""

    dense: NDArray[np.bool_]
    """Whether each junction is stored densely: (L,)."""
    right: Integers
    """N_i of each junction: (L,)."""
    lags: Integers
    """m_i of each junction: (L,)."""
    neurons: Integers
    """Where each layer's neurons begin, and where the last one's end: (L + 2,)."""
    entries: Integers
    """Where each junction's rows begin, and where the last one's end: (L + 1,)."""
    edges: Integers
    """The same, counting sparse junctions alone: (L + 1,)."""
    left: Indices
    """Left neuron of every edge of the sparse junctions, counted in its layer: (edges,)."""
    leaving: Indices
    """The same edges by left neuron: where in its junction's rows each lies: (edges,)."""
    present: Raws
    """-1, so all bits set, where an entry is an edge, else 0: (entries,)."""
    largest: Integers
    """The largest raw activation of each junction's left layer: (L,)."""
    weight_shifts: Integers
    """A shift that rounds every a delta of the junction to 0: (L,)."""
    bias_shift: int
    """A shift that rounds every delta to 0."""
    output: Raws
    """A[s] of the outputs from the smallest s up: (2**B,)."""
    hidden: Raws
    """A[s] of hidden layers: (2**B,)."""
    derivative: Raws
    """A'[s] of hidden layers: (2**B,)."""
    fraction: int
    """f."""
    limits: Limits
    """Of the format."""
    stored: Limits
    """Of stored weights and biases."""
    extra: int
    """E, the bits that stored weights and biases have beyond f."""
    random: int
    """R, the random bits of an update's rounding."""
    generators: Integers
    """Each junction's generator at the start of a sequence: (L,)."""
    rows: Integers
    """C_i of each junction: (L,)."""
    parallelism: Integers
    """z_i of each junction: (L,)."""
    bias_rows: Integers
    """Row in which each neuron finishes; those of the inputs mean nothing: (N,)."""
    bias_slots: Integers
    """Its slot in that row: (N,)."""
    often_zero: bool
    """Whether many activations of hidden layers are 0."""
    clips: bool
    """Whether hidden layers clip s to 0..cap, which takes no table."""
    cap: int
    """That cap as a raw."""
    kept: int
    """-2**n, which takes away the n low bits that hidden layers drop."""
    competing: int
    """Outputs that compete."""


class Rounding(NamedTuple):
    """How an update rounds."""

    shift: int
    """f - E + k."""
    largest: int
    """The largest raw activation."""


class State(NamedTuple):
    """What the steps change; the n-th sample uses slot n modulo the number of slots.

    N is the number of all neurons, the inputs too.
    """

    stored_weights: Raws
    """(entries,)."""
    stored_biases: Raws
    """Those of the inputs mean nothing: (N,)."""
    weights: Raws
    """Without their extra bits; the stored ones themselves where there are none: (entries,)."""
    biases: Raws
    """Likewise: (N,)."""
    activations: Raws
    """a: (slots, N)."""
    derivatives: Raws
    """h': (slots, N)."""
    deltas: Raws
    """delta: (slots, N)."""
    exists: NDArray[np.bool_]
    """Whether there is a sample in the slot: (slots,)."""
    train: NDArray[np.bool_]
    """Whether it trains: (slots,)."""
    labels: Integers
    """Its class: (slots,)."""
    exponents: Integers
    """Its k: (slots,)."""
    saturated: Integers
    """Values saturated in FF, BP and UP of each junction: (3, L)."""
    generators: Integers
    """State of each junction's generator: (L,)."""
    noise: Integers
    """Scratch for a generator's states, as many as the longest junction has rows."""
    headrooms: Integers
    """No change up to this takes a weight of the neuron out of the format: (N,)."""
    gathered: Raws
    """Left activation of every edge of the sparse junctions: (slots, edges)."""
    active: Indices
    """Scratch for neurons of a layer, as many as the largest layer has."""
    preactivations: Raws
    """Scratch for s, as many as the largest layer has neurons."""
    sums: Sums
    """Scratch for sums, as many as the largest layer has neurons."""


class Chunk(NamedTuple):
    """Some samples."""

    features: Raws
    """Raw inputs: (n, N_0)."""
    labels: Integers
    """Classes: (n,)."""
    train: NDArray[np.bool_]
    """Whether each trains: (n,)."""
    exponents: Integers
    """Each one's k: (n,)."""


def storage_dtype(network: Network) -> type[np.int16 | np.int32]:
    """The smallest dtype that holds every raw integer, the stored ones included."""
    return np.int16 if network.format.stored_width <= 16 else np.int32


def sum_dtype(network: Network) -> type[np.int32 | np.int64]:
    """int32 where every product of two raws and every sum over edges fits it, else int64.

    Raises
    ------
    ValueError
        Some back-propagated sum could leave even int64.
    """
    exact_dtype(network)
    raw, largest = -network.format.min_raw, 0
    for shape in network.junctions:
        activation = network.activation_maximum(shape.index - 1)
        forward = shape.in_degree * raw * activation
        backward = shape.out_degree * raw * raw if shape.index > 1 else 0
        largest = max(largest, forward, backward, *largest_updates(network, activation))
    return np.int32 if largest < 1 << 31 else np.int64


def _starts(sizes: Sequence[int]) -> NDArray[np.int64]:
    """Where parts of these sizes begin, one behind the other, and where the last one ends."""
    return np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))


def _is_dense(network: Network, edges: Edges) -> bool:
    """Whether a junction is faster with an entry for every pair of neurons."""
    shape = edges.shape
    # Random bits go by an edge's row and lane, which the entries of a dense junction do not show.
    if network.update.random_bits or shape.in_degree * DENSE_FROM < shape.left:
        return False
    pairs = _dense_places(edges)
    return len(np.unique(pairs)) == len(pairs)  # a pattern of the user's may double some


def _dense_places(edges: Edges) -> NDArray[np.int64]:
    """Where each edge is in a matrix (N_i, N_{i-1}), row by row: int64 (W,)."""
    right = np.arange(edges.shape.weights) // edges.shape.in_degree
    places: NDArray[np.int64] = right * edges.shape.left + edges.left
    return places


def make_plan(
    network: Network, edges: Sequence[Edges], lags: tuple[int, ...]
) -> tuple[Plan, NDArray[np.int64]]:
    """The kernel's plan, and where the weight of every edge is: int64 (W,)."""
    shapes, fmt, function = network.junctions, network.format, network.activation.function
    values, derivatives = function.tables(fmt, fmt.activation_shift)
    cap = function.cap_raw(fmt)
    random = network.update.random_bits
    dense = [_is_dense(network, each) for each in edges]
    entries = _starts(
        [
            shape.left * shape.right if is_dense else shape.weights
            for shape, is_dense in zip(shapes, dense, strict=True)
        ]
    )
    places = [
        start + (_dense_places(each) if is_dense else np.arange(each.shape.weights))
        for start, each, is_dense in zip(entries[:-1], edges, dense, strict=True)
    ]
    sparse = [each for each, is_dense in zip(edges, dense, strict=True) if not is_dense]
    leaving = [each.leaving.reshape(-1) for each in sparse]
    none = np.empty(0, np.int64)
    storage = storage_dtype(network)
    present = np.zeros(entries[-1], storage)
    present[np.concatenate(places)] = -1
    largest = [network.activation_maximum(shape.index - 1) for shape in shapes]
    index = np.uint16 if max(network.layers) <= 1 << 16 else np.uint32
    inputs = np.zeros(network.layers[0], np.int64)
    finishing = [bias_places(shape) for shape in shapes]
    plan = Plan(
        dense=np.array(dense),
        right=np.array([shape.right for shape in shapes]),
        lags=np.array(lags),
        neurons=_starts(network.layers),
        entries=entries,
        edges=_starts(
            [0 if is_dense else s.weights for s, is_dense in zip(shapes, dense, strict=True)]
        ),
        left=np.concatenate([none, *(each.left for each in sparse)]).astype(index),
        leaving=np.concatenate([none, *leaving]).astype(np.uint32),
        present=present,
        largest=np.array(largest),
        weight_shifts=np.array(
            [vanishing_shift(value * -fmt.min_raw, random) for value in largest]
        ),
        bias_shift=vanishing_shift(vanishing_bias(network), random),
        output=OUTPUT.tables(fmt, 0)[0].astype(storage),
        hidden=values.astype(storage),
        derivative=derivatives.astype(storage),
        fraction=fmt.fraction,
        limits=Limits(fmt.min_raw, fmt.max_raw),
        stored=Limits(fmt.stored_min_raw, fmt.stored_max_raw),
        extra=fmt.extra_bits,
        random=random,
        generators=np.array([network.update.first_state(shape.index) for shape in shapes]),
        rows=np.array([shape.rows for shape in shapes]),
        parallelism=np.array([shape.parallelism for shape in shapes]),
        bias_rows=np.concatenate([inputs, *(rows for rows, _ in finishing)]),
        bias_slots=np.concatenate([inputs, *(slots for _, slots in finishing)]),
        often_zero=function.exact_zero,
        clips=cap is not None,
        cap=cap or 0,
        kept=-1 << fmt.activation_shift,
        competing=network.competing,
    )
    return plan, np.concatenate(places)


def make_state(
    network: Network,
    plan: Plan,
    slots: int,
    kept: tuple[Raws, Raws, NDArray[np.int64]],
) -> State:
    """A state with no samples in flight.

    `kept` are its stored weights, its stored biases and its counters.
    """
    stored_weights, stored_biases, saturated = kept
    neurons, largest_layer, storage = (
        sum(network.layers),
        max(network.layers),
        storage_dtype(network),
    )
    weights, biases = stored_weights, stored_biases
    if plan.extra:
        weights, biases = weights >> plan.extra, biases >> plan.extra
    return State(
        stored_weights=stored_weights,
        stored_biases=stored_biases,
        weights=weights,
        biases=biases,
        activations=np.zeros((slots, neurons), storage),
        derivatives=np.zeros((slots, neurons), storage),
        deltas=np.zeros((slots, neurons), storage),
        exists=np.zeros(slots, np.bool_),
        train=np.zeros(slots, np.bool_),
        labels=np.zeros(slots, np.int64),
        exponents=np.zeros(slots, np.int64),
        saturated=saturated,
        generators=plan.generators.copy(),
        noise=np.zeros(max(plan.rows), np.int64),
        headrooms=np.zeros(neurons, np.int64),
        gathered=np.zeros((slots, plan.edges[-1]), storage),
        active=np.zeros(largest_layer, plan.left.dtype),
        preactivations=np.zeros(largest_layer, storage),
        sums=np.zeros(largest_layer, sum_dtype(network)),
    )
