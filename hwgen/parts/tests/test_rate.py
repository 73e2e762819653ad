"""The rate shift and the subtraction it feeds: sat(w - rnd(x, drop + k)) for every x and k."""

from __future__ import annotations

import numpy as np
import pytest
from amaranth.hdl import Module, Value, signed, unsigned

from hwgen.parts.pipeline import delayed
from hwgen.parts.rate import RateShift, subtracted
from hwgen.testing.numerics import all_signed, overflows, random_signed, rnd, sat
from hwgen.testing.simulation import Lanes, sweep
from software_ref.plan.pipelining import PIPELINES


def check(
    x: np.ndarray,
    w: np.ndarray,
    k: np.ndarray,
    *,
    x_width: int,
    width: int,
    drop: int,
    largest: int,
    lanes: int = 8,
) -> None:
    """Subtract rnd(x, drop + k) from w in hardware and compare, values, overflows and latency."""
    pipelining = PIPELINES["shallow" if drop else "deep"]
    levels = pipelining.mux_levels(largest + 1)

    def build(m: Module, lane: int, x: Value, w: Value, k: Value) -> dict[str, Value]:
        name = f"shift{lane}"
        shift = RateShift(m, x, k, drop=drop, largest=largest, pipelining=pipelining, name=name)
        minuend = delayed(m, w, levels, f"w{lane}")
        value, overflow = subtracted(m, minuend, shift, width, f"difference{lane}")
        assert value.shape() == signed(width)
        return {"value": value, "overflow": overflow}

    inputs = {
        "x": signed(x_width),
        "w": signed(width),
        "k": unsigned(max(largest.bit_length(), 1)),
    }
    outputs = {"value": signed(width), "overflow": unsigned(1)}
    results = sweep(Lanes(lanes, inputs, outputs, build), {"x": x, "w": w, "k": k}, levels + 1)
    rounded = np.stack([rnd(x, drop + n) for n in range(largest + 1)])
    expected = w - rounded[k, np.arange(len(x))]
    np.testing.assert_array_equal(results["value"], sat(expected, width))
    np.testing.assert_array_equal(results["overflow"], overflows(expected, width))


def extremes(width: int) -> list[int]:
    return [-(2 ** (width - 1)), 2 ** (width - 1) - 1, 0, -1]


@pytest.mark.parametrize("drop", [0, 4])
def test_every_x_and_every_k_at_the_ends_of_w(drop: int) -> None:
    x, k = (grid.ravel() for grid in np.meshgrid(all_signed(12), np.arange(8)))
    w = np.random.default_rng(drop).choice(extremes(12), len(x))
    check(x, w, k, x_width=12, width=12, drop=drop, largest=7)


def test_every_x_w_and_k_of_a_small_format() -> None:
    x, w, k = np.meshgrid(all_signed(7), all_signed(6), np.arange(4))
    check(x.ravel(), w.ravel(), k.ravel(), x_width=7, width=6, drop=2, largest=3)


@pytest.mark.parametrize("largest", [0, 1, 4, 7, 8, 31])
@pytest.mark.parametrize(
    ("x_width", "width", "drop"), [(21, 12, 8), (12, 12, 0), (35, 18, 16), (9, 6, 3)]
)
def test_every_k_of_any_largest(x_width: int, width: int, drop: int, largest: int) -> None:
    rng = np.random.default_rng([x_width, drop, largest])
    size = (largest + 1, 40)
    k = np.repeat(np.arange(largest + 1), 40)
    x, w = (random_signed(rng, bits, size, corners=0.4).ravel() for bits in (x_width, width))
    check(x, w, k, x_width=x_width, width=width, drop=drop, largest=largest, lanes=4)


def test_the_bias_use_with_no_shift_at_all_is_a_plain_saturating_subtraction() -> None:
    x, w = (grid.ravel() for grid in np.meshgrid(all_signed(7), all_signed(7)))
    check(x, w, np.zeros_like(x), x_width=7, width=7, drop=0, largest=0)


def test_the_rounding_is_half_up_for_both_signs() -> None:
    x = np.array([-3, -2, -1, 0, 1, 2, 3, 5, 6, 7])
    w = np.zeros_like(x)
    rounded = np.array([-1, 0, 0, 0, 0, 1, 1, 1, 2, 2])  # x / 4
    assert rnd(x, 2).tolist() == rounded.tolist()
    check(x, w, np.full_like(x, 2), x_width=6, width=6, drop=0, largest=3, lanes=2)
