"""How much logic the hardware puts between two registers: the network file's `pipeline` setting."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

__all__ = ["PIPELINES", "Pipelining", "check_pipeline", "product_rows", "tree_levels"]


def tree_levels(inputs: int, adders: int = 1) -> int:
    """Registered levels of a tree of two-input adders, with so many adders between registers."""
    return ceil((inputs - 1).bit_length() / adders)


def product_rows(narrow: int, largest: int | None = None) -> int:
    """Pairs of partial products of a multiplier in LUTs, whose narrower operand has so many bits.

    A top bit without a partner joins the pair below it if the largest value is a power of two:
    where it is 1 the other bits are 0.
    """
    pairs, single = divmod(narrow, 2)
    if pairs and single and largest == 1 << (narrow - 1):
        return pairs
    return pairs + single


@dataclass(frozen=True, kw_only=True)
class Pipelining:
    """Depths of the units, as functions of their shape."""

    adders: int
    """Two-input adders in a row between the registers of an adder tree."""
    mux_inputs: int
    """Inputs of one registered multiplexer level, a power of two; 8 are two LUTs and a slice
    multiplexer deep."""
    dsp_clocks: int
    """Least clocks of a DSP multiplier: one for the operand registers of the block, one for that of
    the product, with a third that of the result; a fourth is a register outside, as the block
    stands in a column far from the logic that takes its product."""

    def mux_levels(self, inputs: int) -> int:
        """Registered levels of a multiplexer; a single input needs none."""
        levels = 0
        while inputs > 1:
            inputs = ceil(inputs / self.mux_inputs)
            levels += 1
        return levels

    def tree_levels(self, inputs: int) -> int:
        """Registered levels of an adder tree; a single input needs none."""
        return tree_levels(inputs, self.adders)

    def multiplier_latency(self, narrow: int, *, dsp: bool) -> int:
        """Clocks of a multiplier whose narrower operand has `narrow` bits.

        A fabric multiplier adds pairs of partial products, then sums these in a tree. Where some
        are DSP blocks, all take as long as the slower kind.
        """
        fabric = 1 + self.tree_levels(product_rows(narrow))
        return max(self.dsp_clocks, fabric) if dsp else fabric


PIPELINES = {
    "shallow": Pipelining(adders=3, mux_inputs=64, dsp_clocks=2),
    "medium": Pipelining(adders=2, mux_inputs=8, dsp_clocks=3),
    "deep": Pipelining(adders=1, mux_inputs=8, dsp_clocks=4),
}
"""By the setting's value, from few registers to fast clocks."""


def check_pipeline(what: str, name: object) -> None:
    """Raise ValueError where a setting, called `what`, is no name in `PIPELINES`."""
    if name not in list(PIPELINES):
        names = ", ".join(f'"{each}"' for each in PIPELINES)
        raise ValueError(f"{what} must be one of {names}, not {name!r}")
