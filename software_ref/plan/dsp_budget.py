"""Which units' multipliers become DSP blocks, within a budget; the others are built from LUTs."""

from __future__ import annotations

from dataclasses import dataclass

from software_ref.plan.schedule import Schedule
from software_ref.plan.timing import JunctionTiming

__all__ = ["MultiplierUnit", "divide_multipliers"]


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

    def fits_dsp(self, widths: tuple[int, int]) -> bool:
        """Whether one DSP block with these operand widths holds the product."""
        return self.wide <= widths[0] and self.narrow <= widths[1]


def divide_multipliers(schedule: Schedule) -> tuple[frozenset[str], ...]:
    """Give DSP blocks to the units whose multipliers would cost the most LUTs, while they last.

    Returns, for each junction, the units that get them. A unit gets all its multipliers or none.
    """
    units = [unit for timing in schedule.timing for unit in _units(timing)]
    units.sort(key=lambda unit: (-unit.wide * unit.narrow, unit.count, unit.junction, unit.unit))
    chosen: list[set[str]] = [set() for _ in schedule.timing]
    options = schedule.options
    left = options.dsp_budget
    for unit in units:
        if unit.fits_dsp(options.dsp_widths) and unit.count <= left:
            chosen[unit.junction - 1].add(unit.unit)
            left -= unit.count
    return tuple(frozenset(names) for names in chosen)


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
        )
        for unit, widths in sizes.items()
    ]
