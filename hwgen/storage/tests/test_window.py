"""The window: addresses banks for the starting neurons and picks these from what they hold."""

from __future__ import annotations

import numpy as np
import pytest
from amaranth.hdl import Module
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from hwgen.parts.memory import memory
from hwgen.storage.window import Window
from hwgen.testing.rows import starting
from hwgen.testing.shapes import SHAPES, identify, network, random_shapes, shape, start_clocks
from hwgen.testing.simulation import elaborated, play, pulses
from software_ref.plan.pipelining import PIPELINES
from software_ref.plan.row_layout import RowLayout
from software_ref.plan.timing import JunctionTiming

WIDTH = 9


class Bench(wiring.Component):
    """A window over banks that hold given values."""

    def __init__(self, layout: RowLayout, banks: int, latency: int, values: np.ndarray):
        self.layout, self.banks, self.latency, self.values = layout, banks, latency, values
        self.levels = -1
        super().__init__(
            {"start": In(1), "starting": Out(data.ArrayLayout(WIDTH, layout.finishing))}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        window = Window(
            m,
            self.start,
            self.layout,
            self.banks,
            latency=self.latency,
            pipelining=PIPELINES["deep"],
            name="window",
        )
        self.levels = window.levels
        depth = -(-len(self.values) // self.banks)
        read = []
        for bank in range(self.banks):
            init = self.values[bank :: self.banks].tolist()
            read += memory(
                m,
                f"bank{bank}",
                depth=depth,
                width=WIDTH,
                reads=[window.words[bank]],
                init=init,
                latency=self.latency,
            )
        for slot, value in enumerate(window.pick(read)):
            m.d.comb += self.starting[slot].eq(value)
        return m


@pytest.mark.parametrize(("more_banks", "latency"), [(0, 1), (1, 2), (3, 1), (8, 2)])
@pytest.mark.parametrize("numbers", [*SHAPES, *random_shapes(seed=9, count=6)], ids=identify)
def test_the_starting_neurons_come_latency_and_levels_after_their_addresses(
    numbers: tuple[int, ...], more_banks: int, latency: int
) -> None:
    layout = RowLayout(shape(numbers))
    rows, banks = layout.shape.rows, layout.finishing + more_banks
    rng = np.random.default_rng([*numbers, more_banks])
    values = rng.integers(0, 2**WIDTH, layout.shape.right)
    starts = start_clocks(rng, 4, rows, first=0)
    bench = elaborated(Bench(layout, banks, latency, values))
    delay = 2 + latency + bench.levels
    shown = play(bench, {"start": pulses(starts[-1] + delay + rows, starts)}, ["starting"])
    for start in starts:
        for row in range(rows):
            neurons = starting(layout.shape, row)
            picked = shown["starting"][start + delay + row, : len(neurons)]
            assert picked.tolist() == values[neurons].tolist()


@pytest.mark.parametrize("numbers", [*SHAPES, *random_shapes(seed=9, count=20)], ids=identify)
def test_the_schedule_counts_on_the_levels_that_windows_have(numbers: tuple[int, ...]) -> None:
    layout = RowLayout(shape(numbers))
    right, slots = layout.shape.right, layout.finishing

    def levels(banks: int) -> int:
        return elaborated(Bench(layout, banks, 1, np.zeros(right, np.int64))).levels

    timing = JunctionTiming(network=network(numbers), junction=1)
    assert timing.queue_window == timing.fetch_window == levels(slots)
    for banks in (n for n in range(slots, right + 1) if right % n == 0):
        hidden = network(numbers, (right, 1, 1, banks))
        timing = JunctionTiming(network=hidden, junction=1)
        assert timing.fetch_window == levels(banks)
        assert timing.queue_window <= timing.fetch_window
