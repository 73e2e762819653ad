"""Activation tables against the exponential, entry by entry, and the ReLU's figures."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from software_ref.activation import Activation
from software_ref.activation_functions import sigmoid_derivative_table, sigmoid_table
from software_ref.fixed_point import FixedFormat

FORMATS = [(3, 8), (1, 4), (3, 2), (5, 10), (9, 8), (1, 16), (11, 6)]


def sigma(value: float) -> float:
    """The logistic function in double precision, as docs/numerics.md has it."""
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0


def quantised(value: float, fmt: FixedFormat) -> int:
    return max(fmt.min_raw, min(fmt.max_raw, math.floor(value * fmt.one + 0.5)))


@pytest.mark.parametrize(("integer", "fraction"), FORMATS)
def test_every_entry_is_the_rounded_function_of_its_raw(integer: int, fraction: int) -> None:
    fmt = FixedFormat(integer=integer, fraction=fraction)
    values = [sigma(raw / fmt.one) for raw in range(fmt.min_raw, fmt.max_raw + 1)]
    assert sigmoid_table(fmt).tolist() == [quantised(v, fmt) for v in values]
    assert sigmoid_derivative_table(fmt).tolist() == [quantised(v * (1 - v), fmt) for v in values]


@pytest.mark.parametrize(("integer", "fraction"), FORMATS)
def test_the_tables_keep_their_functions_shapes(integer: int, fraction: int) -> None:
    fmt = FixedFormat(integer=integer, fraction=fraction)
    table, slope = sigmoid_table(fmt), sigmoid_derivative_table(fmt)
    zero = -fmt.min_raw
    assert len(table) == len(slope) == 2**fmt.width
    assert table[zero] == fmt.one // 2
    assert slope[zero] == fmt.one // 4 == slope.max()
    assert (np.diff(table) >= 0).all()
    assert table.min() >= 0
    assert table.max() <= fmt.one
    # sigma(-s) = 1 - sigma(s), but for ties, which round up on both sides.
    mirrored = table[zero + 1 :] + table[1:zero][::-1]
    assert set((mirrored - fmt.one).tolist()) <= {0, 1}
    assert (slope[zero + 1 :] == slope[1:zero][::-1]).all()


def test_the_ends_of_a_wide_format_neither_overflow_nor_warn() -> None:
    fmt = FixedFormat(integer=15, fraction=2)
    table = sigmoid_table(fmt)
    assert (table[0], table[-1]) == (0, fmt.one)
    assert sigmoid_derivative_table(fmt)[[0, -1]].tolist() == [0, 0]


def test_figures_of_a_sigmoid_layer() -> None:
    fmt = FixedFormat()
    activation = Activation().function
    assert (activation.maximum(fmt), activation.derivative_maximum(fmt)) == (256, 64)


@pytest.mark.parametrize(
    ("cap", "cap_raw"), [(None, 2047), (1.0, 256), (0.5, 128), (1 / 512, 1), (7.9975, 2047)]
)
def test_figures_of_a_relu_layer(cap: float | None, cap_raw: int) -> None:
    fmt = FixedFormat()
    activation = Activation(hidden="relu", relu_cap=cap).function
    activation.check_format(fmt)
    assert activation.cap_raw(fmt) == activation.maximum(fmt) == cap_raw
    assert activation.derivative_maximum(fmt) == fmt.one


@pytest.mark.parametrize("cap", [8.0, 1 / 1024, 1e300])
def test_a_cap_outside_the_format_is_refused(cap: float) -> None:
    message = f"activation relu_cap must be 0.00390625 to 7.99609375 in format (1,3,8), not {cap}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Activation(hidden="relu", relu_cap=cap).check_format(FixedFormat())


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        (
            {"hidden": "tanh"},
            ValueError,
            'activation hidden must be "sigmoid" or "relu", not \'tanh\'',
        ),
        (
            {"hidden": "relu", "relu_cap": "1"},
            TypeError,
            "activation relu_cap must be a number, not '1'",
        ),
        (
            {"hidden": "relu", "relu_cap": True},
            TypeError,
            "activation relu_cap must be a number, not True",
        ),
        ({"relu_cap": 1.0}, ValueError, 'activation relu_cap needs hidden = "relu"'),
        (
            {"hidden": "relu", "relu_cap": 0.0},
            ValueError,
            "activation relu_cap must be above 0 and finite, not 0.0",
        ),
        (
            {"hidden": "relu", "relu_cap": float("inf")},
            ValueError,
            "activation relu_cap must be above 0 and finite, not inf",
        ),
        (
            {"hidden": "relu", "relu_cap": float("nan")},
            ValueError,
            "activation relu_cap must be above 0 and finite, not nan",
        ),
    ],
)
def test_a_wrong_activation_is_refused(
    fields: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        Activation(**fields)
