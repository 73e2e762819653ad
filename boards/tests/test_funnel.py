"""The funnel: windows of elements from wherever they begin, one a clock where lines are there."""

from __future__ import annotations

import random

import pytest
from amaranth.lib import data

from boards.store.funnel import Funnel
from boards.tests.simulation import simulate

SEQUENCES = 30
TAG = data.StructLayout({"number": 8})


@pytest.mark.parametrize(
    ("element", "slots", "window"), [(8, 6, 4), (1, 40, 32), (3, 1, 1), (5, 9, 9)]
)
@pytest.mark.parametrize("stalled", [0.0, 0.4])
def test_windows_hold_what_was_taken(element: int, slots: int, window: int, stalled: float) -> None:
    funnel = Funnel(element=element, slots=slots, window=window, tag=TAG)
    rng = random.Random(slots)
    lines, takes, wanted = [], [], []
    for _ in range(SEQUENCES):
        counts = [rng.randint(0, window) for _ in range(rng.randrange(1, 9))]
        place = offset = rng.randrange(slots)
        whole = max(-(-(offset + sum(counts)) // slots), 1)
        elements = [rng.randrange(1 << element) for _ in range(whole * slots)]
        for first in range(0, len(elements), slots):
            line = elements[first : first + slots]
            lines.append(sum(each << element * k for k, each in enumerate(line)))
        for k, count in enumerate(counts):
            number = rng.randrange(256)
            takes.append(
                {"count": count, "offset": offset, "first": k == 0, "last": k == len(counts) - 1}
                | {"tag": {"number": number}}
            )
            wanted.append((number, elements[place : place + count]))
            place += count
            offset = rng.randrange(slots)  # counts in the first take alone
    found: list[tuple[int, list[int]]] = []
    clocks = 0

    async def bench(ctx) -> None:
        nonlocal clocks
        sent = asked = 0
        while len(found) < len(wanted):
            write = sent < len(lines) and ctx.get(funnel.room) and rng.random() >= stalled
            ctx.set(funnel.write, int(write))
            if write:
                ctx.set(funnel.line, lines[sent])
            sent += int(write)
            valid = asked < len(takes) and rng.random() >= stalled
            ctx.set(funnel.takes.valid, int(valid))
            if valid:
                ctx.set(funnel.takes.payload, takes[asked])
            ctx.set(funnel.open, int(rng.random() >= stalled))
            asked += int(valid and ctx.get(funnel.takes.ready))
            if ctx.get(funnel.arrived):
                count, whole = len(wanted[len(found)][1]), ctx.get(funnel.elements)
                elements = [whole >> element * k & (1 << element) - 1 for k in range(count)]
                found.append((ctx.get(funnel.tag.number), elements))
            await ctx.tick()
            clocks += 1
            assert clocks < 20 * len(wanted)

    simulate(funnel, bench)
    assert found == wanted
    if not stalled and window < slots:
        assert clocks < len(wanted) + 10
