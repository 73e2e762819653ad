"""Bench of the addresses of connections that move: read and written in place of weights."""

from __future__ import annotations

import cocotb
from cocotb.handle import HierarchyObject

from rtl_tests.axi_benches.common import Bench
from rtl_tests.axi_benches.registers import refused
from software_ref.connections.stored_words import stored_words

__all__ = ["TESTS"]


async def select(bench: Bench, junction: int, **fields: int) -> None:
    """Go to a junction's first address, and from each to the next one."""
    await bench.set("PARAMETER_LANES", lanes=bench.ports.junctions[junction].parallelism)
    await bench.set("PARAMETER_SELECT", junction=junction, address=1, **fields)
    for register in ("PARAMETER_ROW", "PARAMETER_LANE"):
        await bench.set(register)


@cocotb.test()
async def addresses_are_read_and_written(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.2)
    assert await bench.get("CAPABILITIES", "addresses") == 1
    data = bench.registers["PARAMETER_DATA"].offset
    before = await bench.read_parameters()
    words = stored_words(bench.design.core.patterns[0]).tolist()
    await select(bench, 0)
    assert [await bench.read(data) for _ in words] == words
    await select(bench, 0)
    for word in reversed(words):
        await bench.write(data, word)
    await select(bench, 0)
    assert [await bench.read(data) for _ in words] == words[::-1]
    assert await refused(bench.read(data))  # the row after the last
    assert await bench.read_parameters() == before
    for junction, fields in ((0, {"bias": 1}), (1, {})):
        await select(bench, junction, **fields)
        assert await refused(bench.read(data))


TESTS = ("addresses_are_read_and_written",)
"""Names of what runs."""
