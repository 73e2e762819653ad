"""Counters of saturated values: one a quantity and junction, exact."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, Value

from hwgen.parts import cost
from hwgen.parts.arithmetic import adder_tree, register
from software_ref.plan.ports import COUNTER_BITS

__all__ = ["saturation_cost", "saturation_counter"]


def saturation_counter(m: Module, flags: list[Value], name: str) -> Signal:
    """Count the flags that are high, clock by clock; a reset forgets those on their way, too."""
    total = Signal(COUNTER_BITS, name=f"{name}_saturations")
    registered = [
        register(m, flag, f"{name}_saturated{k}", reset_less=False) for k, flag in enumerate(flags)
    ]
    following = total + adder_tree(m, registered, f"{name}_saturated", reset_less=False)
    m.d.sync += total.eq(Mux(following[COUNTER_BITS], (1 << COUNTER_BITS) - 1, following))
    return total


def saturation_cost(flags: int) -> cost.Logic:
    """What a saturation counter of so many flags takes."""
    return (
        cost.registers(flags)
        + cost.adder_tree(flags, 1)
        + cost.Logic(lut=2 * COUNTER_BITS, ff=COUNTER_BITS)
        + cost.Logic(lut=2 * flags)
    )
