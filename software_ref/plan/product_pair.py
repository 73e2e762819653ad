"""Two products with a common factor in one DSP block, where its ports are wide enough.

    common factor d, factors a and b:   d (a 2^k + b) = d a 2^k + d b

k is what the wide port leaves beside a. Where that is less than the bits of d b, the products
overlap, and the block's own adder takes the low bits of d a off that lie on d b, which a few LUTs
work out.
"""

from __future__ import annotations

from dataclasses import dataclass

from software_ref.plan.widths import product_width

__all__ = ["LATENCY", "ProductPair"]

LATENCY = 3
"""Least clocks of a pair: the block's operands, its product, its sum."""
MOST_OVERLAP = 6
"""The most low bits of a product that are worth working out in LUTs."""


@dataclass(frozen=True, kw_only=True)
class ProductPair:
    """Geometry of a pair: a signed factor, and two unsigned ones up to a largest value."""

    common: int
    """Bits of the common factor, signed."""
    largest: int
    """The largest value of the factors that are not common, at least 1."""
    dsp_widths: tuple[int, int]
    """Signed operand widths of the DSP block, the wider first."""

    @property
    def own(self) -> int:
        """Bits of a factor that is not common, unsigned."""
        return self.largest.bit_length()

    @property
    def product(self) -> int:
        """Bits of a product, signed."""
        return product_width(self.common, self.largest)

    @property
    def place(self) -> int:
        """k: where the first factor begins in the wide operand, whose sign is 0.

        Never so high that nothing overlaps: the bit saves a case, and costs no logic.
        """
        return min(self.dsp_widths[0] - 1 - self.own, self.product - 1)

    @property
    def overlap(self) -> int:
        """Low bits of the first product that lie on the second one."""
        return self.product - self.place

    @property
    def luts(self) -> int:
        """LUTs beside the block: the overlapping low bits, and what is taken off for them."""
        return self.overlap * (self.overlap + 1) // 2 + self.overlap + 1

    @property
    def fits(self) -> bool:
        """Whether a block takes both, and few enough bits overlap."""
        return (
            self.common <= self.dsp_widths[1]
            and self.place >= self.own
            and self.overlap <= MOST_OVERLAP
        )
