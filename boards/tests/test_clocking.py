"""MMCM and PLL settings: within their limits, as near as a search over all of them gets."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boards.clocking.clocking import TOLERANCE
from boards.clocking.ecp5_pll import EcpPll, find_pll
from boards.clocking.mmcm import Mmcm, find_mmcm

MHZ = 1_000_000
OSCILLATORS = (25 * MHZ, 100 * MHZ)


def all_plls(oscillator_hz: int) -> set[Fraction]:
    """Every clock that the PLL can make."""
    clocks = set()
    for divide in range(1, 129):
        if not Fraction(25, 8) * MHZ <= Fraction(oscillator_hz, divide) <= 400 * MHZ:
            continue
        multiples = {b * p for b, p in product(range(1, 129), repeat=2)}
        for multiple in multiples:
            vco = Fraction(oscillator_hz * multiple, divide)
            if 400 * MHZ <= vco <= 800 * MHZ:
                clocks |= {
                    vco / output
                    for output in range(1, 129)
                    if Fraction(25, 8) * MHZ <= vco / output <= 400 * MHZ
                }
    return clocks


def test_the_pll_is_the_nearest_of_all() -> None:
    clocks = all_plls(25 * MHZ)
    for clock_hz in (*range(5 * MHZ, 200 * MHZ, 27_654_321), 33_333_333, 399 * MHZ):
        best = min(abs(clock - clock_hz) for clock in clocks)
        assert abs(find_pll(25 * MHZ, clock_hz).clock_hz - clock_hz) == best


@settings(deadline=None, max_examples=8)
@given(st.sampled_from(OSCILLATORS), st.integers(5 * MHZ, 400 * MHZ))
def test_every_clock_is_met_within_the_limits(oscillator_hz: int, clock_hz: int) -> None:
    for find in (find_mmcm, find_pll):
        found = find(oscillator_hz, clock_hz)  # its constructor checks the limits
        assert abs(found.clock_hz - clock_hz) <= TOLERANCE * clock_hz


@pytest.mark.parametrize("clock", [10, 50, 75, 80, 100, 120, 125, 150, 200])
def test_round_clocks_are_exact(clock: int) -> None:
    assert find_mmcm(100 * MHZ, clock * MHZ).clock_hz == clock * MHZ
    assert find_pll(25 * MHZ, clock * MHZ).clock_hz == clock * MHZ


@pytest.mark.parametrize(("find", "oscillator"), [(find_mmcm, 100), (find_pll, 25)])
def test_a_clock_out_of_reach_names_the_nearest(find, oscillator: int) -> None:
    for clock, nearest in ((1, "4.6875" if find is find_mmcm else "3.125"), (900, "800|400")):
        with pytest.raises(
            ValueError, match=rf"not {clock} MHz; the nearest is ({nearest})\d* MHz"
        ):
            find(oscillator * MHZ, clock * MHZ)


def test_settings_outside_the_limits_are_refused() -> None:
    good = {"oscillator_hz": 100 * MHZ, "divide": 1, "multiply": Fraction(10)}
    Mmcm(**good, output_divide=Fraction(10))
    for change, message in (
        ({"multiply": Fraction(65)}, "M must be from 2 to 64"),
        ({"multiply": Fraction(13)}, "VCO's Hz must be from 6e"),
        ({"multiply": Fraction(31, 3)}, "M must be in eighths"),
        ({"output_divide": Fraction(3, 2)}, "O must be 1 or at least 2"),
        ({"divide": 20}, "phase detector's Hz must be from 1e"),
    ):
        with pytest.raises(ValueError, match=message):
            Mmcm(**({**good, "output_divide": Fraction(10)} | change))
    with pytest.raises(ValueError, match="VCO's Hz"):
        EcpPll(
            oscillator_hz=25 * MHZ,
            input_divide=1,
            feedback_divide=1,
            loop_divide=1,
            output_divide=1,
        )


def test_no_fraction_is_on_an_odd_whole_part() -> None:
    """nextpnr sets such a divider one too low."""
    for clock in range(7 * MHZ, 200 * MHZ, 1_234_567):
        found = find_mmcm(100 * MHZ, clock)
        for divider in (found.multiply, found.output_divide):
            assert divider.denominator == 1 or int(divider) % 2 == 0
