"""The block RAM behind the linear interface: bursts in order, without gaps, and after writes."""

from __future__ import annotations

import random

import pytest

from boards.memory.block_ram import BlockRamMemory
from boards.memory.deep_memory import CHUNK
from boards.memory.linear import LinearShape
from boards.tests.simulation import simulate

WORDS = CHUNK + 50
"""Two chunks."""


@pytest.mark.parametrize(("offered", "taken"), [(1.0, 1.0), (0.3, 0.6)])
def test_bursts_come_in_order(offered: float, taken: float) -> None:
    memory = BlockRamMemory(LinearShape(width=5, words=WORDS))
    rng = random.Random(1)
    bursts = [(WORDS - 3, 3), (CHUNK - 2, 4), (0, 1), (7, 1), (CHUNK - 20, 40), (1, 2)]
    places = sorted({first + k for first, count in bursts for k in range(count)})
    contents = {place: rng.randrange(32) for place in places}
    wanted = [contents[first + k] for first, count in bursts for k in range(count)]
    found: list[int] = []
    seen: list[int] = []
    clocks = 0

    async def bench(ctx) -> None:
        nonlocal clocks
        for place, word in contents.items():
            ctx.set(memory.writes.payload, {"address": place, "data": word})
            ctx.set(memory.writes.valid, 1)
            assert ctx.get(memory.writes.ready)
            await ctx.tick()
        # The last write and the first burst come in one clock.
        ctx.set(memory.writes.payload, {"address": places[-1], "data": wanted[2] ^ 1})
        wanted[2] ^= 1
        left = list(bursts)
        assert ctx.get(memory.idle)
        assert ctx.get(memory.initialised)
        while len(found) < len(wanted):
            valid = bool(left) and rng.random() < offered
            ready = rng.random() < taken
            if left:
                ctx.set(memory.reads.payload, dict(zip(("address", "count"), left[0], strict=True)))
            ctx.set(memory.reads.valid, valid)
            ctx.set(memory.data.ready, ready)
            if ready and ctx.get(memory.data.valid):
                found.append(ctx.get(memory.data.payload))
                seen.append(clocks)
            if valid and ctx.get(memory.reads.ready):
                left.pop(0)
            await ctx.tick()
            ctx.set(memory.writes.valid, 0)
            clocks += 1
            assert len(found) == len(wanted) or not ctx.get(memory.idle) or left
        ctx.set(memory.reads.valid, 0)
        await ctx.tick()
        assert ctx.get(memory.idle)

    assert places[-1] == WORDS - 1 == bursts[0][0] + 2
    simulate(memory, bench)
    assert found == wanted
    if offered == taken == 1:
        assert seen == list(range(7, 7 + len(wanted)))


def test_sizes_below_one_are_refused() -> None:
    with pytest.raises(ValueError, match="words of a memory must be at least 1, not 0"):
        LinearShape(width=8, words=0)
