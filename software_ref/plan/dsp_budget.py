"""Which multipliers become DSP blocks, within a budget; the others are built from LUTs.

A unit's multipliers are alike, so its blocks save LUTs in up to three steps, each block of a step
as many, and a later step fewer than an earlier one:

    1. a block for two products, where one can make them: the LUTs of both but a few
    2. a block for each product of the rest:               the LUTs of one
    3. a second block for two products that share one:     these few

So to take the blocks of all units in the order of what each saves, until the budget is spent, saves
the most LUTs that it can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from software_ref.plan.fabric_multiplier import FabricMultiplier
from software_ref.plan.product_pair import ProductPair
from software_ref.plan.schedule import Schedule
from software_ref.plan.timing import JunctionTiming

__all__ = [
    "DspBlocks",
    "DspUnits",
    "LutProducts",
    "MultiplierUnit",
    "divide_multipliers",
    "lut_products",
    "multiplier_units",
]


@dataclass(frozen=True, kw_only=True)
class DspBlocks:
    """The DSP blocks of one unit: its first pairs of lanes, then its first lanes beside them."""

    pairs: int = 0
    """Blocks that make the products of two lanes."""
    singles: int = 0
    """Blocks that make the product of one."""

    @property
    def count(self) -> int:
        """All of them."""
        return self.pairs + self.singles

    @property
    def products(self) -> int:
        """Products that they make."""
        return 2 * self.pairs + self.singles

    def __add__(self, other: DspBlocks) -> DspBlocks:
        return DspBlocks(pairs=self.pairs + other.pairs, singles=self.singles + other.singles)

    def __mul__(self, count: int) -> DspBlocks:
        return DspBlocks(pairs=self.pairs * count, singles=self.singles * count)


DspUnits: TypeAlias = Mapping[str, DspBlocks]
"""The DSP blocks of each of a junction's units that has any: "feedforward", "update", ..."""


@dataclass(frozen=True, kw_only=True)
class MultiplierUnit:
    """The multipliers of one unit of a junction."""

    junction: int
    """Junction number, from 1."""
    unit: str
    """"feedforward", "backprop" or "update"."""
    count: int
    """Multipliers, one a lane."""
    fabric: FabricMultiplier
    """One of them in LUTs."""
    pair: ProductPair | None = None
    """How a block makes two products; None where it makes one."""
    pairs: int = 0
    """Pairs of lanes that there are for it."""

    def fits_dsp(self, widths: tuple[int, int]) -> bool:
        """Whether one DSP block with these operand widths, the wider first, holds the product."""
        unsigned = self.fabric.largest is not None
        narrow, wide = sorted((self.fabric.wide, self.fabric.narrow + unsigned))
        return wide <= widths[0] and narrow <= widths[1]

    def steps(self) -> list[_Step]:
        """What blocks save, in the order in which they are taken."""
        luts = self.fabric.luts
        if self.pair is None or self.pair.luts >= luts:
            return [_Step(self, luts, self.count, DspBlocks(singles=1))]
        return [
            _Step(self, 2 * luts - self.pair.luts, self.pairs, DspBlocks(pairs=1)),
            _Step(self, luts, self.count - 2 * self.pairs, DspBlocks(singles=1)),
            _Step(self, self.pair.luts, self.pairs, DspBlocks(pairs=-1, singles=2)),
        ]


@dataclass(frozen=True)
class _Step:
    """Blocks of one unit that save as many LUTs each."""

    unit: MultiplierUnit
    saved: int
    """LUTs that each block saves."""
    blocks: int
    """How many there are."""
    block: DspBlocks
    """What each adds to the unit's blocks."""

    @property
    def order(self) -> tuple[int, int, int, str]:
        """The most LUTs first; among equals the fewest lanes, so that few units are divided."""
        return -self.saved, self.unit.count, self.unit.junction, self.unit.unit


def divide_multipliers(schedule: Schedule) -> tuple[dict[str, DspBlocks], ...]:
    """Give DSP blocks to the multipliers that would cost the most LUTs, within the budget.

    Returns, for each junction, the units that get any, with the blocks that they get.
    """
    options = schedule.options
    chosen: list[dict[str, DspBlocks]] = [{} for _ in schedule.timing]
    left = options.dsp_budget
    steps = [
        step
        for timing in schedule.timing
        for unit in multiplier_units(timing)
        if unit.fits_dsp(options.dsp_widths)
        for step in unit.steps()
    ]
    for step in sorted(steps, key=lambda step: step.order):
        taken = min(step.blocks, left)
        if taken:
            units = chosen[step.unit.junction - 1]
            units[step.unit.unit] = units.get(step.unit.unit, DspBlocks()) + step.block * taken
            left -= taken
    return tuple(dict(sorted(units.items())) for units in chosen)


@dataclass(frozen=True, kw_only=True)
class LutProducts:
    """Products of a unit that LUTs make."""

    junction: int
    """Junction number, from 1."""
    unit: str
    """"feedforward", "backprop" or "update"."""
    count: int
    """Products a clock in LUTs, at least 1."""
    lanes: int
    """All products of the unit."""

    @property
    def name(self) -> str:
        """The unit by its name in the core: `junction_1.update`."""
        return f"junction_{self.junction}.{self.unit}"


def lut_products(schedule: Schedule, dsp: Sequence[DspUnits]) -> tuple[LutProducts, ...]:
    """The units that did not get DSP blocks for all of their products."""
    units = (unit for timing in schedule.timing for unit in multiplier_units(timing))
    found = (
        LutProducts(
            junction=unit.junction,
            unit=unit.unit,
            count=unit.count - dsp[unit.junction - 1].get(unit.unit, DspBlocks()).products,
            lanes=unit.count,
        )
        for unit in units
    )
    return tuple(each for each in found if each.count)


def multiplier_units(timing: JunctionTiming) -> list[MultiplierUnit]:
    """The units of a junction whose multipliers may be DSP blocks."""
    weight, widths = timing.network.format.width, timing.widths
    units = [_unit(timing, "feedforward", weight, unsigned=widths.largest_left_activation)]
    if timing.training:
        update = _unit(timing, "update", widths.delta, unsigned=widths.largest_left_activation)
        units.append(replace(update, pair=timing.update_pair, pairs=timing.update_pairs))
    if timing.backpropagates:
        units.append(_unit(timing, "backprop", weight, signed=widths.delta))
    return units


def _unit(
    timing: JunctionTiming, name: str, wide: int, *, unsigned: int | None = None, signed: int = 0
) -> MultiplierUnit:
    """A unit that multiplies by numbers up to a largest, or signed ones of so many bits."""
    return MultiplierUnit(
        junction=timing.junction,
        unit=name,
        count=timing.shape.parallelism,
        fabric=FabricMultiplier(
            wide=wide,
            narrow=signed if unsigned is None else unsigned.bit_length(),
            largest=unsigned,
            latency=timing.multiply,
            pipelining=timing.pipelining,
        ),
    )
