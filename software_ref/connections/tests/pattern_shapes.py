"""Sizes of junctions for property tests, and the degrees of a pattern counted one by one."""

from __future__ import annotations

from collections import Counter
from math import gcd

from hypothesis import strategies as st

from software_ref.connections.pattern import SparsePattern

__all__ = ["degree_counts", "equal_degrees", "unequal_patterns"]


@st.composite
def equal_degrees(draw: st.DrawFn, largest: int = 16) -> tuple[int, int, int]:
    """Left neurons, right neurons and a legal out-degree."""
    left, right = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    unit = right // gcd(left, right)
    return left, right, unit * draw(st.integers(1, right // unit))


@st.composite
def unequal_patterns(draw: st.DrawFn, largest: int = 10) -> SparsePattern:
    """Any pattern at all, perhaps without edges."""
    left, right = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    cells = draw(st.lists(st.booleans(), min_size=left * right, max_size=left * right))
    rows = [[int(cell) for cell in cells[r * left : (r + 1) * left]] for r in range(right)]
    return SparsePattern.from_biadjacency(rows)


def degree_counts(pattern: SparsePattern) -> tuple[list[int], list[int]]:
    """Out-degrees and in-degrees, from the two lists of neurons; no pair may occur twice."""
    lefts, rights = pattern.left_neurons.tolist(), pattern.right_neurons.tolist()
    assert len(set(zip(lefts, rights, strict=True))) == len(lefts)
    leaving, entering = Counter(lefts), Counter(rights)
    return [leaving[n] for n in range(pattern.left)], [entering[n] for n in range(pattern.right)]
