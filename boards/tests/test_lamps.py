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
