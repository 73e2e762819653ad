"""The LEDs' bar: as many lights as the accuracy is worth, on bars of any length."""

from __future__ import annotations

import numpy as np
import pytest

from boards.panel.lamps import Lamps
from hwgen.testing.simulation import play

STATES = 4
"""LEDs before the bar."""


@pytest.mark.parametrize("bar", [0, 1, 4, 7, 12])
def test_the_bar_shows_every_accuracy(bar: int) -> None:
    """Of n lights floor(n per_mille / 1000), also where n does not divide 1000."""
    per_mille = np.arange(1001)
    lamps = Lamps(clock_hz=1e6, count=STATES + bar)
    leds = play(lamps, {"per_mille": np.append(per_mille, 0)}, ["leds"])["leds"]
    lit = bar * per_mille // 1000
    assert np.array_equal(leds[1:] >> STATES, (1 << lit) - 1)  # from a register


def test_a_warning_blinks_beside_what_else_is_lit() -> None:
    hertz, clocks = 50, 100  # ten clocks lit, ten dark
    lamps = Lamps(clock_hz=hertz, count=STATES, warns=True)
    wrong = np.arange(clocks) >= 40
    leds = play(lamps, {"wrong": wrong, "busy": np.ones(clocks, int)}, ["leds"])["leds"]
    assert set(leds[1:41]) == {0b100}
    changes = np.flatnonzero(np.diff(leds[41:] >> 1 & 1))
    assert len(changes) >= 5 and set(np.diff(changes)) == {10}
    assert set(leds[1:] & 0b1101) == {0b100}
