"""Counters along a junction's rows, against plain enumeration of edges and neurons."""

from __future__ import annotations

import numpy as np
import pytest
from amaranth.hdl import Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.parts.scan import (
    BankScan,
    Phase,
    bank_counter,
    delayed_pulse,
    row_active,
    row_counter,
    slots_present,
    sweep_counter,
)
from hwgen.testing.rows import finishing, starting
from hwgen.testing.shapes import SHAPES, identify, random_shapes, shape, start_clocks
from hwgen.testing.simulation import play, pulses
from software_ref.plan.row_layout import RowLayout

LAYOUTS = [*SHAPES, *random_shapes(seed=3, count=20)]


class Scans(wiring.Component):
    """Every counter of one layout, all from one start pulse two clocks before row 0."""

    def __init__(self, layout: RowLayout, banks: list[int]):
        self.layout, self.bank_counts = layout, banks
        slots = layout.finishing
        members = {
            "start": In(1),
            "row": Out(16),
            "active": Out(1),
            "window": Out(1),
            "cycle": Out(16),
            "sweep": Out(16),
            "at_least": Out(layout.span + 2),
            "finish_active": Out(1),
            "finish_present": Out(slots),
            "start_active": Out(1),
            "start_present": Out(slots),
        }
        for z in banks:
            for side in ("finish", "start"):
                members |= {
                    f"{side}{z}_active": Out(1),
                    f"{side}{z}_present": Out(slots),
                    f"{side}{z}_place": Out(16),
                    f"{side}{z}_hits": Out(z * slots),
                    f"{side}{z}_words": Out(z * 8),
                }
        super().__init__(members)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        layout = self.layout
        rows = layout.shape.rows
        late = delayed_pulse(m, self.start, "late")
        m.d.comb += [
            self.row.eq(row_counter(m, late, rows, "counter", self.active)),
            self.window.eq(row_active(m, late, rows, "window")),
        ]
        cycle, sweep = sweep_counter(m, late, layout.shape.depth, layout.shape.out_degree, "sweep")
        m.d.comb += [self.cycle.eq(cycle), self.sweep.eq(sweep)]
        phase = Phase(m, self.start, layout, "phases")
        for bound in range(layout.span + 2):
            m.d.comb += self.at_least[bound].eq(phase.at_least(bound))
        for side, starts in (("finish", False), ("start", True)):
            active, present = slots_present(m, self.start, layout, starting=starts, name=side)
            self._connect(m, side, {"active": active, "present": present})
            for z in self.bank_counts:
                scan = BankScan(m, self.start, layout, z, starting=starts, name=f"{side}_scan{z}")
                hits = [scan.bank_hit(b, k) for b in range(z) for k in range(layout.finishing)]
                place = (scan.offset * scan.unit)[:16]
                found = {
                    "active": scan.active,
                    "present": scan.present,
                    "hits": hits,
                    "place": place,
                }
                self._connect(m, f"{side}{z}", found)
                words = getattr(self, f"{side}{z}_words")
                for b in range(z):
                    m.d.comb += words.word_select(b, 8).eq(scan.bank_word(b))
        return m

    def _connect(self, m: Module, prefix: str, outputs: dict[str, Value | list[Value]]) -> None:
        for name, value in outputs.items():
            port = getattr(self, f"{prefix}_{name}")
            if isinstance(value, list):
                m.d.comb += [port[k].eq(bit) for k, bit in enumerate(value)]
            else:
                m.d.comb += port.eq(value)


def bank_choices(layout: RowLayout) -> list[int]:
    """Numbers of banks: the fewest, one more, some multiple, and one a neuron."""
    least = layout.finishing
    return sorted({least, least + 1, 2 * least, 3 * least + 1})


@pytest.mark.parametrize("numbers", LAYOUTS, ids=identify)
def test_all_counters_follow_the_rows(numbers: tuple[int, ...]) -> None:
    layout = RowLayout(shape(numbers))
    rows, z, d_in = layout.shape.rows, layout.shape.parallelism, layout.shape.in_degree
    rng = np.random.default_rng(numbers)
    starts = start_clocks(rng, 4, rows, first=1)
    clocks = starts[-1] + rows + 6
    row_at: dict[int, int] = {}
    for start in starts:
        row_at |= {start + 2 + row: row for row in range(rows)}
    banks = bank_choices(layout)
    scans = Scans(layout, banks)
    names = [name for name in scans.signature.members if name != "start"]
    shown = play(scans, {"start": pulses(clocks, starts)}, names)
    for clock in range(clocks):
        seen = {name: int(table[clock]) for name, table in shown.items()}
        row = row_at.get(clock)
        current = int(row is not None)
        actives = [seen[name] for name in names if name.endswith("active")]
        assert [*actives, seen["window"]] == [current] * (len(actives) + 1)
        if row is None:
            assert not any(seen[name] for name in names if name.endswith(("present", "hits")))
            continue
        assert seen["row"] == row
        assert (seen["sweep"], seen["cycle"]) == divmod(row, layout.shape.depth)
        phase = row * z % d_in // layout.group
        assert seen["at_least"] == sum(
            1 << bound for bound in range(layout.span + 2) if phase >= bound
        )
        before = row * z
        for side, neurons, first in (
            ("finish", finishing(layout.shape, row), before // d_in),
            ("start", starting(layout.shape, row), -(-before // d_in)),
        ):
            assert seen[f"{side}_present"] == (1 << len(neurons)) - 1
            for count in banks:
                prefix = f"{side}{count}"
                assert seen[f"{prefix}_present"] == (1 << len(neurons)) - 1
                if neurons:
                    assert first == neurons[0]
                    assert seen[f"{prefix}_place"] == first % count
                hits = 0
                for k, neuron in enumerate(neurons):
                    bank, word = neuron % count, neuron // count
                    hits |= 1 << (bank * layout.finishing + k)
                    assert seen[f"{prefix}_words"] >> 8 * bank & 255 == word
                assert seen[f"{prefix}_hits"] == hits


@pytest.mark.parametrize("banks", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("first", [-11, -1, 0, 1, 6])
def test_the_bank_counter_numbers_samples_modulo_the_banks(banks: int, first: int) -> None:
    class Counter(wiring.Component):
        def __init__(self) -> None:
            super().__init__({"start": In(1), "bank": Out(4)})

        def elaborate(self, platform: object) -> Module:
            m = Module()
            m.d.comb += self.bank.eq(bank_counter(m, self.start, banks, first, "samples"))
            return m

    starts = [0, 1, 2, 5, 6, 7, 9, 10]
    shown = play(Counter(), {"start": pulses(14, starts)}, ["bank"])["bank"]
    for clock in range(1, 14):
        seen = sum(start < clock for start in starts)
        assert shown[clock] == (first + seen - 1) % banks
