"""Bench of whole trainings: every prediction, parameter and counter as the golden model has it."""

from __future__ import annotations

from itertools import pairwise

import cocotb
from cocotb.handle import HierarchyObject

from rtl_tests.axi_benches.common import PERIOD_NS, Bench, random_samples

__all__ = ["TESTS"]


@cocotb.test()
async def random_samples_train_bit_for_bit_with_stalls(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.3)
    for part in range(3):
        await bench.play(random_samples(bench, 25, seed=part))
    await bench.compare()


@cocotb.test()
async def samples_go_through_at_full_rate(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut)
    await bench.play(random_samples(bench, 40, seed=7))
    await bench.compare()
    steps = bench.ports.prediction_steps
    gaps = {after - before for before, after in pairwise(bench.ends[: 40 - steps])}
    assert gaps == {bench.ports.clocks_per_step * PERIOD_NS}, gaps


@cocotb.test()
async def training_goes_on_after_a_drain(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.2)
    await bench.play(random_samples(bench, 12, seed=1))
    await bench.compare()
    await bench.resume()
    parameters = await bench.read_parameters()
    await bench.reset()
    bench.restart(parameters)
    await bench.play(random_samples(bench, 12, seed=2))
    await bench.compare()


TESTS = (
    "random_samples_train_bit_for_bit_with_stalls",
    "samples_go_through_at_full_rate",
    "training_goes_on_after_a_drain",
)
