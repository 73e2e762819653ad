"""The input map: stored features in, inputs out, as fast as a core takes them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from boards.store.input_map import InputMap
from boards.store.input_plan import InputPlan
from boards.tests.simulation import simulate
from hwgen.testing.shapes import network
from software_ref.plan.memory_plan import banked_layout
from software_ref.plan.pipelining import PIPELINES
from software_ref.plan.ports import CorePorts
from software_ref.plan.schedule import Schedule

SAMPLES = 6


def drawn(inputs: int, features: int, seed: int) -> list[int]:
    """A map in which so many of twice as many features are used."""
    rng = np.random.default_rng(seed)
    used = rng.permutation(2 * features)[:features]
    several = rng.choice(used, inputs - features)
    return rng.permutation(np.concatenate([used, several])).tolist()


@pytest.mark.parametrize(
    ("numbers", "features", "banks"),
    [
        ((24, 6, 2, 4), 9, 2),
        ((32, 32, 1, 8), 32, 3),  # nearly a beat a clock, and as many are stored as made
        ((12, 4, 1, 1), 5, 2),
        ((1024, 4, 1, 4), 600, 2),  # table and buffers are block RAM
    ],
)
@pytest.mark.parametrize(("offered", "taken"), [(1.0, 1.0), (0.6, 0.7)])
def test_every_input_gets_its_feature(
    numbers: tuple[int, ...],
    features: int,
    banks: int,
    offered: float,
    taken: float,
) -> None:
    ports = CorePorts.of(Schedule(network=network(numbers)))
    beat_features = ports.beat_features
    plan = InputPlan(drawn(numbers[0], features, seed=features), beat_features)
    assert plan.features == features
    rng = np.random.default_rng(1)
    samples = rng.integers(0, 1 << ports.feature_width, (SAMPLES, 2 * features))
    stored = np.zeros((SAMPLES, plan.beats * beat_features), np.int64)
    stored[:, :features] = samples[:, np.unique(plan.inputs)]
    sent = stored.reshape(-1, beat_features)
    wanted = samples[:, plan.inputs].reshape(-1, beat_features)
    np.testing.assert_array_equal(samples[:, plan.inputs][:, plan.columns], stored[:, :features])
    draw, found, labels, clocks = random.Random(2), [], [], []

    async def bench(ctx) -> None:
        place = clock = 0
        entry, leaves = unit.entry, unit.exit
        while len(found) < len(wanted):
            valid = place < len(sent) and draw.random() < offered
            ready = draw.random() < taken
            ctx.set(entry.valid, valid)
            if place < len(sent):
                for lane, value in enumerate(sent[place].tolist()):
                    ctx.set(entry.payload.features[lane], value)
                ctx.set(entry.payload.label, place // plan.beats % 4)
            ctx.set(leaves.ready, ready)
            if ready and ctx.get(leaves.valid):
                beat = ctx.get(leaves.payload)
                found.append([beat.features[lane] for lane in range(beat_features)])
                labels.append(beat.label)
                clocks.append(clock)
            place += bool(valid and ctx.get(entry.ready))
            await ctx.tick()
            clock += 1

    unit = InputMap(ports, plan, PIPELINES["deep"])
    simulate(unit, bench)
    np.testing.assert_array_equal(found, wanted)
    assert labels == [sample % 4 for sample in range(SAMPLES) for _ in range(ports.beats)]
    assert plan.buffer(ports).depth == banked_layout(banks, plan.beats)[0]
    if offered == taken == 1:
        # Whole samples follow one another no later than the core asks for them.
        begins = clocks[:: ports.beats]
        assert max(np.diff(begins[1:])) <= max(ports.clocks_per_step, ports.beats)
