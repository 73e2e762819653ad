"""Two products from one DSP block: all small operands, corners of those that networks use."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from amaranth.hdl import Cat, Module, Signal, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.export.verilog import to_verilog
from hwgen.parts.arithmetic import register
from hwgen.parts.cost import product_pair
from hwgen.parts.product_pair import multiply_pair
from hwgen.synthesis import synthesise
from hwgen.testing.numerics import all_signed, random_signed
from hwgen.testing.simulation import Lanes, elaborated, sweep
from software_ref.plan.product_pair import LATENCY, ProductPair

XC7 = (25, 18)


def check(pair: ProductPair, d: np.ndarray, a: np.ndarray, b: np.ndarray, spare: int = 0) -> None:
    latency = LATENCY + spare

    def build(m: Module, lane: int, d: Value, a: Value, b: Value) -> dict[str, Value]:
        first, second = multiply_pair(m, d, a, b, pair, latency=latency, name=f"pair{lane}")
        assert first.shape() == second.shape() == signed(pair.product)
        return {"first": first, "second": second}

    inputs = {"d": signed(pair.common), "a": unsigned(pair.own), "b": unsigned(pair.own)}
    product = signed(pair.product)
    lanes = Lanes(16, inputs, {"first": product, "second": product}, build)
    results = sweep(lanes, {"d": d, "a": a, "b": b}, latency)
    np.testing.assert_array_equal(results["first"], d * a)
    np.testing.assert_array_equal(results["second"], d * b)


# Widths of the wide port that leave the least overlap, more, and no gap between the factors.
@pytest.mark.parametrize("wide", [25, 8, 7])
@pytest.mark.parametrize("largest", [4, 6, 7])
def test_every_triple_of_small_operands(largest: int, wide: int) -> None:
    pair = ProductPair(common=4, largest=largest, dsp_widths=(wide, 18))
    assert pair.fits and (pair.overlap == 1) == (wide == 25)
    d, a, b = np.meshgrid(all_signed(4), np.arange(largest + 1), np.arange(largest + 1))
    check(pair, d.ravel(), a.ravel(), b.ravel())


def test_factors_of_one_bit() -> None:
    d, a, b = np.meshgrid(all_signed(6), [0, 1], [0, 1])
    check(ProductPair(common=6, largest=1, dsp_widths=XC7), d.ravel(), a.ravel(), b.ravel())


@pytest.mark.parametrize(
    ("common", "largest", "spare"), [(12, 256, 1), (10, 256, 0), (12, 511, 2), (18, 16, 0)]
)
def test_wide_operands_at_corners_and_random(common: int, largest: int, spare: int) -> None:
    pair = ProductPair(common=common, largest=largest, dsp_widths=XC7)
    assert pair.fits
    rng = np.random.default_rng([common, largest])
    least = -(1 << (common - 1))
    factors = [0, 1, largest - 1, largest]
    d, a, b = (each.ravel() for each in np.meshgrid([least, -1, 0, 1, ~least], factors, factors))
    d = np.append(d, random_signed(rng, common, 2000))
    a, b = (np.append(each, rng.integers(0, largest + 1, 2000)) for each in (a, b))
    check(pair, d, a, b, spare)


class Registered(wiring.Component):
    """A pair of the original network between registers, as a unit has it."""

    def __init__(self) -> None:
        super().__init__(
            {"common": In(signed(12)), "first": In(9), "second": In(9), "products": Out(40)}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pair = ProductPair(common=12, largest=256, dsp_widths=XC7)
        inputs = [
            register(m, each, name)
            for name, each in (("c", self.common), ("f", self.first), ("s", self.second))
        ]
        first, second = multiply_pair(m, *inputs, pair, latency=LATENCY, name="pair")
        m.d.comb += self.products.eq(Cat(first, second))
        return m


def test_yosys_moves_all_wide_registers_into_one_dsp_block(tmp_path: Path) -> None:
    verilog = tmp_path / "pair.v"
    verilog.write_text(to_verilog(Registered(), "pair", header=""))
    report = synthesise(verilog, "pair", tmp_path / "build")
    found = report.resources
    expected = product_pair(ProductPair(common=12, largest=256, dsp_widths=XC7), latency=LATENCY)
    assert (found.dsp, found.carry, found.bram36) == (1, 0, 0)
    # Those of the inputs, of which the block has one more row for the common factor.
    assert found.ff <= expected.ff + 30
    assert found.lut <= expected.lut + 3
    assert report.path_ns is not None
    assert report.path_ns < 3


def test_too_short_a_latency_is_refused() -> None:
    m = Module()
    message = "latency of pair p must be at least 3, not 2"
    pair = ProductPair(common=12, largest=256, dsp_widths=XC7)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        multiply_pair(m, Signal(signed(12)), Signal(9), Signal(9), pair, latency=2, name="p")
    elaborated(m)
