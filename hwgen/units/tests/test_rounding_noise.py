"""The generator: one state a row of a step that learns, and the seed again after a rewind."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.testing.numerics import following_state
from hwgen.testing.shapes import network, start_clocks
from hwgen.testing.simulation import play, pulses
from hwgen.units.rounding_noise import RoundingNoise
from software_ref.plan.timing import JunctionTiming


@pytest.mark.parametrize("numbers", [(12, 4, 2, 4), (4, 2, 1, 4), (6, 5, 5, 3)])
def test_every_row_that_learns_has_a_state_of_its_own(numbers: tuple[int, ...]) -> None:
    net = network(numbers, random_bits=4, seed=5)
    timing = JunctionTiming(network=net, junction=1)
    rows, steps = timing.shape.rows, 12
    rng = np.random.default_rng(numbers)
    starts = start_clocks(rng, steps, rows + 2, first=0)
    clocks = starts[-1] + rows + 3
    learn = rng.integers(0, 2, clocks)
    learn[starts[:2]] = 1
    rewound = starts[steps // 2]
    rewind = np.zeros(clocks, dtype=np.int64)
    rewind[rewound - 1] = 1
    shown = play(
        RoundingNoise(timing),
        {"start": pulses(clocks, starts), "learn": learn, "rewind": rewind},
        ["state"],
    )["state"]
    first = state = net.update.first_state(1)
    seen = 0
    for start in starts:
        if start == rewound:
            state = first
        for row in range(rows):
            if learn[start]:
                assert shown[start + 1 + row] == state
                state = following_state(state)
                seen += 1
    assert seen >= 3 * rows


def test_the_generator_does_not_return_soon() -> None:
    state, seen = 1, set()
    for _ in range(10_000):
        seen.add(state)
        state = following_state(state)
    assert len(seen) == 10_000
    assert 0 not in seen
