"""The bias unit: hands out biases, learns b <- sat(b - rnd(delta, k)), and serves the port."""

from __future__ import annotations

import numpy as np
import pytest
from amaranth.hdl import ResetInserter, Signal
from amaranth.sim import Simulator

from hwgen.testing.numerics import lane_numbers, overflows, random_signed, rnd, rnd_random, sat
from hwgen.testing.rows import finishing
from hwgen.testing.shapes import SHAPES, identify, network, random_shapes, start_clocks
from hwgen.testing.simulation import play, pulses
from hwgen.units.bias import BiasUnit
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.timing import JunctionTiming

FLUSH = 12
"""Clocks for the saturation counter to see the last row."""


def words_of(timing: JunctionTiming, biases: np.ndarray) -> list[int]:
    """The memory's words: in each the biases of the neurons that finish in one row."""
    width = timing.network.format.stored_width
    words = [0] * timing.layout.finish_words
    for neuron, bias in enumerate(biases.tolist()):
        word, slot = timing.layout.finish_place(neuron)
        words[word] |= (bias & (1 << width) - 1) << slot * width
    return words


def timing_of(
    numbers: tuple[int, ...],
    last: bool,
    training: bool = True,
    constant: bool = False,
    **options: int,
) -> JunctionTiming:
    """Timing of a junction 1, the output layer's or not."""
    right = numbers[1]
    following = () if last else ((right, 1, 1, right),)
    net = network(numbers, *following, format=((1, 4), (3, 8))[last], **options)
    core = CoreOptions(training=training, constant=constant)
    return JunctionTiming(network=net, junction=1, options=core)


@pytest.mark.parametrize("last", [True, False], ids=["last", "hidden"])
@pytest.mark.parametrize("numbers", [*SHAPES, *random_shapes(seed=31, count=6)], ids=identify)
def test_biases_come_with_their_rows_and_learn_from_step_to_step(
    numbers: tuple[int, ...], last: bool
) -> None:
    check_learning(timing_of(numbers, last), numbers)


@pytest.mark.parametrize(("extra", "random"), [(4, 0), (0, 5), (3, 24)])
@pytest.mark.parametrize("numbers", SHAPES, ids=identify)
def test_extra_and_random_bits(numbers: tuple[int, ...], extra: int, random: int) -> None:
    timing = timing_of(numbers, last=False, extra_bits=extra, random_bits=random)
    check_learning(timing, numbers)


def check_learning(timing: JunctionTiming, numbers: tuple[int, ...]) -> None:
    """Random deltas through six steps."""
    fmt, bits = timing.network.format, timing.network.update.random_bits
    shape, width = timing.shape, fmt.stored_width
    rows, slots = shape.rows, timing.layout.finishing
    rng = np.random.default_rng([*numbers, timing.last])
    biases = random_signed(rng, width, shape.right, corners=0.5)
    period = max(rows, timing.update_latency)
    starts = start_clocks(rng, 6, period, first=0)
    clocks = starts[-1] + rows + timing.totals + FLUSH
    exponents = rng.integers(0, timing.options.max_rate_exponent + 1, clocks)
    exponents[starts[1]] = 0
    deltas = random_signed(rng, timing.widths.delta, (clocks, slots), corners=0.5)
    inputs = {"start": pulses(clocks, starts), "rate_exponent": exponents, "deltas": deltas}
    states = rng.integers(1, 1 << 32, clocks)
    if bits:
        inputs["noise"] = states
    shown = play(BiasUnit(timing, words_of(timing, biases)), inputs, ["biases", "saturations"])
    saturated = 0
    for start in starts:
        after = biases.copy()
        for row in range(rows):
            neurons = finishing(shape, row)
            got = shown["biases"][start + 1 + timing.totals + row, : len(neurons)]
            assert got.tolist() == biases[neurons].tolist()
            step = deltas[start + 1 + timing.operands + row, : len(neurons)]
            step, places = step * 2**fmt.extra_bits, int(exponents[start])
            change = rnd(step, places)
            if bits:
                state = states[start + 1 + timing.bias_noise + row]
                numbers_drawn = lane_numbers(state, np.arange(len(neurons)), bits)
                change = rnd_random(step, places, numbers_drawn, bits)
            exact = biases[neurons] - change
            after[neurons] = sat(exact, width)
            saturated += int(overflows(exact, width).sum())
        biases = after
    assert shown["saturations"][-1] == saturated


@pytest.mark.parametrize("numbers", [*SHAPES, (1024, 256, 1, 4)], ids=identify)
def test_constants_come_with_their_rows_after_every_start(numbers: tuple[int, ...]) -> None:
    timing = timing_of(numbers, last=False, training=False, constant=True, extra_bits=2)
    shape, width = timing.shape, timing.network.format.stored_width
    rng = np.random.default_rng(numbers)
    biases = random_signed(rng, width, shape.right)
    starts = start_clocks(rng, 4, shape.rows, first=1)
    clocks = starts[-1] + shape.rows + timing.totals + 1
    unit = BiasUnit(timing, words_of(timing, biases))
    assert set(unit.signature.members) == {"start", "biases"}
    shown = play(unit, {"start": pulses(clocks, starts)}, ["biases"])["biases"]
    for start in starts:
        for row in range(shape.rows):
            neurons = finishing(shape, row)
            got = shown[start + 1 + timing.totals + row, : len(neurons)]
            assert got.tolist() == biases[neurons].tolist()


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("numbers", [*SHAPES, (1024, 256, 1, 4)], ids=identify)
def test_the_port_reads_and_replaces_any_bias(numbers: tuple[int, ...], training: bool) -> None:
    timing = timing_of(numbers, last=True, training=training)
    width, plan = timing.network.format.width, timing.memories.biases
    rng = np.random.default_rng(numbers)
    biases = random_signed(rng, width, timing.shape.right, corners=0.0)
    # Read, replace, read again, each twice the time an access takes after the one before.
    accesses = [(int(n), w) for n in rng.integers(0, len(biases), 5) for w in (0, 1, 0)]
    spacing = 2 * (plan.read_latency + 3)
    clocks = spacing * len(accesses) + spacing
    access_word = np.zeros(clocks, dtype=np.int64)
    replace = np.zeros(clocks, dtype=np.int64)
    replacement = random_signed(rng, width, clocks, corners=0.0)
    for number, (neuron, write) in enumerate(accesses):
        word, slot = timing.layout.finish_place(neuron)
        span = slice(number * spacing, (number + 1) * spacing)
        access_word[span], replace[span] = word, write << slot
        replacement[span] = replacement[span.start]
    shown = play(
        BiasUnit(timing, words_of(timing, biases)),
        {
            "access": pulses(clocks, [number * spacing for number in range(len(accesses))]),
            "access_word": access_word,
            "replace": replace,
            "replacement": replacement,
        },
        ["biases"],
    )["biases"]
    for number, (neuron, write) in enumerate(accesses):
        _, slot = timing.layout.finish_place(neuron)
        arrive = number * spacing + 1 + plan.read_latency
        assert shown[arrive, slot] == biases[neuron]
        if write:
            biases[neuron] = replacement[number * spacing]


@pytest.mark.parametrize("numbers", SHAPES, ids=identify)
def test_after_one_clock_of_reset_no_bias_is_written(numbers: tuple[int, ...]) -> None:
    """An access is cut off in every clock until its word is written back."""
    timing = timing_of(numbers, last=True)
    plan = timing.memories.biases
    word = plan.read_latency + 2  # clocks from the access to the one that writes the word
    for cut in range(1, word + 2):
        unit = BiasUnit(timing, [0] * plan.depth)
        reset = Signal()
        found: list[int] = []

        async def bench(ctx, unit=unit, reset=reset, cut=cut, found=found) -> None:
            ctx.set(unit.replace, 1)
            ctx.set(unit.replacement, 5)
            for clock in range(cut + 1):
                ctx.set(unit.access, clock == 0)
                ctx.set(reset, clock == cut)
                await ctx.tick()
            ctx.set(reset, 0)
            await ctx.tick().repeat(word + 1)
            ctx.set(unit.replace, 0)
            ctx.set(unit.access, 1)
            await ctx.tick()
            ctx.set(unit.access, 0)
            await ctx.tick().repeat(plan.read_latency)
            found.append(ctx.get(unit.biases[0]))

        simulation = Simulator(ResetInserter(reset)(unit))
        simulation.add_clock(1e-6)
        simulation.add_testbench(bench)
        simulation.run()
        assert found == [5 if cut > word else 0], cut
