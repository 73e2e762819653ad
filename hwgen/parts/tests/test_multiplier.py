"""Multipliers of both kinds: every pair of 8-bit operands, and the widths that networks use."""

from __future__ import annotations

import re

import numpy as np
import pytest
from amaranth.hdl import Module, Signal, Value, signed, unsigned

from hwgen.parts.multiplier import multiply
from hwgen.testing.numerics import all_signed, random_signed
from hwgen.testing.simulation import Lanes, elaborated, sweep
from software_ref.plan.pipelining import PIPELINES, Pipelining

KINDS = {"dsp": True, "fabric": False}
DEEP = PIPELINES["deep"]


def multipliers(wide: int, narrow: int, latency: int, lanes: int, pipelining: Pipelining) -> Lanes:
    """Lanes of multipliers: each kind by a signed and by an unsigned operand."""

    def build(m: Module, lane: int, wide: Value, narrow: Value) -> dict[str, Value]:
        outputs = {}
        for kind, dsp in KINDS.items():
            for sign, operand in (("signed", narrow.as_signed()), ("unsigned", narrow)):
                product = multiply(
                    m,
                    wide,
                    operand,
                    latency=latency,
                    dsp=dsp,
                    pipelining=pipelining,
                    name=f"{kind}_{sign}{lane}",
                )
                assert product.shape() == signed(len(wide) + len(narrow))
                outputs[f"{kind}_{sign}"] = product
        return outputs

    product = signed(wide + narrow)
    outputs = {f"{kind}_{sign}": product for kind in KINDS for sign in ("signed", "unsigned")}
    return Lanes(lanes, {"wide": signed(wide), "narrow": unsigned(narrow)}, outputs, build)


def check(
    a: np.ndarray,
    b: np.ndarray,
    *,
    wide: int,
    narrow: int,
    spare: int = 0,
    pipelining: Pipelining = DEEP,
) -> None:
    """Multiply a (signed) by b (unsigned, and the same bits as a signed number)."""
    latency = pipelining.multiplier_latency(narrow, dsp=True) + spare
    lanes = multipliers(wide, narrow, latency, 16, pipelining)
    results = sweep(lanes, {"wide": a, "narrow": b}, latency)
    as_signed = np.where(b >= 2 ** (narrow - 1), b - 2**narrow, b)
    for kind in KINDS:
        np.testing.assert_array_equal(results[f"{kind}_unsigned"], a * b)
        np.testing.assert_array_equal(results[f"{kind}_signed"], a * as_signed)


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_every_pair_of_8_bit_operands(pipeline: str) -> None:
    a, b = np.meshgrid(all_signed(8), np.arange(256))
    check(a.ravel(), b.ravel(), wide=8, narrow=8, pipelining=PIPELINES[pipeline])


@pytest.mark.parametrize("narrow", range(1, 8))
def test_every_pair_with_narrow_operands(narrow: int) -> None:
    a, b = np.meshgrid(all_signed(6), np.arange(2**narrow))
    check(a.ravel(), b.ravel(), wide=6, narrow=narrow)


def unsigned_multipliers(narrow: int, latency: int, largest: int, pipelining: Pipelining) -> Lanes:
    """Lanes of multipliers in LUTs, 5 bits by numbers up to a largest."""

    def build(m: Module, lane: int, a: Value, b: Value) -> dict[str, Value]:
        product = multiply(
            m,
            a,
            b,
            latency=latency,
            dsp=False,
            pipelining=pipelining,
            name=f"product{lane}",
            largest=largest,
        )
        return {"product": product}

    inputs = {"a": signed(5), "b": unsigned(narrow)}
    return Lanes(16, inputs, {"product": signed(5 + narrow)}, build)


@pytest.mark.parametrize(
    ("pipeline", "spare"),
    [("deep", 0), ("deep", 1), ("deep", 4), ("medium", 1), ("shallow", 1)],
)
@pytest.mark.parametrize("joined", [False, True], ids=["any", "power_of_two"])
@pytest.mark.parametrize("narrow", [1, 2, 3, 7, 9])
def test_every_pair_up_to_a_largest(narrow: int, joined: bool, pipeline: str, spare: int) -> None:
    """Spare clocks make chains longer, up to all rows."""
    largest = 1 << (narrow - 1) if joined else (1 << narrow) - 1
    a, b = (each.ravel() for each in np.meshgrid(all_signed(5), np.arange(largest + 1)))
    pipelining = PIPELINES[pipeline]
    latency = pipelining.multiplier_latency(narrow, dsp=False) + spare
    lanes = unsigned_multipliers(narrow, latency, largest, pipelining)
    np.testing.assert_array_equal(sweep(lanes, {"a": a, "b": b}, latency)["product"], a * b)


@pytest.mark.parametrize("pipeline", PIPELINES)
@pytest.mark.parametrize(
    ("wide", "narrow", "spare"),
    [(12, 9, 0), (12, 9, 2), (12, 12, 1), (18, 18, 0), (18, 18, 3), (28, 7, 0), (10, 17, 0)],
)
def test_wide_operands_at_corners_and_random(
    wide: int, narrow: int, spare: int, pipeline: str
) -> None:
    rng = np.random.default_rng([wide, narrow, spare])
    a = random_signed(rng, wide, 200)
    b = random_signed(rng, narrow, 200) % 2**narrow
    corners = np.array([0, 1, 2, -1, -2, 2 ** (wide - 1) - 1, -(2 ** (wide - 1))])
    others = np.array([0, 1, 2 ** (narrow - 1) - 1, 2 ** (narrow - 1), 2**narrow - 1])
    left, right = np.meshgrid(corners, others)
    a, b = np.append(a, left), np.append(b, right)
    pipelining = PIPELINES[pipeline]
    check(a, b, wide=wide, narrow=narrow, spare=spare, pipelining=pipelining)


@pytest.mark.parametrize(
    ("pipeline", "figures"),
    [
        ("deep", {1: 4, 2: 4, 4: 4, 8: 4, 9: 4, 10: 4, 16: 4, 17: 5, 18: 5, 32: 5}),
        ("medium", {1: 3, 8: 3, 9: 3, 16: 3, 17: 3, 32: 3, 33: 4}),
        ("shallow", {1: 2, 2: 2, 3: 2, 16: 2, 17: 3, 32: 3}),
    ],
)
def test_the_latency_formula_at_its_steps(pipeline: str, figures: dict[int, int]) -> None:
    latency = PIPELINES[pipeline].multiplier_latency
    assert {narrow: latency(narrow, dsp=True) for narrow in figures} == figures


@pytest.mark.parametrize("dsp", [False, True])
def test_too_short_a_latency_is_refused(dsp: bool) -> None:
    m = Module()
    message = "latency of multiplier p must be at least 4 for a 9-bit operand, not 3"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        multiply(
            m,
            Signal(signed(12)),
            Signal(unsigned(9)),
            latency=3,
            dsp=dsp,
            pipelining=DEEP,
            name="p",
        )
    elaborated(m)


def test_without_a_dsp_block_only_the_width_counts() -> None:
    figures = {1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 8: 3, 9: 4, 32: 5}
    latency = DEEP.multiplier_latency
    assert {narrow: latency(narrow, dsp=False) for narrow in figures} == figures
