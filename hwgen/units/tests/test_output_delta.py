"""The output delta: a_L - 2**f y, one clock after the activations."""

from __future__ import annotations

import numpy as np
import pytest
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.parts.scan import NeuronCount
from hwgen.testing.rows import finishing
from hwgen.testing.shapes import SHAPES, identify, network, random_shapes, start_clocks
from hwgen.testing.simulation import play, pulses
from hwgen.units.output_delta import OutputDelta
from software_ref.plan.timing import SCAN_LEAD, JunctionTiming

CASES = [*SHAPES, *random_shapes(seed=51, count=5)]


@pytest.mark.parametrize("numbers", CASES, ids=identify)
def test_the_label_takes_one_off_its_neuron(numbers: tuple[int, ...]) -> None:
    timing = JunctionTiming(network=network(numbers), junction=1)
    shape, one = timing.shape, timing.network.format.one
    rng = np.random.default_rng(numbers)
    # A sample for every label, some back to back.
    starts = start_clocks(rng, shape.right, shape.rows, first=0)
    clocks = starts[-1] + SCAN_LEAD + shape.rows + 2
    labels = rng.integers(0, shape.right, clocks)
    labels[starts] = rng.permutation(shape.right)
    values = rng.integers(0, one + 1, (clocks, timing.layout.finishing))
    values[rng.random(values.shape) < 0.3] = one
    values[rng.random(values.shape) < 0.3] = 0
    shown = play(
        OutputDelta(timing),
        {"start": pulses(clocks, starts), "label": labels, "values": values},
        ["deltas"],
    )["deltas"]
    for start in starts:
        for row in range(shape.rows):
            clock = start + SCAN_LEAD + row
            for slot, neuron in enumerate(finishing(shape, row)):
                target = one if neuron == labels[start] else 0
                assert shown[clock + 1, slot] == values[clock, slot] - target


class Count(wiring.Component):
    """A neuron count's attributes as ports."""

    def __init__(self, timing: JunctionTiming):
        self.timing = timing
        super().__init__(
            {"start": In(1), "first": Out(16), "present": Out(timing.layout.finishing)}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        count = NeuronCount(m, self.start, self.timing.layout, "neurons")
        m.d.comb += self.first.eq(count.first)
        m.d.comb += [self.present[k].eq(flag) for k, flag in enumerate(count.present)]
        return m


@pytest.mark.parametrize("numbers", CASES, ids=identify)
def test_the_neuron_count_numbers_the_rows_slots(numbers: tuple[int, ...]) -> None:
    timing = JunctionTiming(network=network(numbers), junction=1)
    shape = timing.shape
    starts = start_clocks(np.random.default_rng(numbers), 4, shape.rows, first=1)
    clocks = starts[-1] + SCAN_LEAD + shape.rows + 2
    shown = play(Count(timing), {"start": pulses(clocks, starts)}, ["first", "present"])
    rows = {start + SCAN_LEAD + row: row for start in starts for row in range(shape.rows)}
    for clock in range(clocks):
        neurons = finishing(shape, rows[clock]) if clock in rows else []
        assert shown["present"][clock] == (1 << len(neurons)) - 1
        if neurons:
            assert shown["first"][clock] == neurons[0]
