"""The weight memory: rows in natural order, written back on time, one lane at the port."""

from __future__ import annotations

import numpy as np
import pytest
from amaranth.sim import Simulator

from hwgen.weight_memory import ACCESS_LEAD, WeightMemory
from software_ref.network import Network
from software_ref.schedule import Schedule
from software_ref.timing import JunctionTiming

SHAPES = [
    ((6, 4), (2,), (3,)),
    ((5, 5), (3,), (1,)),
    ((4, 2), (1,), (4,)),
    ((10, 5), (2,), (10,)),
]
"""Layers, out-degrees and parallelism: several rows, one lane, a single row, and two memories."""


def _timing(shape: tuple[tuple[int, ...], ...], *, training: bool) -> JunctionTiming:
    layers, degrees, parallelism = shape
    network = Network(layers=layers, out_degree=degrees, parallelism=parallelism)
    return Schedule(network=network, training=training).timing[0]


def _initial(timing: JunctionTiming) -> np.ndarray:
    fmt = timing.network.format
    rng = np.random.default_rng(timing.shape.weights)
    return rng.integers(fmt.min_raw, fmt.max_raw + 1, timing.shape.weights)


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_come_in_natural_order_and_return_as_updated(
    shape: tuple[tuple[int, ...], ...],
) -> None:
    timing = _timing(shape, training=True)
    z, rows = timing.shape.parallelism, timing.shape.rows
    initial = _initial(timing)
    memory = WeightMemory(timing, initial.tolist())
    period = max(rows, timing.update_latency)
    seen: list[list[int]] = []

    async def bench(ctx) -> None:
        for clock in range(3 * period + timing.weight_written + 2):
            ctx.set(memory.start, clock % period == 0)
            # What was at the lanes comes back with one added, as if through an update unit.
            behind = clock - (timing.weight_written - timing.operands)
            for j in range(z):
                before = seen[behind][j] if behind >= 0 else 0
                ctx.set(memory.updated[j], (before + 1) if before < 2000 else before - 1)
            seen.append([ctx.get(memory.weights[j]) for j in range(z)])
            await ctx.tick()

    _run(memory, bench)
    expected = initial.reshape(rows, z)
    for step in range(2):
        first = step * period + 1 + timing.operands
        assert np.array_equal(np.array(seen[first : first + rows]), expected)
        expected = np.where(expected < 2000, expected + 1, expected - 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_inference_core_changes_only_the_weight_written(
    shape: tuple[tuple[int, ...], ...],
) -> None:
    timing = _timing(shape, training=False)
    z, weights = timing.shape.parallelism, timing.shape.weights
    initial = _initial(timing)
    memory = WeightMemory(timing, initial.tolist())
    edge, value = weights - 1, -77
    read: list[int] = []

    async def access(ctx, edge: int, *, write: bool) -> None:
        ctx.set(memory.access_row, edge // z)
        ctx.set(memory.access_lane, edge % z)
        ctx.set(memory.write, write)
        ctx.set(memory.replacement, value)
        ctx.set(memory.access, 1)
        await ctx.tick()
        ctx.set(memory.access, 0)
        for clock in range(ACCESS_LEAD + timing.weight_written + timing.lane_levels + 2):
            if clock == ACCESS_LEAD - 1 + timing.operands + timing.lane_levels and not write:
                read.append(ctx.get(memory.accessed))
            await ctx.tick()
        ctx.set(memory.write, 0)

    async def bench(ctx) -> None:
        await access(ctx, edge, write=True)
        for other in range(weights):
            await access(ctx, other, write=False)

    _run(memory, bench)
    initial[edge] = value
    assert read == initial.tolist()


def _run(memory: WeightMemory, bench) -> None:
    simulator = Simulator(memory)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
