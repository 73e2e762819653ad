"""Which units' multipliers become DSP blocks, within a budget; the others are built from LUTs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from software_ref.plan.schedule import Schedule
from software_ref.plan.timing import JunctionTiming

__all__ = ["DspUnits", "MultiplierUnit", "divide_multipliers", "dsp_blocks"]

DspUnits: TypeAlias = Mapping[str, int]
"""A junction's units whose multipliers are DSP blocks, and the products that a block makes."""
PAIR_COST = 24
"""LUTs that a pair of products takes beside its block, in partial products' bits."""


@dataclass(frozen=True, kw_only=True)
class MultiplierUnit:
    """The multipliers of one unit of a junction."""

    junction: int
    """Junction number, from 1."""
    unit: str
    """"feedforward", "backprop" or "update"."""
    count: int
    """Multipliers, one a lane."""
    wide: int
    """Bits of the wider operand."""
    narrow: int
    """Bits of the narrower operand, as a DSP block sees it (signed)."""
    pairs: int = 0
    """Pairs of multipliers that one block can be; 0 if none can."""

    def fits_dsp(self, widths: tuple[int, int]) -> bool:
        """Whether one DSP block with these operand widths holds the product."""
        return self.wide <= widths[0] and self.narrow <= widths[1]

    def blocks(self, products: int) -> int:
        """DSP blocks where each makes so many products, at most."""
        return self.count - (self.pairs if products == 2 else 0)

    def saved(self, products: int) -> int:
        """What these blocks save of LUTs, in partial products' bits."""
        return self.wide * self.narrow * self.count - (self.pairs * PAIR_COST) * (products == 2)


@dataclass(frozen=True, kw_only=True)
class _Choice:
    saved: int = 0
    blocks: int = 0
    products: tuple[tuple[MultiplierUnit, int], ...] = ()


def divide_multipliers(schedule: Schedule) -> tuple[dict[str, int], ...]:
    """Give DSP blocks to the units whose multipliers would cost the most LUTs, within the budget.

    A unit gets blocks for all its multipliers or none; where there are not enough, a block may make
    two products. Of all ways to do so the one is taken that saves the most LUTs.

    Returns, for each junction, the units that get them, with the products that a block makes.
    """
    options = schedule.options
    best = {0: _Choice()}  # by blocks taken
    for unit in sorted(
        (unit for timing in schedule.timing for unit in _units(timing)),
        key=lambda unit: (-unit.wide * unit.narrow, unit.count, unit.junction, unit.unit),
    ):
        if not unit.fits_dsp(options.dsp_widths):
            continue
        for taken, choice in sorted(best.items(), reverse=True):
            for products in (1, 2) if unit.pairs else (1,):
                blocks = taken + unit.blocks(products)
                saved = choice.saved + unit.saved(products)
                if blocks <= options.dsp_budget and saved > best.get(blocks, _Choice()).saved:
                    best[blocks] = _Choice(
                        saved=saved,
                        blocks=blocks,
                        products=(*choice.products, (unit, products)),
                    )
    chosen: list[dict[str, int]] = [{} for _ in schedule.timing]
    most = max(best.values(), key=lambda choice: (choice.saved, -choice.blocks))
    for unit, products in most.products:
        chosen[unit.junction - 1][unit.unit] = products
    return tuple(chosen)


def dsp_blocks(timing: JunctionTiming, dsp: DspUnits) -> dict[str, int]:
    """The DSP blocks of each of a junction's units that has any."""
    return {unit.unit: unit.blocks(dsp[unit.unit]) for unit in _units(timing) if unit.unit in dsp}


def _units(timing: JunctionTiming) -> list[MultiplierUnit]:
    weight = timing.network.format.width
    activation = timing.widths.left_activation + 1  # unsigned
    sizes = {"feedforward": (weight, activation)}
    if timing.training:
        sizes["update"] = (timing.widths.delta, activation)
    if timing.backpropagates:
        sizes["backprop"] = (weight, timing.widths.delta)
    return [
        MultiplierUnit(
            junction=timing.junction,
            unit=unit,
            count=timing.shape.parallelism,
            wide=max(widths),
            narrow=min(widths),
            pairs=timing.update_pairs if unit == "update" else 0,
        )
        for unit, widths in sizes.items()
    ]
