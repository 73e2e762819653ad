"""What the reset button writes: weights, biases of 0, and the first addresses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from boards.design import BoardDesign
from boards.parameters.initial_parameters import InitialParameters
from boards.tests.simulation import simulate
from hwgen.core.design import CoreDesign
from hwgen.testing.shapes import network
from software_ref.connections.rewire_options import RewireOptions

# The second junction of the first has no addresses.
SHAPES = [((12, 8, 2, 4), (8, 4, 2, 8)), ((12, 8, 2, 4), (8, 4, 2, 2))]


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("moving", [False, True])
def test_every_place_is_written_once(shapes: tuple[tuple[int, ...], ...], moving: bool) -> None:
    net = replace(network(*shapes, kind="free"), rewire=RewireOptions() if moving else None)
    core = CoreDesign(network=net)
    unit = InitialParameters(BoardDesign(core=core, clock_hz=18_000_000))
    found: dict[tuple[int, int, int, int, int], int] = {}

    async def bench(ctx) -> None:
        ctx.set(unit.start, 1)
        await ctx.tick()
        ctx.set(unit.start, 0)
        ctx.set(unit.requests.ready, 1)
        ctx.set(unit.values.valid, 1)
        while ctx.get(unit.working):
            if ctx.get(unit.requests.valid):
                asked = ctx.get(unit.requests.payload)
                assert asked.write
                kind = (asked.bias, asked.address if moving else 0)
                place = (asked.junction, *kind, asked.row, asked.lane)
                assert place not in found
                found[place] = asked.data
            await ctx.tick()

    simulate(unit, bench)
    wanted = {}
    for k, (timing, pattern) in enumerate(zip(core.schedule.timing, core.patterns, strict=True)):
        shape, z = timing.shape, timing.shape.parallelism
        for edge, weight in enumerate(core.parameters.weights[k].tolist()):
            wanted[k, 0, 0, edge // z, edge % z] = weight
        for row in range(timing.layout.finish_words):
            for lane in range(timing.layout.finishing):
                wanted[k, 1, 0, row, lane] = 0
        if moving and shape.depth > 1:
            for row in range(shape.rows):
                for memory in range(z):
                    word = pattern.words[row // shape.depth, memory, row % shape.depth]
                    wanted[k, 0, 1, row, memory] = int(word)
    assert found == wanted
