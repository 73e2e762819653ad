"""Kinds of clash-free patterns: how each draws its words, counts its patterns and is stored.

A new one is a class here (or anywhere that adds it to `KINDS`) and an address generator of that
name in `hwgen.storage.interleaver`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.junction_shape import JunctionShape

__all__ = ["KINDS", "Free", "PatternKind", "SeedPerSweep", "SharedSeed"]

Words: TypeAlias = NDArray[np.int64]


class PatternKind(ABC):
    """The words at which the z left memories are read in the D cycles of each of d_out sweeps."""

    name: ClassVar[str]
    """Its name in `[connections] kind`."""
    reads_rows: ClassVar[bool] = False
    """Whether an interleaver reads each row's addresses, where others count from seeds."""

    @abstractmethod
    def draw(
        self, rng: np.random.Generator, memories: int, depth: int, before: Words | None
    ) -> Words:
        """The words of the first sweep, or of one that need not heed the one before: int64 (z, D).

        `before` are the words of that one, None in the first sweep.
        """

    @abstractmethod
    def follow(self, rng: np.random.Generator, before: Words, first: Words, last: Words) -> Words:
        """The words of a sweep whose head belongs to a right neuron that started in the one before.

        Memory v is read in that sweep's tail from cycle first[v] on, in this head up to last[v];
        no word may come in both.
        """

    @abstractmethod
    def count(self, shape: JunctionShape, rows: int) -> Counter[int]:
        """How many patterns there are without dither, as powers of factorials (see PatternCount).

        `rows` are those of a right neuron, at least 1.
        """

    @abstractmethod
    def stored_rows(self, shape: JunctionShape) -> int:
        """Words of the address memory, of an address for each of the z memories; 0 has none."""


class SharedSeed(PatternKind):
    """All sweeps count on from one seed vector."""

    name = "shared_seed"

    def draw(
        self, rng: np.random.Generator, memories: int, depth: int, before: Words | None
    ) -> Words:
        return _drawn_seeds(rng, memories, depth) if before is None else before

    def follow(self, rng: np.random.Generator, before: Words, first: Words, last: Words) -> Words:
        return before

    def count(self, shape: JunctionShape, rows: int) -> Counter[int]:
        return _seed_powers(shape, rows, vectors=1)

    def stored_rows(self, shape: JunctionShape) -> int:
        return 0


class SeedPerSweep(PatternKind):
    """Every sweep counts on from a seed vector of its own."""

    name = "seed_per_sweep"

    def draw(
        self, rng: np.random.Generator, memories: int, depth: int, before: Words | None
    ) -> Words:
        return _drawn_seeds(rng, memories, depth)

    def follow(self, rng: np.random.Generator, before: Words, first: Words, last: Words) -> Words:
        depth = before.shape[1]
        return _counted((before[:, 0] + rng.integers(0, first - last + 1)) % depth, depth)

    def count(self, shape: JunctionShape, rows: int) -> Counter[int]:
        return _seed_powers(shape, rows, vectors=shape.out_degree)

    def stored_rows(self, shape: JunctionShape) -> int:
        return shape.out_degree


class Free(PatternKind):
    """Every memory is read in any order of its words, another one in every sweep."""

    name = "free"
    reads_rows = True

    def draw(
        self, rng: np.random.Generator, memories: int, depth: int, before: Words | None
    ) -> Words:
        return rng.permuted(np.tile(np.arange(depth), (memories, 1)), axis=1)

    def follow(self, rng: np.random.Generator, before: Words, first: Words, last: Words) -> Words:
        words = np.empty_like(before)
        for v in range(len(before)):
            allowed = rng.permutation(before[v, : first[v]])
            rest = np.concatenate([allowed[last[v] :], before[v, first[v] :]])
            words[v] = np.concatenate([allowed[: last[v]], rng.permutation(rest)])
        return words

    def count(self, shape: JunctionShape, rows: int) -> Counter[int]:
        sweeps = shape.parallelism * shape.out_degree
        powers = Counter({shape.depth: sweeps})
        powers[rows] -= shape.depth // rows * sweeps
        return powers

    def stored_rows(self, shape: JunctionShape) -> int:
        return shape.rows


KINDS: dict[str, PatternKind] = {each.name: each for each in (SharedSeed(), SeedPerSweep(), Free())}
"""By name; `[connections] kind` takes these."""


def _drawn_seeds(rng: np.random.Generator, memories: int, depth: int) -> Words:
    return _counted(rng.integers(0, depth, size=memories), depth)


def _counted(seeds: Words, depth: int) -> Words:
    """Each memory's words, counted on from its seed modulo D."""
    words: Words = (seeds[:, None] + np.arange(depth)) % depth
    return words


def _seed_powers(shape: JunctionShape, rows: int, *, vectors: int) -> Counter[int]:
    """D^z for each seed vector, or 1 where a right neuron takes whole sweeps."""
    powers: Counter[int] = Counter()
    if rows < shape.depth:
        powers[shape.depth] += shape.parallelism * vectors
        powers[shape.depth - 1] -= shape.parallelism * vectors
    return powers
