"""Formats, quantisation, saturation and rounding against exact rational arithmetic."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from software_ref.fixed_point import FixedFormat, rounding_shift

FORMATS = [(i, f) for i in range(1, 16) for f in range(2, 17) if 6 <= 1 + i + f <= 18]
SEEDED = settings(derandomize=True, deadline=None)
formats = st.sampled_from(FORMATS).map(lambda pair: FixedFormat(integer=pair[0], fraction=pair[1]))


def test_the_default_is_the_originals_12_bit_format() -> None:
    fmt = FixedFormat()
    assert (fmt.width, fmt.one, fmt.min_raw, fmt.max_raw) == (12, 256, -2048, 2047)
    assert str(fmt) == "(1,3,8)"


@pytest.mark.parametrize(("integer", "fraction"), FORMATS)
def test_every_format_of_6_to_18_bits(integer: int, fraction: int) -> None:
    fmt = FixedFormat(integer=integer, fraction=fraction)
    assert fmt.width == 1 + integer + fraction
    assert fmt.one == 2**fraction
    assert fmt.min_raw == -(2 ** (integer + fraction))
    assert fmt.max_raw == 2 ** (integer + fraction) - 1
    assert 0 < fmt.one <= fmt.max_raw


@SEEDED
@given(fmt=formats, value=st.floats(-1e6, 1e6))
def test_quantise_rounds_half_up_and_clips(fmt: FixedFormat, value: float) -> None:
    # The product with a power of two is exact in float64, and so is adding one half in this range
    # but for values so small that the sum is one half, or one ulp below it, anyway.
    exact = math.floor(Fraction(value) * fmt.one + Fraction(1, 2))
    in_floats = math.floor(value * fmt.one + 0.5)
    assert abs(exact - in_floats) <= 1
    expected = max(fmt.min_raw, min(fmt.max_raw, in_floats))
    assert fmt.quantise(value).item() == expected
    assert fmt.quantise(value).dtype == np.int64


def test_quantise_by_hand() -> None:
    fmt = FixedFormat(integer=1, fraction=4)
    values = [0.0, 1 / 32, -1 / 32, 3 / 32, -3 / 32, 1.0, 1.999, 2.0, 100.0, -2.0, -2.04, -100.0]
    assert fmt.quantise(values).tolist() == [0, 1, 0, 2, -1, 16, 31, 31, 31, -32, -32, -32]


@SEEDED
@given(fmt=formats, raw=st.integers(-(2**60), 2**60))
def test_saturate_clips_to_the_ends(fmt: FixedFormat, raw: int) -> None:
    expected = max(fmt.min_raw, min(fmt.max_raw, raw))
    assert fmt.saturate(raw).item() == expected
    assert fmt.saturate(np.array([[raw]])).shape == (1, 1)


@SEEDED
@given(raw=st.integers(-(2**58), 2**58), bits=st.integers(0, 50))
def test_the_rounding_shift_is_the_nearest_integer_half_up(raw: int, bits: int) -> None:
    expected = math.floor(Fraction(raw, 2**bits) + Fraction(1, 2)) if bits else raw
    assert rounding_shift(raw, bits).item() == expected


def test_the_rounding_shift_by_hand() -> None:
    raw = [-6, -5, -3, -2, -1, 0, 1, 2, 3, 5, 6]
    assert rounding_shift(raw, 2).tolist() == [-1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 2]
    assert rounding_shift(raw, 0).tolist() == raw


@pytest.mark.parametrize("name", ["integer", "fraction"])
@pytest.mark.parametrize("value", [3.0, "3", None, True])
def test_a_wrong_kind_is_refused(name: str, value: Any) -> None:
    message = f"format {name} must be an integer, not {value!r}"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        FixedFormat(**{name: value})


@pytest.mark.parametrize(
    ("integer", "fraction", "message"),
    [
        (0, 8, "format integer must be at least 1, not 0: an input of 1.0 must fit"),
        (
            3,
            1,
            "format fraction must be at least 2, not 1: the sigmoid's derivative is at most 1/4",
        ),
        (1, 3, "format width 1 + 1 + 3 = 5 must be 6 to 18 bits"),
        (9, 9, "format width 1 + 9 + 9 = 19 must be 6 to 18 bits"),
    ],
)
def test_an_illegal_format_is_refused(integer: int, fraction: int, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        FixedFormat(integer=integer, fraction=fraction)


def test_stored_weights_have_extra_bits() -> None:
    fmt = FixedFormat(integer=1, fraction=4, stored_fraction=7)
    assert (fmt.extra_bits, fmt.stored_width, fmt.width) == (3, 9, 6)
    assert (fmt.stored_min_raw, fmt.stored_max_raw) == (-256, 255)
    assert str(fmt) == "(1,1,4), stored (1,1,7)"
    values = [0.0, 1 / 256, -1 / 256, 1.0, 1.999, 2.0, -2.0, -2.1]
    assert fmt.quantise_stored(values).tolist() == [0, 1, 0, 128, 255, 255, -256, -256]
    assert FixedFormat(fraction=8, stored_fraction=8) == FixedFormat(fraction=8)
    assert FixedFormat().quantise_stored(0.5).item() == 128


def test_activations_have_fewer_bits() -> None:
    fmt = FixedFormat(integer=1, fraction=4, activation_fraction=3)
    assert fmt.activation_shift == 1
    assert str(fmt) == "(1,1,4), activations of 3 fraction bits"
    assert FixedFormat(fraction=8, activation_fraction=8) == FixedFormat(fraction=8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"stored_fraction": 7},
            "format stored_fraction must be 8 to 16, not 7: at least fraction, at most twice "
            "fraction and 32 bits in all",
        ),
        (
            {"stored_fraction": 17},
            "format stored_fraction must be 8 to 16, not 17: at least fraction, at most twice "
            "fraction and 32 bits in all",
        ),
        (
            {"integer": 2, "fraction": 15, "stored_fraction": 30},
            "format stored_fraction must be 15 to 29, not 30: at least fraction, at most twice "
            "fraction and 32 bits in all",
        ),
        (
            {"activation_fraction": 0},
            "format activation_fraction must be 1 to fraction, 8, not 0",
        ),
        (
            {"activation_fraction": 9},
            "format activation_fraction must be 1 to fraction, 8, not 9",
        ),
    ],
)
def test_wrong_options_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        FixedFormat(**options)


@pytest.mark.parametrize("name", ["stored_fraction", "activation_fraction"])
@pytest.mark.parametrize("value", [4.0, "4", True])
def test_options_must_be_integers(name: str, value: Any) -> None:
    message = f"format {name} must be an integer, not {value!r}"
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        FixedFormat(**{name: value})
