"""Clash-free connection patterns: which left neuron each edge reads, from seeds and incrementers.

Left neuron n sits in left memory n mod z at word n // z. In cycle c of sweep s, lane j reads memory
v_s(j) at word (phi_s[v] + c) mod D, or at pi_{s,v}(c) for `free` patterns, so the z lanes of a row
never meet in one memory (docs/connections.md, "Kinds of patterns"; slides,
"Clash-free memory access patterns").
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.kinds import KINDS
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.pattern import SparsePattern

__all__ = ["ClashFreePattern", "generate_pattern"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ClashFreePattern:
    """The clash-free pattern of one junction.

    Raises
    ------
    ValueError
        A row of `memory` is no permutation of the memories, the words of a memory are no
        permutation, or some pair of neurons would carry two edges.
    """

    shape: JunctionShape
    """Sizes of the junction."""
    kind: str
    """One of KINDS; tells which incrementers and seed memories the hardware needs."""
    memory: NDArray[np.int64]
    """Memory v_s(j) that lane j reads in sweep s: int64 (d_out, z)."""
    words: NDArray[np.int64]
    """Word that memory v is read at in cycle c of sweep s: int64 (d_out, z, D)."""

    def __post_init__(self) -> None:
        shape = self.shape
        z, depth, sweeps = shape.parallelism, shape.depth, shape.out_degree
        where = f"junction {shape.index}"
        if self.memory.shape != (sweeps, z) or self.words.shape != (sweeps, z, depth):
            raise ValueError(
                f"pattern of {where} must have memory ({sweeps}, {z}) and words ({sweeps}, {z}, "
                f"{depth}), not {self.memory.shape} and {self.words.shape}"
            )
        if not np.array_equal(np.sort(self.memory, axis=1), np.tile(np.arange(z), (sweeps, 1))):
            raise ValueError(f"pattern of {where} must permute the {z} memories in every sweep")
        ordered = np.sort(self.words, axis=2)
        if not np.array_equal(ordered, np.broadcast_to(np.arange(depth), ordered.shape)):
            raise ValueError(f"pattern of {where} must read each of the {depth} words once a sweep")
        rows = np.sort(self.left_neurons.reshape(shape.right, shape.in_degree), axis=1)
        right, edge = np.nonzero(rows[:, 1:] == rows[:, :-1])
        if len(right):
            raise ValueError(
                f"pattern of {where} must join a pair of neurons at most once, but left neuron "
                f"{rows[right[0], edge[0]]} and right neuron {right[0]} carry two edges: right "
                "neurons straddle two sweeps here, whose seeds must keep their words apart"
            )

    @cached_property
    def left_neurons(self) -> NDArray[np.int64]:
        """Left neuron of every edge in natural order: int64 (W,)."""
        z = self.shape.parallelism
        word = np.take_along_axis(self.words, self.memory[:, :, None], axis=1)  # (d_out, lane, D)
        left = word * z + self.memory[:, :, None]
        return np.ascontiguousarray(left.transpose(0, 2, 1)).reshape(-1)

    def with_left_neurons(self, left: NDArray[np.integer]) -> ClashFreePattern:
        """The pattern of other left neurons, int (W,) in natural order, in the same memories.

        Raises
        ------
        ValueError
            An edge starts in another memory than its lane reads, or as the class.
        """
        shape, memory = self.shape, self.memory
        z, where = shape.parallelism, f"pattern of junction {shape.index}"
        if left.shape != (shape.weights,):
            raise ValueError(f"{where} must have shape ({shape.weights},), not {left.shape}")
        outside = left[(left < 0) | (left >= shape.left)]
        if len(outside):
            raise ValueError(
                f"{where} must name left neurons 0 to {shape.left - 1}, not {outside[0]}"
            )
        by_cycle = left.astype(np.int64).reshape(shape.out_degree, shape.depth, z)
        wrong = np.flatnonzero(by_cycle % z != memory[:, None, :])
        if len(wrong):
            edge = wrong[0]
            raise ValueError(
                f"{where} must read memory {memory[edge // shape.left, edge % z]} at edge {edge}, "
                f"but left neuron {left[edge]} is in memory {left[edge] % z}"
            )
        words = np.empty_like(self.words)
        np.put_along_axis(words, memory[:, :, None], by_cycle.transpose(0, 2, 1) // z, axis=1)
        return replace(self, words=words)

    @cached_property
    def sparse(self) -> SparsePattern:
        """The same edges as a pattern of any kind."""
        return SparsePattern.from_left_neurons(self.shape.left, self.shape.right, self.left_neurons)

    @property
    def seeds(self) -> NDArray[np.int64]:
        """Seed vectors phi_s, the word of each memory in cycle 0: int64 (d_out, z)."""
        return self.words[:, :, 0]


def generate_pattern(shape: JunctionShape, options: ConnectionOptions) -> ClashFreePattern:
    """Draw one junction's pattern; equal arguments give equal patterns on every machine.

    Where a right neuron's edges straddle two sweeps, the second sweep is drawn so that no left
    neuron meets that right neuron twice. That is always possible, as d_in <= N_{i-1}: keeping the
    sweep before it unchanged is one solution.
    """
    rng = np.random.default_rng([options.seed, shape.index])
    z, depth, sweeps = shape.parallelism, shape.depth, shape.out_degree
    memory = np.empty((sweeps, z), dtype=np.int64)
    words = np.empty((sweeps, z, depth), dtype=np.int64)
    kind = KINDS[options.kind]
    for sweep in range(sweeps):
        tail_start, head = _straddle(shape, sweep)
        before = memory[sweep - 1] if sweep else np.arange(z)
        memory[sweep] = _draw_memories(
            rng, z, before, tail_start=tail_start, head=head, dither=options.dither
        )
        if head == 0:
            words[sweep] = kind.draw(rng, z, depth, words[sweep - 1] if sweep else None)
            continue
        # Memory v is read in its sweep's tail from cycle first[v] on, in this head up to last[v].
        lanes = np.arange(z)
        first = np.empty(z, dtype=np.int64)
        first[before] = tail_start // z + (lanes < tail_start % z)
        last = np.empty(z, dtype=np.int64)
        last[memory[sweep]] = head // z + (lanes < head % z)
        words[sweep] = kind.follow(rng, words[sweep - 1], first, last)
    return ClashFreePattern(shape=shape, kind=options.kind, memory=memory, words=words)


def _straddle(shape: JunctionShape, sweep: int) -> tuple[int, int]:
    """Where the right neuron across the sweep's start begins and ends, in edges of its sweeps.

    Returns (N_{i-1}, 0) where no right neuron straddles.
    """
    tail = shape.left * sweep % shape.in_degree
    return shape.left - tail, (shape.in_degree - tail) if tail else 0


def _draw_memories(
    rng: np.random.Generator,
    z: int,
    before: NDArray[np.int64],
    *,
    tail_start: int,
    head: int,
    dither: bool,
) -> NDArray[np.int64]:
    if not dither:
        return np.arange(z)
    if head % z == 0 or head // z < tail_start // z:
        return rng.permutation(z)
    # The head's last, partial row may only meet memories that the tail's first, partial row left.
    free = rng.permutation(before[: tail_start % z])
    rest = np.concatenate([free[head % z :], before[tail_start % z :]])
    return np.concatenate([free[: head % z], rng.permutation(rest)])
