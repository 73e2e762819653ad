"""Parts against what Yosys 0.70 makes of them for a 7-series device (`synth_xilinx -abc9`)."""

from __future__ import annotations

import pytest

from hwgen.parts.cost import (
    Logic,
    adder_tree,
    memory,
    multiplexer,
    multiplier,
    multipliers,
    pipelined_multiplexer,
    product_pair,
    registers,
)
from software_ref.plan.pipelining import PIPELINES
from software_ref.plan.product_pair import ProductPair

DEEP, SHALLOW = PIPELINES["deep"], PIPELINES["shallow"]


@pytest.mark.parametrize(
    ("depth", "width", "reads", "elements"),
    [
        (2, 4, 2, 2),
        (8, 1, 2, 1),
        (16, 7, 2, 4),
        (32, 6, 2, 2),
        (33, 1, 2, 1),
        (64, 5, 2, 4),
        (65, 4, 2, 6),
        (100, 9, 2, 12),
        (129, 9, 2, 18),
        (200, 9, 2, 24),
        (256, 12, 2, 32),
    ],
)
def test_lut_rams_are_those_that_yosys_takes(
    depth: int, width: int, reads: int, elements: int
) -> None:
    found = memory(depth, width, reads=reads)
    assert (found.lutram, found.bram18) == (4 * elements, 0)
    assert found.ff == width * reads


@pytest.mark.parametrize(
    ("depth", "width", "reads", "halves"),
    [
        (300, 20, 1, 1),
        (300, 37, 1, 2),
        (300, 73, 1, 3),
        (300, 200, 1, 6),
        (600, 18, 1, 1),
        (600, 19, 1, 2),
        (600, 73, 1, 5),
        (196, 1344, 1, 38),
        (512, 40, 2, 4),
        (1000, 30, 2, 4),
        (2048, 9, 2, 4),
    ],
)
def test_block_rams_are_those_that_yosys_takes(
    depth: int, width: int, reads: int, halves: int
) -> None:
    found = memory(depth, width, reads=reads)
    assert (found.lutram, found.bram18, found.ff) == (0, halves, 0)


def test_a_table_in_block_ram_is_read_twice_by_each() -> None:
    assert memory(4096, 15, reads=2, rom=True).bram18 == 4
    assert memory(4096, 15, reads=3, rom=True).bram18 == 8


def test_later_reads_take_registers() -> None:
    assert memory(300, 20, latency=3).ff == 40
    assert memory(16, 6, reads=2, latency=2).ff == 24


def test_a_dsp_block_has_room_for_three_registers() -> None:
    for latency, ff in ((2, 0), (3, 0), (4, 21), (5, 42)):
        found = multiplier(12, 9, latency=latency, dsp=True, pipelining=DEEP)
        assert found == Logic(ff=ff, dsp=1)


def test_a_pair_of_products_takes_a_block_and_the_low_bits_of_one() -> None:
    pair = ProductPair(common=12, largest=256, dsp_widths=(25, 18))  # products of 20 bits
    assert product_pair(pair, latency=3) == Logic(lut=15 + 6, ff=15 + 6, dsp=1)
    assert product_pair(pair, latency=4) == Logic(lut=15 + 6, ff=15 + 6 + 40, dsp=1)


def test_a_fabric_multiplier_registers_every_level_of_a_deep_pipeline() -> None:
    # Rows of pairs: 14, 14, 14, 14 and 12 bits. Low bits that meet none above need no adder.
    found = multiplier(12, 9, latency=4, dsp=False, pipelining=DEEP)
    assert found.dsp == 0
    assert found.lut == 68 + (15 + 15) + 18 + 15
    assert multiplier(12, 9, latency=5, dsp=False, pipelining=DEEP).ff == found.ff + 21
    assert multiplier(12, 9, latency=4, dsp=False, pipelining=SHALLOW).ff > 0
    # Up to 256 the top bit shares a row, and the four rows form a chain.
    found = multiplier(12, 9, latency=4, dsp=False, pipelining=DEEP, largest=256)
    assert (found.lut, found.ff) == (72, 158)  # the first takes one less in a synthesis
    three = multipliers(3, 12, 9, latency=4, dsp=1, pipelining=DEEP, largest=256)
    assert three == found * 2 + multiplier(12, 9, latency=4, dsp=True, pipelining=DEEP)


def test_trees_of_adders() -> None:
    assert adder_tree(1, 10) == Logic()
    assert adder_tree(4, 10) == Logic(lut=11 * 2 + 12, ff=11 * 2 + 12)
    assert adder_tree(4, 10, adders=3) == Logic(lut=11 * 2 + 12, ff=12)


def test_multiplexers() -> None:
    assert multiplexer(1, 5) == Logic()
    assert multiplexer(4, 5) == Logic(lut=5)
    assert multiplexer(8, 5) == Logic(lut=15)
    assert pipelined_multiplexer(8, 5, DEEP) == Logic(lut=15, ff=5)
    assert pipelined_multiplexer(9, 5, DEEP) == Logic(lut=20, ff=15)


def test_sums_and_multiples() -> None:
    assert registers(3) * 2 + Logic(lut=1, dsp=1) == Logic(lut=1, ff=6, dsp=1)
