"""The read-only weight memory: rows in natural order, again and again, after any gap."""

from __future__ import annotations

import numpy as np
import pytest

from hwgen.export.verilog import to_verilog
from hwgen.storage.weight_rom import WeightRom
from hwgen.testing.numerics import random_signed
from hwgen.testing.shapes import SHAPES, identify, network, start_clocks
from hwgen.testing.simulation import play, pulses
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.timing import JunctionTiming


def timing_of(numbers: tuple[int, ...], **options: int | str) -> JunctionTiming:
    """Timing of an inference core's only junction, whose parameters are constants."""
    return JunctionTiming(
        network=network(numbers, **options),
        junction=1,
        options=CoreOptions(training=False, constant=True),
    )


WIDE = (18, 6, 2, 18)
"""More lanes than share a memory."""
DEEP = (64, 32, 32, 8)
"""So many rows that they are in block RAM, whose words come a clock later."""
CASES = {
    **{identify(numbers): timing_of(numbers) for numbers in (*SHAPES, WIDE, DEEP)},
    "extra_bits": timing_of(SHAPES[7], extra_bits=3),
    "crossbar": timing_of(SHAPES[9], kind="free", dither=True),
}


@pytest.mark.parametrize("timing", CASES.values(), ids=CASES)
def test_rows_come_in_natural_order_after_every_start(timing: JunctionTiming) -> None:
    rows, z = timing.shape.rows, timing.shape.parallelism
    rng = np.random.default_rng(timing.shape.weights)
    weights = random_signed(rng, timing.network.format.stored_width, rows * z)
    starts = start_clocks(rng, steps=4, period=rows, first=1)
    clocks = starts[-1] + 1 + timing.operands + rows
    rom = WeightRom(timing, weights.tolist())
    shown = play(rom, {"start": pulses(clocks, starts)}, ["weights"])["weights"]
    for start in starts:
        first = start + 1 + timing.operands
        assert np.array_equal(shown[first : first + rows], weights.reshape(rows, z))


def test_the_deep_one_is_in_block_ram() -> None:
    assert timing_of(DEEP).row_read == 2


def test_its_memories_have_no_write_port() -> None:
    timing = timing_of(WIDE)
    text = to_verilog(WeightRom(timing, list(range(timing.shape.weights))), "rom")
    names = [f"rows{k}" for k in range(3)]  # eight lanes each, and two
    for name in names:
        assert f"    {name}[0] = " in text
        assert f"<= {name}[" in text
        assert f"    {name}[row" not in text
