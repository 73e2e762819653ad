"""The router: takes the neurons that finish in a row to the memory banks they belong in."""

from __future__ import annotations

from functools import reduce
from operator import or_

from amaranth.hdl import Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import bits_for

from hwgen.parts import cost
from hwgen.parts.arithmetic import register
from hwgen.parts.pipeline import copied
from hwgen.parts.scan import BankScan
from software_ref.plan.copies import LANES_PER_COPY, lane_parts
from software_ref.plan.row_layout import RowLayout

__all__ = ["Router"]


class Router(wiring.Component):
    """Writes neuron n of a layer to bank n mod Z, word n // Z, as rows finish.

    Parameters
    ----------
    layout
        Rows of the junction whose right neurons arrive.
    banks
        Z, at least the neurons that finish in a row.
    width
        Bits of a value.

    Members
    -------
    start : In(1)
        Pulse ROUTER_LEAD clocks before row 0's values.
    values : In(ArrayLayout(unsigned(width), F))
        Values of the row's finishing neurons, by slot.
    enables : Out(Z), words : Out(ArrayLayout), routed : Out(ArrayLayout(unsigned(width), Z))
        Write ports of the banks.

    Timing
    ------
    Outputs come ROUTE clocks after `values`; a row a clock.
    """

    def __init__(self, layout: RowLayout, banks: int, width: int):
        self._layout = layout
        self._banks = banks
        self._width = width
        self._word = bits_for(-(-layout.shape.right // banks) - 1)
        super().__init__(
            {
                "start": In(1),
                "values": In(data.ArrayLayout(unsigned(width), layout.finishing)),
                "enables": Out(banks),
                "words": Out(data.ArrayLayout(unsigned(self._word), banks)),
                "routed": Out(data.ArrayLayout(unsigned(width), banks)),
            }
        )

    @staticmethod
    def cost(layout: RowLayout, banks: int, width: int) -> cost.Terms:
        """What it takes: see `hwgen.parts.cost`."""
        slots = layout.finishing
        word = bits_for(-(-layout.shape.right // banks) - 1)
        aligned = layout.bank_unit(banks) == slots
        terms = {
            "slots": cost.registers(slots * width),
            "hits": cost.ONE * (2 * banks),
            "words": cost.registers(word * (1 + len(lane_parts(banks)))),
            "places": cost.ONE * (bits_for(banks - 1) + word + 6),
            "unaligned": cost.Logic(),
        }
        if not aligned:
            each = cost.Logic(
                lut=width * ((slots + 2) // 3) + word + slots, ff=width + 2 * word + slots
            )
            terms["unaligned"] = each * banks
        return terms

    def elaborate(self, platform: object) -> Module:
        m = Module()
        slots = self._layout.finishing
        scan = BankScan(m, self.start, self._layout, self._banks, starting=False, name="finish")
        # One clock ahead of the values: which bank takes which slot, at which word.
        shared = {slot: register(m, self.values[slot], f"slot{slot}") for slot in range(slots)}
        copies = len(lane_parts(self._banks))
        shared_words = copied(m, register(m, scan.word, "word"), copies, "word_late")
        for bank in range(self._banks):
            sources = [bank % scan.unit] if scan.aligned else list(range(slots))
            hits = {k: Signal(name=f"bank{bank}_takes{k}") for k in sources}
            for k, hit in hits.items():
                m.d.sync += hit.eq(scan.bank_hit(bank, k))
            enable = Signal(name=f"bank{bank}_enable")
            m.d.sync += enable.eq(reduce(or_, hits.values()))
            m.d.comb += self.enables[bank].eq(enable)
            if scan.aligned:
                m.d.comb += [
                    self.routed[bank].eq(shared[sources[0]]),
                    self.words[bank].eq(shared_words[bank // LANES_PER_COPY]),
                ]
                continue
            chosen: Value = reduce(or_, (Mux(hit, self.values[k], 0) for k, hit in hits.items()))
            word = register(m, scan.bank_word(bank)[: self._word], f"bank{bank}_word")
            m.d.comb += [
                self.routed[bank].eq(register(m, chosen, f"bank{bank}_value")),
                self.words[bank].eq(register(m, word, f"bank{bank}_word_late")),
            ]
        return m
