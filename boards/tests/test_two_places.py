"""Two places in a stream: all items in their order, one a clock where nobody waits."""

from __future__ import annotations

import random

import pytest
from amaranth.lib import data

from boards.store.two_places import TwoPlaces
from boards.tests.simulation import simulate

ITEMS = 200


@pytest.mark.parametrize(("offered", "taken"), [(1.0, 1.0), (0.5, 1.0), (1.0, 0.5), (0.7, 0.7)])
def test_items_come_in_their_order(offered: float, taken: float) -> None:
    places = TwoPlaces(data.StructLayout({"number": 8}))
    rng = random.Random(1)
    found: list[int] = []
    clocks = 0

    async def bench(ctx) -> None:
        nonlocal clocks
        sent = 0
        while len(found) < ITEMS:
            valid = sent < ITEMS and rng.random() < offered
            ready = rng.random() < taken
            ctx.set(places.entry.valid, valid)
            ctx.set(places.entry.payload.number, sent)
            ctx.set(places.exit.ready, ready)
            if ready and ctx.get(places.exit.valid):
                found.append(ctx.get(places.exit.payload.number))
            sent += bool(valid and ctx.get(places.entry.ready))
            await ctx.tick()
            clocks += 1

    simulate(places, bench)
    assert found == list(range(ITEMS))
    if offered == taken == 1:
        assert clocks == ITEMS + 1
