"""Bench of a whole epoch of an example's own data, with stalls on every channel."""

from __future__ import annotations

import cocotb
import numpy as np
from cocotb.handle import HierarchyObject

from rtl_tests.axi_benches.common import Bench
from software_ref.golden.samples import Samples

__all__ = ["SAMPLES", "TESTS"]

SAMPLES = "samples.npz"
"""File with `features`, `labels` and `rate_exponent` of the epoch, in the run's folder."""


@cocotb.test()
async def an_epoch_trains_bit_for_bit_with_stalls(dut: HierarchyObject) -> None:
    bench = await Bench.begin(dut, stalls=0.25)
    with np.load(SAMPLES) as data:
        samples = Samples.check(
            bench.network, data["features"], data["labels"], True, data["rate_exponent"]
        )
    count = len(samples)
    player = cocotb.start_soon(bench.play(samples))
    await bench.take(count - bench.ports.prediction_steps)
    await player
    await bench.compare()


TESTS = ("an_epoch_trains_bit_for_bit_with_stalls",)
