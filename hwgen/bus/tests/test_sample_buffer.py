"""The buffer at full speed, whatever a sample's beats are: one beat in and one out a clock."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from hwgen.bus.sample_buffer import SampleBuffer
from hwgen.testing.simulation import simulator
from rtl_tests.core_kinds import design
from software_ref.plan.ports import CorePorts

SAMPLES = 12


def ports(beats: int) -> CorePorts:
    """A core's whose samples have so many beats, of one feature."""
    return replace(design("sigmoid").ports, features=beats, beat_features=1)


def run(beats: int, taking: float, dropping: float) -> tuple[int, list[tuple[int, int, int]]]:
    """Clocks until all samples are out, and every beat that came out: feature, label, last."""
    buffer = SampleBuffer(ports(beats))
    rng = random.Random(beats)
    features = 1 << buffer.features.shape().elem_shape.width
    out: list[tuple[int, int, int]] = []
    clocks = 0

    async def bench(ctx) -> None:
        nonlocal clocks
        sample, beat, cut = 0, 0, None
        await ctx.tick()
        for clock in range(40 * SAMPLES * (beats + 4)):
            if beat == 0 and cut is None:
                cut = rng.randrange(beats) if rng.random() < dropping else beats
            writes = sample < SAMPLES and ctx.get(buffer.ready)
            drops = writes and beat == cut
            ctx.set(buffer.drop, drops)
            ctx.set(buffer.write, writes and not drops)
            ctx.set(buffer.features[0], (sample * beats + beat) % features)
            ctx.set(buffer.header.label, sample % 4)
            ctx.set(buffer.commit, writes and not drops and beat == beats - 1)
            takes = rng.random() < taking
            ctx.set(buffer.samples.ready, takes)
            if takes and ctx.get(buffer.samples.valid):
                payload = buffer.samples.payload
                place = ctx.get(payload.features[0]), ctx.get(payload.label)
                out.append((*place, ctx.get(buffer.sample_ends)))
                if len(out) == SAMPLES * beats:
                    clocks = clock
                    return
            await ctx.tick()
            if drops:
                beat, cut = 0, None
            elif writes:
                beat += 1
                if beat == beats:
                    sample, beat, cut = sample + 1, 0, None

    simulation = simulator(buffer)
    simulation.add_testbench(bench)
    simulation.run()
    return clocks, out


def wanted(beats: int) -> list[tuple[int, int, int]]:
    features = 1 << ports(beats).feature_width
    return [
        ((sample * beats + beat) % features, sample % 4, int(beat == beats - 1))
        for sample in range(SAMPLES)
        for beat in range(beats)
    ]


@pytest.mark.parametrize("beats", [1, 2, 3, 8, 10, 11, 26])
def test_a_beat_goes_in_and_out_in_every_clock(beats: int) -> None:
    clocks, out = run(beats, taking=1, dropping=0)
    assert out == wanted(beats)
    assert clocks <= (SAMPLES + 1) * beats + 4


@pytest.mark.parametrize("beats", [1, 2, 5, 10])
def test_what_is_dropped_leaves_no_trace(beats: int) -> None:
    for taking in (0.2, 0.9):
        _, out = run(beats, taking, dropping=0.4)
        assert out == wanted(beats)
