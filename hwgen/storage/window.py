"""The window: reads the neurons that start in a row from the memory banks they lie in."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Module, Mux, Value
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.pipeline import delayed, pipelined_mux
from hwgen.parts.scan import BankScan
from software_ref.plan.pipelining import Pipelining
from software_ref.plan.row_layout import RowLayout

__all__ = ["Window"]


class Window:
    """Addresses Z banks for the neurons that start in a row, and picks these from the banks' data.

    Parameters
    ----------
    m, start
        Module, and pulse two clocks before row 0's addresses.
    layout
        Rows of the junction whose right neurons are read.
    banks
        Z, at least `layout.finishing`; neuron n lies in bank n mod Z at word n // Z.
    latency
        Clocks from an address to its data.
    pipelining
        Inputs of a multiplexer level.

    Attributes
    ----------
    words
        One word per bank, valid with the row.
    levels
        Clocks that `pick` takes.
    """

    def __init__(
        self,
        m: Module,
        start: Value,
        layout: RowLayout,
        banks: int,
        *,
        latency: int,
        pipelining: Pipelining,
        name: str,
    ):
        self._m, self._name, self._latency = m, name, latency
        self._pipelining = pipelining
        self._slots = layout.finishing
        self._scan = BankScan(m, start, layout, banks, starting=True, name=name)
        self.words = [self._scan.bank_word(bank) for bank in range(banks)]
        self.levels = pipelining.mux_levels(layout.window_inputs(banks))

    @staticmethod
    def cost(
        layout: RowLayout, banks: int, width: int, pipelining: Pipelining
    ) -> dict[str, cost.Logic]:
        """What it takes: the addresses of all banks, and a multiplexer for each slot."""
        aligned = layout.bank_unit(banks) == layout.finishing
        inputs = layout.window_inputs(banks)
        levels = pipelining.mux_levels(inputs)
        word = bits_for(-(-layout.shape.right // banks) - 1)
        select = bits_for(inputs - 1)
        return {
            "window": cost.pipelined_multiplexer(inputs, width, pipelining) * layout.finishing,
            "selects": cost.registers(select * (levels + 1)) * layout.finishing,
            "addresses": cost.Logic() if aligned else cost.Logic(lut=word) * banks,
            "places": cost.ONE * (select + word + 4),
        }

    def pick(self, values: Sequence[Value]) -> list[Value]:
        """The starting neurons by slot, `levels` clocks after the banks' data."""
        scan, m = self._scan, self._m
        picked = []
        for slot in range(self._slots):
            if scan.aligned:
                inputs = list(values[slot :: scan.unit])
                select = delayed(m, scan.offset, self._latency, f"{self._name}_pick{slot}")
            else:
                inputs = list(values)
                place = scan.offset + slot
                wrapped = Mux(place >= scan.banks, place - scan.banks, place)
                bits = bits_for(scan.banks - 1)
                select = delayed(m, wrapped[:bits], self._latency, f"{self._name}_pick{slot}")
            name = f"{self._name}_slot{slot}"
            picked.append(pipelined_mux(m, inputs, select, self._pipelining, name))
        return picked
