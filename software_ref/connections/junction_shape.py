"""The sizes of one junction, and what its rows and memories follow from."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from software_ref.connections.sizes import check_out_degree, nearest
from software_ref.console.errors import Mistakes

__all__ = ["JunctionShape"]


@dataclass(frozen=True, kw_only=True)
class JunctionShape:
    """One junction's sizes; every other figure is derived from these.

    Edges are numbered in natural (right-hand) order: edge e = t z + j is in row t, lane j, and
    belongs to right neuron e // d_in (docs/architecture.md, "Words used everywhere").
    """

    index: int
    """Junction number i, counted from 1."""
    left: int
    """Left neurons N_{i-1}."""
    right: int
    """Right neurons N_i."""
    out_degree: int
    """Edges leaving each left neuron, d_out."""
    parallelism: int
    """Edges processed per clock, z."""

    def __post_init__(self) -> None:
        where, mistakes = f"junction {self.index}", Mistakes()
        with mistakes.noted():
            check_out_degree(self.left, self.right, self.out_degree, where=where)
        with mistakes.noted():
            if self.left % self.parallelism:
                divisors = [d for d in range(1, self.left + 1) if self.left % d == 0]
                raise ValueError(
                    f"parallelism of {where} must divide its {self.left} left neurons, "
                    f"not {self.parallelism}; nearest legal parallelism: "
                    f"{nearest(self.parallelism, divisors)}"
                )
        mistakes.raise_any()

    def figures(self) -> dict[str, int]:
        """Its sizes by name, as JSON has them."""
        return {
            "junction": self.index,
            "left": self.left,
            "right": self.right,
            "out_degree": self.out_degree,
            "in_degree": self.in_degree,
            "parallelism": self.parallelism,
            "depth": self.depth,
            "rows": self.rows,
        }

    @property
    def in_degree(self) -> int:
        """Edges entering each right neuron, d_in = N_{i-1} d_out / N_i."""
        return self.weights // self.right

    @property
    def weights(self) -> int:
        """Edges W = N_{i-1} d_out."""
        return self.left * self.out_degree

    @property
    def density(self) -> float:
        """Share of the N_{i-1} N_i possible edges that exist, rho."""
        return self.weights / (self.left * self.right)

    @property
    def depth(self) -> int:
        """Words D = N_{i-1} / z in each of the z left memories."""
        return self.left // self.parallelism

    @property
    def rows(self) -> int:
        """Clocks C = W / z to process the junction once."""
        return self.weights // self.parallelism

    @property
    def movable(self) -> bool:
        """Whether connections of kind `free` can move (docs/numerics.md, "Rewiring")."""
        return self.depth > 1 and self.out_degree < self.right

    @property
    def finishing(self) -> int:
        """The most right neurons whose last edge lies in one row, ceil(z / d_in)."""
        return ceil(self.parallelism / self.in_degree)
