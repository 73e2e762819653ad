"""The counters of clocks that the core works and waits, against a count beside them."""

from __future__ import annotations

import random

from boards.run.core_use import CoreUse
from boards.tests.simulation import simulate


def test_every_clock_of_a_pass_is_counted_once() -> None:
    use, rng = CoreUse(), random.Random(1)
    worked = waited = 0

    async def bench(ctx) -> None:
        nonlocal worked, waited
        for _ in range(300):
            playing, ready, valid = (rng.randrange(2) for _ in range(3))
            ctx.set(use.playing, playing)
            ctx.set(use.ready, ready)
            ctx.set(use.valid, valid)
            waited += playing & ready & ~valid & 1
            worked += playing & ~(ready & ~valid) & 1
            await ctx.tick()
        ctx.set(use.playing, 0)
        await ctx.tick().repeat(2)
        assert (ctx.get(use.worked), ctx.get(use.waited)) == (worked, waited)

    simulate(use, bench)
    assert worked + waited > 100
    assert waited > 20
