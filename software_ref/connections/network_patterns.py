"""The patterns of all junctions of a network, by the name of their kind."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from software_ref.connections.clash_free import generate_pattern
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.pattern import SparsePattern
from software_ref.connections.planned import local_pattern, planned_pattern
from software_ref.connections.random_sparse import fully_connected, random_pattern
from software_ref.connections.sizes import (
    check_edges,
    check_entries,
    check_out_degree,
    positive_integers,
)
from software_ref.connections.structured import structured_pattern

if TYPE_CHECKING:
    from software_ref.network import Network

__all__ = ["PATTERN_KINDS", "network_patterns", "patterns_of"]

PATTERN_KINDS = ("clash_free", "structured", "random", "planned", "local", "fully_connected")


def network_patterns(
    kind: str,
    layers: Sequence[int],
    out_degree: Sequence[int],
    *,
    parallelism: Sequence[int] | None = None,
    seed: int = 1,
    clash_free_kind: str = "seed_per_sweep",
    dither: bool = False,
) -> tuple[SparsePattern, ...]:
    """Make one pattern per junction; equal arguments give equal patterns.

    Parameters
    ----------
    kind : str
        One of PATTERN_KINDS:

        - "clash_free": what the hardware's interleavers do, as `generate_pattern` draws it;
        - "structured": random with equal degrees;
        - "random": N_{i-1} d_out edges anywhere, whatever degrees come out;
        - "planned": every neuron meets every window of the other layer once;
        - "local": every right neuron reads neighbours, nothing is drawn;
        - "fully_connected": all pairs, whatever `out_degree` says.
    layers : sequence of int
        Neurons N_0 .. N_L.
    out_degree : sequence of int
        Edges leaving each left neuron (of random patterns: in the mean), one entry per junction.
    parallelism : sequence of int, optional
        Edges per clock z_1 .. z_L; only clash-free patterns need it, the others take no notice.
    seed : int
        At least 0; junction i, from 1, draws from the stream (seed, i).
    clash_free_kind, dither
        `kind` and `dither` of ConnectionOptions; only clash-free patterns take notice.

    Raises
    ------
    TypeError
        Some entry is no integer.
    ValueError
        The kind is unknown, the lists do not fit together, or some junction has no such pattern or
        too many edges for memory.
    """
    if kind not in PATTERN_KINDS:
        names = ", ".join(f'"{name}"' for name in PATTERN_KINDS)
        raise ValueError(f"pattern kind must be one of {names}, not {kind!r}")
    layers = positive_integers("layers", layers)
    out_degree = positive_integers("out_degree", out_degree)
    check_entries(layers, out_degree=out_degree)
    for i, ((left, right), degree) in enumerate(
        zip(pairwise(layers), out_degree, strict=True), start=1
    ):
        edges = left * (right if kind == "fully_connected" else degree)
        check_edges(edges, where=f"junction {i}")
    options = ConnectionOptions(kind=clash_free_kind, dither=dither, seed=seed)
    if kind == "clash_free":
        return _clash_free(layers, out_degree, parallelism, options)
    sizes = zip(pairwise(layers), out_degree, strict=True)
    return tuple(
        _junction_pattern(kind, left, right, degree, stream=(seed, i))
        for i, ((left, right), degree) in enumerate(sizes, start=1)
    )


def _clash_free(
    layers: tuple[int, ...],
    out_degree: tuple[int, ...],
    parallelism: Sequence[int] | None,
    options: ConnectionOptions,
) -> tuple[SparsePattern, ...]:
    if parallelism is None:
        raise ValueError("parallelism must be given for clash-free patterns, not None")
    parallelism = positive_integers("parallelism", parallelism)
    check_entries(layers, parallelism=parallelism)
    sizes = zip(pairwise(layers), out_degree, parallelism, strict=True)
    return tuple(
        generate_pattern(
            JunctionShape(index=i, left=left, right=right, out_degree=degree, parallelism=z),
            options,
        ).sparse
        for i, ((left, right), degree, z) in enumerate(sizes, start=1)
    )


def _junction_pattern(
    kind: str, left: int, right: int, degree: int, *, stream: tuple[int, int]
) -> SparsePattern:
    where = f"junction {stream[1]}"
    rng = np.random.default_rng(stream)
    match kind:
        case "structured":
            return structured_pattern(left, right, degree, rng, where=where)
        case "random":
            check_out_degree(left, right, degree, where=where, equal_in_degrees=False)
            return random_pattern(left, right, left * degree, rng)
        case "planned":
            return planned_pattern(left, right, degree, rng, where=where)
        case "local":
            return local_pattern(left, right, degree, where=where)
        case _:
            return fully_connected(left, right)


def patterns_of(network: Network, kind: str = "clash_free") -> tuple[SparsePattern, ...]:
    """The patterns of a network's sizes and seed: its own, or those of another kind."""
    own = network.connections
    return network_patterns(
        kind,
        network.layers,
        network.out_degree,
        parallelism=network.parallelism,
        seed=own.seed,
        clash_free_kind=own.kind,
        dither=own.dither,
    )
