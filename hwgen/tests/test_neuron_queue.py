"""The neuron queue: what finishes in one step starts again, sample by sample, in a later one."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.neuron_queue import NeuronQueue
from hwgen.router import Router
from hwgen.tests.rows import finishing, starting
from hwgen.tests.shapes import SHAPES, identify, random_shapes, shape, start_clocks
from hwgen.tests.simulation import play, pulses
from software_ref.row_layout import RowLayout
from software_ref.timing import mux_levels

WIDTH = 7
SAMPLES = 10


@pytest.mark.parametrize(
    ("behind", "slow", "latency"), [(0, True, 1), (0, False, 2), (1, False, 1), (3, False, 2)]
)
@pytest.mark.parametrize("numbers", [*SHAPES, *random_shapes(seed=11, count=4)], ids=identify)
def test_a_samples_values_come_back_by_slot_when_its_neurons_start(
    numbers: tuple[int, ...], behind: int, slow: bool, latency: int
) -> None:
    layout = RowLayout(shape(numbers))
    right, rows, slots = layout.shape.right, layout.shape.rows, layout.finishing
    rng = np.random.default_rng([*numbers, behind])
    # Sample n is written in step n + 2 and read `behind` steps later, after its last row is in.
    read_after = rows + Router.LEAD - 1
    period = 2 * rows + 4 if slow else rows
    banks = behind + (read_after + 2 + rows - Router.LEAD - 2) // period + 1
    assert banks == 1 or not slow
    writes = start_clocks(rng, SAMPLES, period, first=4)
    reads = [clock + read_after for clock in writes]
    window = mux_levels(slots if layout.groups % layout.span and slots > 1 else 1)
    answer = 2 + latency + window
    clocks = reads[-1] + answer + rows + 1

    sample_values = rng.integers(0, 2**WIDTH, (SAMPLES, right))
    values = rng.integers(0, 2**WIDTH, (clocks, slots))
    for step, start in enumerate(writes):
        for row in range(rows):
            neurons = finishing(layout.shape, row)
            clock = start + Router.LEAD + row
            values[clock, : len(neurons)] = sample_values[step, neurons]
    queue = NeuronQueue(
        layout,
        width=WIDTH,
        samples=banks,
        write_first=-1,
        read_first=-1 - behind,
        latency=latency,
    )
    shown = play(
        queue,
        {
            "write_start": pulses(clocks, writes),
            "values": values,
            "read_start": pulses(clocks, reads),
        },
        ["starting"],
    )["starting"]
    for step, start in enumerate(reads):
        if step < behind:
            continue
        for row in range(rows):
            neurons = starting(layout.shape, row)
            got = shown[start + answer + row, : len(neurons)]
            assert got.tolist() == sample_values[step - behind, neurons].tolist()
