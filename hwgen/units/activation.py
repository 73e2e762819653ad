"""What turns s into a and h', for each activation function: a table, or the ReLU's comparisons."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from amaranth.hdl import Module, Mux, Value
from amaranth.lib import data

from hwgen.parts import cost
from hwgen.parts.arithmetic import register
from hwgen.parts.memory import memory
from software_ref.plan.timing import JunctionTiming

__all__ = ["ACTIVATION_UNITS", "ActivationUnit", "ReluUnit", "TableUnit", "activation_unit"]


class ActivationUnit(ABC):
    """Logic inside the feedforward unit, `activated - linear` clocks deep.

    Parameters
    ----------
    timing
        Latencies and sizes of the junction whose right layer has the function.

    Attributes
    ----------
    function
        The layer's ActivationFunction.
    low_bits
        Low bits of a that are always 0 and not put out.
    """

    def __init__(self, timing: JunctionTiming):
        self.timing = timing
        self.function = timing.network.activation_of(timing.junction)
        self.low_bits = timing.network.activation_shift(timing.junction)

    @abstractmethod
    def cost(self) -> cost.Logic:
        """What the units of all slots take."""

    @abstractmethod
    def build(
        self, m: Module, linear: list[Value], values: data.View, derivatives: data.View | None
    ) -> None:
        """Drive `values` with a, and `derivatives`, if any, with h' of each s in `linear`."""


class TableUnit(ActivationUnit):
    """A memory with a and h' of every s, read by all slots."""

    def cost(self) -> cost.Logic:
        timing = self.timing
        bits = timing.widths.right_activation
        if timing.training and not timing.last:
            bits += timing.widths.derivative
        slots, latency = timing.layout.finishing, timing.activated - timing.linear
        depth = 1 << timing.network.format.width
        return cost.memory(depth, bits, reads=slots, rom=True, latency=latency)

    def build(
        self, m: Module, linear: list[Value], values: data.View, derivatives: data.View | None
    ) -> None:
        timing, fmt = self.timing, self.timing.network.format
        width = bits = timing.widths.right_activation
        table, slopes = self.function.tables(fmt, self.low_bits)
        table = table >> self.low_bits
        if derivatives is not None:
            table = table | slopes << width
            bits += timing.widths.derivative
        words = memory(
            m,
            self.function.name,
            depth=len(table),
            width=bits,
            reads=[value.as_unsigned() for value in linear],
            init=np.roll(table, fmt.min_raw).tolist(),  # indexed by the raw bits of s
            latency=timing.activated - timing.linear,
        )
        for k, word in enumerate(words):
            m.d.comb += values[k].eq(word[:width])
            if derivatives is not None:
                m.d.comb += derivatives[k].eq(word[width:])


class ReluUnit(ActivationUnit):
    """s clipped to 0 and the cap; h' is a flag."""

    def cost(self) -> cost.Logic:
        bits = self.timing.widths.right_activation
        return cost.Logic(lut=bits + 4, ff=bits + 1) * self.timing.layout.finishing

    def build(
        self, m: Module, linear: list[Value], values: data.View, derivatives: data.View | None
    ) -> None:
        cap = self.function.cap_raw(self.timing.network.format)
        assert cap is not None  # a ReLU has one
        for k, value in enumerate(linear):
            positive, above = value > 0, value > cap
            clipped = Mux(above, cap, Mux(positive, value, 0))
            kept = clipped[self.low_bits :][: self.timing.widths.right_activation]
            m.d.comb += values[k].eq(register(m, kept, f"value{k}"))
            if derivatives is not None:
                slope = register(m, positive & ~above, f"derivative{k}")
                m.d.comb += derivatives[k].eq(slope)


ACTIVATION_UNITS: dict[str, type[ActivationUnit]] = {"sigmoid": TableUnit, "relu": ReluUnit}
"""By the name of the function."""


def activation_unit(timing: JunctionTiming) -> ActivationUnit:
    """The unit of a junction's right layer.

    Raises
    ------
    ValueError
        Its function has none.
    """
    name = timing.network.activation_of(timing.junction).name
    if name not in ACTIVATION_UNITS:
        names = ", ".join(f'"{each}"' for each in ACTIVATION_UNITS)
        raise ValueError(f"activation hidden must have a hardware unit ({names}), not {name!r}")
    return ACTIVATION_UNITS[name](timing)
