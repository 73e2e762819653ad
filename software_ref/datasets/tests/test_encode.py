"""Encoding of features: exact against rational arithmetic, both kinds of features, every format."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from software_ref.datasets import encode_features


@dataclass
class Format:
    """Stands for any fixed-point format."""

    fraction: Any


def encode_one(value: np.ndarray, fraction: int) -> int:
    raw = encode_features(value.reshape(1, 1), Format(fraction), 1, where="x")
    assert raw.dtype == (np.int16 if fraction <= 14 else np.int32)
    return int(raw[0, 0])


def rounded_half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


@pytest.mark.parametrize("fraction", [*range(17), 30])
def test_every_pixel_is_p_over_256_rounded_half_up(fraction: int) -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 256)
    raw = encode_features(pixels, Format(fraction), 256, where="x")
    assert raw[0].tolist() == [rounded_half_up(Fraction(p << fraction, 256)) for p in range(256)]
    assert raw.min() >= 0
    assert raw.max() <= 1 << fraction


def test_pixels_by_hand() -> None:
    pixels = np.array([[0, 1, 127, 128, 255]], dtype=np.uint8)
    assert encode_features(pixels, Format(8), 5, where="x").tolist() == [[0, 1, 127, 128, 255]]
    assert encode_features(pixels, Format(10), 5, where="x").tolist() == [[0, 4, 508, 512, 1020]]
    assert encode_features(pixels, Format(4), 5, where="x").tolist() == [[0, 0, 8, 8, 16]]


@given(value=st.floats(0, 1), fraction=st.integers(0, 30))
def test_a_double_is_rounded_half_up_exactly(value: float, fraction: int) -> None:
    expected = rounded_half_up(Fraction(value) * 2**fraction)
    assert encode_one(np.array(value), fraction) == expected


@given(value=st.floats(0, 1, width=32), fraction=st.integers(0, 30))
def test_a_single_is_rounded_half_up_exactly(value: float, fraction: int) -> None:
    expected = rounded_half_up(Fraction(value) * 2**fraction)
    assert encode_one(np.array(value, dtype=np.float32), fraction) == expected


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (0.0, 0),
        (1.0, 256),
        (0.5 / 256, 1),
        (math.nextafter(0.5 / 256, 0), 0),  # floor(x + 0.5) in floats gives 1 here
        (1.5 / 256, 2),
        (255.5 / 256, 256),
    ],
)
def test_ties_go_up_and_nothing_below_a_tie_does(value: float, raw: int) -> None:
    assert encode_one(np.array(value), 8) == raw


def test_missing_features_are_zeros_at_the_end() -> None:
    raw = encode_features(np.ones((2, 3)), Format(8), 5, where="x")
    assert raw.tolist() == [[256, 256, 256, 0, 0]] * 2


def test_no_samples_give_no_rows() -> None:
    assert encode_features(np.ones((0, 3)), Format(8), 5, where="x").shape == (0, 5)


def test_long_arrays_are_encoded_whole() -> None:
    x = np.arange(40_000, dtype=np.float64).reshape(-1, 1) / 40_000
    raw = encode_features(x, Format(16), 1, where="x")
    assert raw[:, 0].tolist() == np.floor(x[:, 0] * 2**16 + 0.5).tolist()


def test_surplus_features_are_refused() -> None:
    message = (
        "inputs must be at least the 784 features of mnist: x_test, not 64; "
        "features are never cut, so use an input layer of 784 neurons or more"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        encode_features(np.zeros((1, 784), dtype=np.uint8), Format(8), 64, where="mnist: x_test")


@pytest.mark.parametrize(
    ("x", "fraction", "inputs", "error", "message"),
    [
        (
            np.zeros((1, 2), dtype=np.int32),
            8,
            2,
            TypeError,
            "x must hold uint8, float32 or float64 values, not int32",
        ),
        (np.zeros((1, 2)), 8, 2.0, TypeError, "inputs must be an integer, not float"),
        (np.zeros((1, 2)), 8.0, 2, TypeError, "fraction bits must be an integer, not float"),
        (np.zeros((1, 2)), -1, 2, ValueError, "fraction bits must lie in 0 to 30, not -1"),
        (np.zeros((1, 2)), 31, 2, ValueError, "fraction bits must lie in 0 to 30, not 31"),
        (np.array([[0.0, np.nan]]), 8, 2, ValueError, "x[0, 1] must be finite, not nan"),
        (
            np.zeros((1, 2, 3)),
            8,
            6,
            ValueError,
            "x must have shape (samples, features), not (1, 2, 3); "
            "flatten each sample to 6 features",
        ),
    ],
)
def test_wrong_arguments_are_refused(
    x: np.ndarray, fraction: Any, inputs: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        encode_features(x, Format(fraction), inputs, where="x")
