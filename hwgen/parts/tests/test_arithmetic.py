"""Rounding, saturation and adder trees, exhaustive up to 16 bits."""

from __future__ import annotations

import numpy as np
import pytest
from amaranth.hdl import Module, Signal, Value, signed, unsigned

from hwgen.parts.arithmetic import adder_tree, register, rounded_shift, saturated, signed_width
from hwgen.testing.numerics import all_signed, overflows, random_signed, rnd, sat
from hwgen.testing.simulation import Lanes, elaborated, sweep
from software_ref.plan.pipelining import tree_levels


def test_signed_width_is_the_narrowest_that_holds_both_ends() -> None:
    for low in range(-70, 71):
        for high in range(low, 71):
            fits = [w for w in range(1, 9) if -(2 ** (w - 1)) <= low and high < 2 ** (w - 1)]
            assert signed_width(low, high) == fits[0]


@pytest.mark.parametrize("width", range(1, 17))
def test_rounded_shift_of_every_value_and_distance(width: int) -> None:
    distances = range(width + 2) if width <= 12 else (1, 8, width + 1)

    def build(m: Module, lane: int, x: Value) -> dict[str, Value]:
        return {f"by{n}": rounded_shift(x, n) for n in distances}

    outputs = {f"by{n}": signed(width + 2) for n in distances}
    values = all_signed(width)
    shifted = sweep(
        Lanes(min(len(values), 16), {"x": signed(width)}, outputs, build), {"x": values}, 0
    )
    for n in distances:
        np.testing.assert_array_equal(shifted[f"by{n}"], rnd(values, n))


def test_rounded_shift_has_the_one_spare_bit_its_docstring_promises() -> None:
    assert len(rounded_shift(Signal(signed(12)), 8)) == 12 + 1 - 8
    assert len(rounded_shift(Signal(signed(12)), 0)) == 12


@pytest.mark.parametrize("width", range(1, 17))
def test_saturation_of_every_value_to_every_width(width: int) -> None:
    targets = range(1, width + 3) if width <= 10 else (6, width - 1)

    def build(m: Module, lane: int, x: Value) -> dict[str, Value]:
        outputs = {}
        for target in targets:
            clipped, overflow = saturated(x, target)
            assert len(clipped) == min(target, width)
            assert clipped.shape().signed
            outputs |= {f"to{target}": clipped, f"over{target}": overflow}
        return outputs

    outputs = {f"to{target}": signed(width) for target in targets}
    outputs |= {f"over{target}": unsigned(1) for target in targets}
    values = all_signed(width)
    results = sweep(
        Lanes(min(len(values), 16), {"x": signed(width)}, outputs, build), {"x": values}, 0
    )
    for target in targets:
        np.testing.assert_array_equal(results[f"to{target}"], sat(values, target))
        np.testing.assert_array_equal(results[f"over{target}"], overflows(values, target))


@pytest.mark.parametrize("adders", [1, 2, 3])
@pytest.mark.parametrize("terms", [1, 2, 3, 4, 5, 7, 8, 9, 16, 17])
def test_adder_tree_is_exact_after_a_clock_a_registered_level(terms: int, adders: int) -> None:
    rng = np.random.default_rng(terms)
    # Signed terms of one width, as products are, and single flags, as the saturation counters add.
    inputs = {f"s{k}": signed(9) for k in range(terms)} | {
        f"u{k}": unsigned(1) for k in range(terms)
    }
    growth = tree_levels(terms)

    def build(m: Module, lane: int, **values: Value) -> dict[str, Value]:
        return {
            "signed_sum": adder_tree(
                m, [values[f"s{k}"] for k in range(terms)], f"s{lane}", adders
            ),
            "flag_sum": adder_tree(m, [values[f"u{k}"] for k in range(terms)], f"u{lane}", adders),
        }

    outputs = {"signed_sum": signed(9 + growth), "flag_sum": unsigned(1 + growth)}
    count = 300
    columns = {f"s{k}": random_signed(rng, 9, count) for k in range(terms)}
    columns |= {f"u{k}": rng.integers(0, 2, count) for k in range(terms)}
    for extreme, value in enumerate((-256, 255)):
        for k in range(terms):
            columns[f"s{k}"][extreme] = value
            columns[f"u{k}"][extreme] = extreme
    latency = tree_levels(terms, adders)
    results = sweep(Lanes(4, inputs, outputs, build), columns, latency)
    for output, kind in (("signed_sum", "s"), ("flag_sum", "u")):
        total = sum(columns[f"{kind}{k}"] for k in range(terms))
        np.testing.assert_array_equal(results[output], total)


def test_a_register_keeps_its_value_shape_and_is_never_reset() -> None:
    m = Module()
    stage = register(m, Signal(signed(5)), "stage")
    elaborated(m)
    assert (stage.name, stage.shape(), stage.reset_less) == ("stage", signed(5), True)
