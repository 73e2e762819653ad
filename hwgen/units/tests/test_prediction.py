"""The prediction unit: the lowest index among the largest competing outputs."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.testing.rows import finishing
from hwgen.testing.shapes import SHAPES, identify, network, random_shapes, start_clocks
from hwgen.testing.simulation import play, pulses
from hwgen.units.prediction import PredictionUnit
from software_ref.plan.pipelining import tree_levels
from software_ref.plan.timing import SCAN_LEAD, TAKE, JunctionTiming

STEPS = 24


@pytest.mark.parametrize("competing", ["one", "some", "all"])
@pytest.mark.parametrize("numbers", [*SHAPES, *random_shapes(seed=61, count=4)], ids=identify)
def test_ties_go_to_the_lowest_index_and_only_classes_compete(
    numbers: tuple[int, ...], competing: str
) -> None:
    timing = JunctionTiming(network=network(numbers), junction=1)
    shape, one = timing.shape, timing.network.format.one
    classes = {"one": 1, "some": (shape.right + 1) // 2, "all": shape.right}[competing]
    rng = np.random.default_rng([*numbers, classes])
    starts = start_clocks(rng, STEPS, shape.rows, first=0)
    unit = PredictionUnit(timing, classes)
    assert unit.latency == TAKE + tree_levels(timing.layout.finishing) + 1
    clocks = starts[-1] + SCAN_LEAD + shape.rows + unit.latency + 3
    values = rng.integers(0, one + 1, (clocks, timing.layout.finishing))
    ties = rng.integers(0, 2, values.shape) * one  # every other sample is full of ties
    labels = rng.integers(0, classes, clocks)
    feed = rng.integers(0, 3, clocks) > 0
    expected: dict[int, tuple[int, int]] = {}
    for number, start in enumerate(starts):
        rows = slice(start + SCAN_LEAD, start + SCAN_LEAD + shape.rows)
        if number % 2:
            values[rows] = ties[rows]
        if number % 6 == 3:
            values[rows] = 0
        outputs = [
            int(values[rows.start + row, slot])
            for row in range(shape.rows)
            for slot, _ in enumerate(finishing(shape, row))
        ]
        best = outputs.index(max(outputs[:classes]))
        if feed[start]:
            expected[rows.stop - 1 + unit.latency] = best, int(best == labels[start])
    shown = play(
        unit,
        {"start": pulses(clocks, starts), "feed": feed, "label": labels, "values": values},
        ["done", "prediction", "correct"],
    )
    assert np.flatnonzero(shown["done"]).tolist() == sorted(expected)
    for clock, result in expected.items():
        assert (shown["prediction"][clock], shown["correct"][clock]) == result


def test_a_label_beyond_the_classes_is_never_correct() -> None:
    timing = JunctionTiming(network=network((8, 4, 2, 8)), junction=1)
    values = np.zeros((7, 2), dtype=np.int64)
    values[2:4] = [[1, 2], [200, 3]]  # outputs 1 and 2 are less than output 2, which is no class
    shown = play(
        PredictionUnit(timing, 2),
        {"start": pulses(7, [0]), "feed": np.ones(7), "label": np.full(7, 2), "values": values},
        ["done", "prediction", "correct"],
    )
    (clock,) = np.flatnonzero(shown["done"])
    assert (shown["prediction"][clock], shown["correct"][clock]) == (1, 0)
