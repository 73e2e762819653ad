"""Counters of saturated values: one a quantity and junction, exact."""

from __future__ import annotations

from amaranth.hdl import Module, Mux, Signal, Value

from hwgen.arithmetic import adder_tree, register

__all__ = ["COUNTER_WIDTH", "saturation_counter"]

COUNTER_WIDTH = 32
"""Bits of a counter; it stays at its largest value rather than wrap."""


def saturation_counter(m: Module, flags: list[Value], name: str) -> Signal:
    """Count the flags that are high, clock by clock; a reset forgets those on their way, too."""
    total = Signal(COUNTER_WIDTH, name=f"{name}_saturations")
    registered = [
        register(m, flag, f"{name}_saturated{k}", reset_less=False) for k, flag in enumerate(flags)
    ]
    following = total + adder_tree(m, registered, f"{name}_saturated", reset_less=False)
    m.d.sync += total.eq(Mux(following[COUNTER_WIDTH], (1 << COUNTER_WIDTH) - 1, following))
    return total
