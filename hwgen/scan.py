"""Counters that follow a junction's rows: row, phase, sweep, bank, and place among the banks.

Every counter has its own start pulse and holds row 0's value from the clock after it. Starts come
at least as many clocks apart as there are rows, so a counter may run on past its last row.
"""

from __future__ import annotations

from amaranth.hdl import Const, Module, Mux, Signal, Value

from hwgen.pipeline import delayed
from software_ref.row_layout import RowLayout

__all__ = [
    "BankScan",
    "Phase",
    "bank_counter",
    "row_active",
    "row_counter",
    "slots_present",
    "sweep_counter",
]


def row_active(m: Module, start: Value, rows: int, name: str) -> Signal:
    """High for `rows` clocks, from the clock after the start pulse."""
    active = Signal(name=f"{name}_active")
    row_counter(m, start, rows, name, active)
    return active


def row_counter(
    m: Module, start: Value, rows: int, name: str, active: Signal | None = None
) -> Signal:
    """The row number; drives `active` high while it counts, if given."""
    row = Signal(range(max(rows, 2)), name=f"{name}_row")
    last = row == rows - 1
    with m.If(start):
        m.d.sync += row.eq(0)
    with m.Elif(~last):
        m.d.sync += row.eq(row + 1)
    if active is not None:
        with m.If(start):
            m.d.sync += active.eq(1)
        with m.Elif(last):
            m.d.sync += active.eq(0)
    return row


def sweep_counter(
    m: Module, start: Value, depth: int, sweeps: int, name: str
) -> tuple[Signal, Signal]:
    """The cycle c inside the sweep, and the sweep s, of the current row."""
    cycle = Signal(range(max(depth, 2)), name=f"{name}_cycle")
    sweep = Signal(range(max(sweeps, 2)), name=f"{name}_sweep")
    with m.If(start):
        m.d.sync += [cycle.eq(0), sweep.eq(0)]
    with m.Elif(cycle == depth - 1):
        m.d.sync += [cycle.eq(0), sweep.eq(sweep + 1)]
    with m.Else():
        m.d.sync += cycle.eq(cycle + 1)
    return cycle, sweep


def bank_counter(m: Module, start: Value, banks: int, first: int, name: str) -> Value:
    """The bank of the step's sample: `first` modulo `banks` after the first start, then onwards."""
    if banks == 1:
        return Const(0, 1)
    bank = Signal(range(banks), name=f"{name}_bank", init=(first - 1) % banks)
    with m.If(start):
        m.d.sync += bank.eq(Mux(bank == banks - 1, 0, bank + 1))
    return bank


class Phase:
    """The phase r of the current row (see RowLayout), and comparisons with it.

    Comparisons are registered, so `start` must come two clocks before row 0.
    """

    def __init__(self, m: Module, start: Value, layout: RowLayout, name: str):
        self._m, self._name, self._span = m, name, layout.span
        self._flags: dict[int, Value] = {}
        if layout.span == 1:
            return
        self._phase = Signal(range(layout.span), name=f"{name}_phase")
        step = layout.groups % layout.span
        wraps = self._phase >= layout.span - step
        with m.If(start):
            m.d.sync += self._phase.eq(0)
        with m.Else():
            m.d.sync += self._phase.eq(self._phase + step - Mux(wraps, layout.span, 0))

    def at_least(self, bound: int) -> Value:
        """Whether r >= bound, valid with the row."""
        if bound <= 0 or self._span == 1:
            return Const(int(bound <= 0), 1)
        if bound >= self._span:
            return Const(0, 1)
        if bound not in self._flags:
            self._flags[bound] = delayed(
                self._m, self._phase >= bound, 1, f"{self._name}_phase_from{bound}"
            )
        return self._flags[bound]


def slots_present(
    m: Module, start: Value, layout: RowLayout, *, starting: bool, name: str
) -> tuple[Signal, list[Value]]:
    """Which slots hold a neuron that finishes (or starts) in the current row.

    `start` must come two clocks before row 0. Returns whether a row is current, and a flag for each
    of the `layout.finishing` slots, low outside the rows.
    """
    whole, rest = divmod(layout.groups, layout.span)
    active = row_active(m, delayed_pulse(m, start, name), layout.shape.rows, name)
    more: Value = Const(0, 1)
    if rest:
        phase = Phase(m, start, layout, name)
        more = phase.at_least(layout.span - rest)
        if starting:
            more = phase.at_least(layout.span + 1 - rest) | ~phase.at_least(1)
    flags = [active if k < whole else active & more for k in range(layout.finishing)]
    return active, flags


class BankScan:
    """Which banks the neurons that finish (or start) in the current row lie in.

    Neuron n of a layer lies in bank n mod Z at word n // Z. The row's neurons n0, n0 + 1, ... lie
    in bank `offset` and the banks after it, at `word`, or at `word` + 1 past the last bank.

    Parameters
    ----------
    m, start
        Module, and pulse two clocks before row 0.
    layout
        Rows of the junction whose right neurons are meant.
    banks
        Z, at least `layout.finishing`.
    starting
        Count the neurons that start in the row instead of those that finish.

    Attributes
    ----------
    present
        For each slot k below `layout.finishing`, whether the row has a neuron n0 + k.
    offset, word
        Bank and word of neuron n0; `offset` counts in units of `unit` banks.
    unit
        Banks that every offset is a multiple of; `aligned` where the row's neurons always share
        one word.
    """

    def __init__(
        self, m: Module, start: Value, layout: RowLayout, banks: int, *, starting: bool, name: str
    ):
        finishing = layout.finishing
        whole = layout.groups % layout.span == 0
        self.aligned = (whole or finishing == 1) and banks % finishing == 0
        self.unit = finishing if self.aligned else 1
        self.banks = banks
        places = banks // self.unit
        self.active, self.present = slots_present(m, start, layout, starting=starting, name=name)
        neurons = layout.shape.right
        self.offset = Signal(range(max(places, 2)), name=f"{name}_offset")
        self.word = Signal(range(max(-(-neurons // banks), 2)), name=f"{name}_word")
        following = self.offset + (self.present[0] if self.aligned else sum(self.present))
        wraps = following >= places
        with m.If(delayed_pulse(m, start, f"{name}_place")):
            m.d.sync += [self.offset.eq(0), self.word.eq(0)]
        with m.Else():
            m.d.sync += self.offset.eq(following - Mux(wraps, places, 0))
            with m.If(wraps):
                m.d.sync += self.word.eq(self.word + 1)

    def bank_hit(self, bank: int, slot: int) -> Value:
        """Whether the neuron in a slot lies in a bank."""
        if self.aligned:
            if bank % self.unit != slot:
                return Const(0, 1)
            return self.present[slot] & (self.offset == bank // self.unit)
        return self.present[slot] & (self.offset == (bank - slot) % self.banks)

    def bank_word(self, bank: int) -> Value:
        """The word of a bank that the row's neurons may lie at."""
        if self.aligned or bank == self.banks - 1:
            return self.word
        return self.word + (Const(bank) < self.offset)


def delayed_pulse(m: Module, start: Value, name: str) -> Signal:
    """A start pulse one clock later."""
    pulse = Signal(name=f"{name}_started")
    m.d.sync += pulse.eq(start)
    return pulse
