"""A multiplier in LUTs: rows of partial products, the adders that sum them, and what both take.

A row is a pair of the multiplier's bits, a LUT for each bit of the multiplicand x. The first row of
a chain selects 0 or x and 0 or 2 x and adds them. A later one selects 0, x, 2 x or 3 x and adds it
to the sum of those before it, in the same LUTs, a row a clock; 3 x is added up beside the first.
A tree adds the chains' sums two by two; the bits below the upper one's place need no adder.

    clock 1       2        3        4
    row 0 --> + row 1 --> + row 2 --> + row 3 -->        one chain of four rows: fewest LUTs
    row 0 -------> + -------> + -->
    row 1 ------'         '                              four chains of one: fewest clocks
    row 2 -------> + -----'
    row 3 ------'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from software_ref.plan.pipelining import Pipelining, product_rows

__all__ = ["FabricMultiplier"]


@dataclass(frozen=True, kw_only=True)
class FabricMultiplier:
    """Geometry of one multiplier whose partial products are spelled out."""

    wide: int
    """Bits of the multiplicand, signed."""
    narrow: int
    """Bits of the multiplier."""
    largest: int | None = None
    """The largest value of an unsigned multiplier, whose rows may form chains; None: not so."""
    latency: int
    """Clocks from the operands to the product."""
    pipelining: Pipelining
    """Adders between registers."""

    @property
    def rows(self) -> int:
        """How many there are."""
        return product_rows(self.narrow, self.largest)

    @property
    def joined(self) -> bool:
        """Whether the top bit, never 1 beside another, has joined the pair below it."""
        return 2 * self.rows < self.narrow

    @cached_property
    def chain(self) -> int:
        """The most rows of a chain: of the lengths that the latency allows, the fewest LUTs."""
        if self.largest is None:
            return 1
        allowed = [
            chain
            for chain in range(1, self.rows + 1)
            if chain == 1
            or chain + self.pipelining.tree_levels(ceil(self.rows / chain)) <= self.latency
        ]
        return min(allowed, key=lambda chain: (self._luts(chain), chain))

    @property
    def luts(self) -> int:
        """LUTs, before any synthesis."""
        return self._luts(self.chain)

    @property
    def registers(self) -> int:
        """Flip-flops."""
        chains = self._chains(self.chain)
        count = 0
        for clock in range(1, self.chain + 1):
            count += sum(self._sum(chain[:clock]) for chain in chains)
            if clock < self.chain:  # operands of later rows
                count += 2 * self.wide + 2
                count += sum(sum(chain[clock:]) for chain in chains)
        for level, (widths, _) in enumerate(self._tree(chains), start=1):
            if level % self.pipelining.adders == 0 or len(widths) == 1:
                count += sum(widths)
        spent = self.chain + self.pipelining.tree_levels(len(chains))
        return count + max(self.latency - spent, 0) * (self.wide + self.narrow)

    def _chains(self, length: int) -> list[list[int]]:
        """Bits of the multiplier in the rows of every chain."""
        bits = [min(2, self.narrow - 2 * row) for row in range(self.rows)]
        return [bits[first : first + length] for first in range(0, self.rows, length)]

    def _sum(self, chain: list[int]) -> int:
        """Bits of the sum of a chain's rows."""
        return self.wide + (sum(chain) if sum(chain) > 1 else 0)

    def _luts(self, length: int) -> int:
        chains = self._chains(length)
        luts = sum(self._sum(chain[:1]) for chain in chains)
        luts += sum(self.wide + bits for chain in chains for bits in chain[1:])
        if length > 1:  # 3 x, and where the top bit stands for the pair below it
            luts += self.wide + 2 + (2 if self.joined else 0)
        return luts + sum(added for _, added in self._tree(chains))

    def _tree(self, chains: list[list[int]]) -> Iterator[tuple[list[int], int]]:
        """Widths of what each level of the tree leaves to add, and its LUTs."""
        widths = [self._sum(chain) for chain in chains]
        places = [2 * len(chain) for chain in chains]
        while len(widths) > 1:
            luts = 0
            merged, shifts = [], []
            for k in range(0, len(widths), 2):
                if k + 1 == len(widths):
                    merged.append(widths[k])
                    shifts.append(places[k])
                    continue
                high = max(widths[k] - places[k], widths[k + 1]) + 1
                luts += high
                merged.append(places[k] + high)
                shifts.append(places[k] + places[k + 1])
            widths, places = merged, shifts
            yield widths, luts
