"""The weight memory: rows in natural order, written back on time, one lane at the port."""

from __future__ import annotations

import numpy as np
import pytest
from amaranth.hdl import Elaboratable, ResetInserter, Signal
from amaranth.sim import Simulator

from hwgen.storage.weight_memory import WeightMemory
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.schedule import Schedule
from software_ref.plan.timing import ACCESS_LEAD, JunctionTiming

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
    return Schedule(network=network, options=CoreOptions(training=training)).timing[0]


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


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize("shape", SHAPES)
def test_an_access_changes_only_the_weight_written(
    shape: tuple[tuple[int, ...], ...], training: bool
) -> None:
    """In the first row, one in the middle and the last, a weight is written, and all are read."""
    timing = _timing(shape, training=training)
    z, weights = timing.shape.parallelism, timing.shape.weights
    initial = _initial(timing)
    memory = WeightMemory(timing, initial.tolist())
    edges = {0: -77, weights // 2: 1234, weights - 1: -2048}
    behind = timing.weight_written - timing.operands
    read: list[list[int]] = []
    passing: list[list[int]] = []  # rows at the lanes, clock by clock

    async def clock(ctx) -> None:
        if training:  # what an update with deltas of zero gives back
            row = passing[-behind] if len(passing) >= behind else [0] * z
            for j in range(z):
                ctx.set(memory.updated[j], row[j])
        row = [ctx.get(memory.weights[j]) for j in range(z)]
        if training:
            replace, value = ctx.get(memory.replace), ctx.get(memory.replacement)
            row = [value if replace >> j & 1 else weight for j, weight in enumerate(row)]
        passing.append(row)
        await ctx.tick()

    async def access(ctx, edge: int, value: int | None) -> int:
        ctx.set(memory.access_row, edge // z)
        ctx.set(memory.access_lane, edge % z)
        ctx.set(memory.write, value is not None)
        ctx.set(memory.replacement, value or 0)
        ctx.set(memory.access, 1)
        await clock(ctx)
        ctx.set(memory.access, 0)
        found = 0
        for after in range(ACCESS_LEAD + timing.weight_written + timing.lane_levels + z + 2):
            if after == ACCESS_LEAD - 1 + timing.operands + timing.lane_levels:
                found = ctx.get(memory.accessed)
            await clock(ctx)
        # Time for every row, if the access did not stop after its own.
        for _ in range(timing.shape.rows):
            await clock(ctx)
        ctx.set(memory.write, 0)
        return found

    async def bench(ctx) -> None:
        for edge, value in edges.items():
            await access(ctx, edge, value)
            read.append([await access(ctx, other, None) for other in range(weights)])

    _run(memory, bench)
    for (edge, value), found in zip(edges.items(), read, strict=True):
        initial[edge] = value
        assert found == initial.tolist()


@pytest.mark.parametrize("shape", SHAPES)
def test_after_one_clock_of_reset_nothing_more_is_written(
    shape: tuple[tuple[int, ...], ...],
) -> None:
    """A step under way is cut off anywhere: rows are as they were, or updated, and stay so."""
    timing = _timing(shape, training=True)
    z, rows = timing.shape.parallelism, timing.shape.rows
    initial = _initial(timing).reshape(rows, z)
    for cut in range(1, rows + timing.weight_written + 1):
        memory = WeightMemory(timing, initial.ravel().tolist())
        top = ResetInserter(reset := Signal())(memory)
        found: list[list[int]] = []

        async def bench(ctx, memory=memory, reset=reset, cut=cut, found=found) -> None:
            for j in range(z):
                ctx.set(memory.updated[j], 7)
            for clock in range(cut + 1):
                ctx.set(memory.start, clock == 0)
                ctx.set(reset, clock == cut)
                await ctx.tick()
            ctx.set(reset, 0)
            for j in range(z):
                ctx.set(memory.updated[j], -9)  # nobody may write this
            for _ in range(timing.weight_written + 2):
                await ctx.tick()
            ctx.set(memory.start, 1)
            await ctx.tick()
            ctx.set(memory.start, 0)
            await ctx.tick().repeat(timing.operands)
            for _ in range(rows):
                found.append([ctx.get(memory.weights[j]) for j in range(z)])
                await ctx.tick()

        _run(top, bench)
        # Row t is written in the clock `weight_written` after its read, which is in clock 1 + t.
        written = min(max(cut - timing.weight_written, 0), rows)
        expected = initial.copy()
        expected[:written] = 7
        assert found == expected.tolist(), cut


def _run(memory: Elaboratable, bench) -> None:
    simulator = Simulator(memory)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
