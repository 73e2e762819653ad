"""Trials of components: what goes in clock by clock, and what NumPy says must come out.

Played in Amaranth's simulator by the tests beside this module, and on the exported Verilog by
rtl_tests/test_components.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from amaranth.lib import wiring
from numpy.typing import ArrayLike, NDArray

from hwgen.storage.interleaver import Interleaver, LaneCrossbar
from hwgen.storage.neuron_queue import NeuronQueue
from hwgen.testing.numerics import lane_numbers, overflows, random_signed, rnd, rnd_random, sat
from hwgen.testing.rows import finishing, starting
from hwgen.testing.shapes import start_clocks
from hwgen.testing.simulation import Lanes, lane_tables, play, pulses
from hwgen.units.backprop import Backprop
from hwgen.units.feedforward import Feedforward
from hwgen.units.update import Update
from software_ref.activation_functions import sigmoid_derivative_table
from software_ref.connections.clash_free import ClashFreePattern, generate_pattern
from software_ref.network import Network
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.pipelining import PIPELINES
from software_ref.plan.row_layout import RowLayout
from software_ref.plan.schedule import Schedule
from software_ref.plan.timing import ROUTER_LEAD, JunctionTiming

__all__ = [
    "Expected",
    "Trial",
    "backprop_trial",
    "crossbar_trial",
    "feedforward_trial",
    "interleaver_trial",
    "lanes_trial",
    "neuron_queue_trial",
    "update_trial",
]

Integers = NDArray[np.int64]
FLUSH = 12
"""Clocks for a saturation counter to see the last row."""


class Expected:
    """What a port must show, where anything is said of it: a table and a mask of the same size."""

    def __init__(self, clocks: int, items: int = 0):
        size = (clocks, items) if items else (clocks,)
        self.table = np.zeros(size, dtype=np.int64)
        self.known = np.zeros(size, dtype=bool)

    def at(self, clock: int, values: ArrayLike) -> None:
        """The port's value, or the first of its items, in a clock."""
        place = (clock, slice(len(np.asarray(values)))) if self.table.ndim > 1 else clock
        assert not self.known[place].any()
        self.table[place], self.known[place] = values, True


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A component, tables of its inputs (see `play`) and what its outputs must be."""

    component: wiring.Component
    inputs: Mapping[str, ArrayLike]
    expected: Mapping[str, Expected]

    def run(self) -> None:
        """Play in Amaranth's simulator and compare."""
        shown = play(self.component, self.inputs, list(self.expected))
        for name, expected in self.expected.items():
            np.testing.assert_array_equal(
                shown[name][expected.known], expected.table[expected.known], err_msg=name
            )


def lanes_trial(
    lanes: Lanes, columns: Mapping[str, ArrayLike], latency: int, results: Mapping[str, ArrayLike]
) -> Trial:
    """Columns of inputs side by side, and the columns that must come out `latency` clocks later."""
    inputs = lane_tables(lanes, columns, latency)
    expected = {}
    for name, column in results.items():
        flat = np.asarray(column).ravel()
        rows = -(-len(flat) // lanes.count)
        expected[name] = port = Expected(rows + latency, lanes.count)
        for row in range(rows):
            port.at(latency + row, flat[row * lanes.count : (row + 1) * lanes.count])
    return Trial(component=lanes, inputs=inputs, expected=expected)


def interleaver_trial(pattern: ClashFreePattern, seed: int) -> Trial:
    """Four steps, two of them back to back."""
    interleaver = Interleaver(pattern)
    rows = pattern.shape.rows
    starts = start_clocks(np.random.default_rng(seed), 4, rows, first=1)
    clocks = starts[-1] + interleaver.latency + rows + 1
    words, sweep = Expected(clocks, pattern.shape.parallelism), Expected(clocks)
    order = pattern.words.transpose(0, 2, 1).reshape(rows, -1)
    for start in starts:
        for row in range(rows):
            words.at(start + interleaver.latency + row, order[row])
            sweep.at(start + interleaver.latency + row, row // pattern.shape.depth)
    return Trial(
        component=interleaver,
        inputs={"start": pulses(clocks, starts)},
        expected={"words": words, "sweep": sweep},
    )


def crossbar_trial(
    pattern: ClashFreePattern, *, width: int, dither: bool, to_lanes: bool, seed: int
) -> Trial:
    """Random items, each row in any sweep."""
    crossbar = LaneCrossbar(pattern, width, PIPELINES["deep"], dither=dither, to_lanes=to_lanes)
    rng = np.random.default_rng(seed)
    clocks, z = 40 + crossbar.latency, pattern.shape.parallelism
    items = rng.integers(0, 2**width, (clocks, z))
    sweeps = rng.integers(0, pattern.shape.out_degree, clocks)
    outputs = Expected(clocks, z)
    for clock in range(40):
        source = pattern.memory[sweeps[clock]]
        if not to_lanes:
            source = np.argsort(source)
        outputs.at(clock + crossbar.latency, items[clock, source])
    return Trial(
        component=crossbar,
        inputs={"inputs": items, "sweep": sweeps},
        expected={"outputs": outputs},
    )


def activate(timing: JunctionTiming, s: Integers) -> tuple[Integers, Integers]:
    """a and h' (a flag for ReLU) of pre-activations."""
    fmt, activation = timing.network.format, timing.network.activation
    low = timing.network.activation_shift(timing.junction)
    if timing.last or activation.hidden == "sigmoid":
        one = 2 ** (fmt.fraction - low)
        sigma = 1 / (1 + np.exp(-s / fmt.one))
        return np.floor(sigma * one + 0.5).astype(np.int64), sigmoid_derivative_table(fmt)[
            s - fmt.min_raw
        ]
    assert activation.hidden == "relu"
    cap = fmt.max_raw
    if activation.relu_cap is not None:
        cap = int(np.floor(activation.relu_cap * fmt.one + 0.5))
    return np.clip(s, 0, cap) // 2**low, ((s > 0) & (s <= cap)).astype(np.int64)


def feedforward_trial(
    timing: JunctionTiming, *, dsp: DspBlocks, seed: int, scale: float, extreme: int = 0
) -> Trial:
    """Random operands through four steps; weights are scaled down to saturate less often.

    With `extreme` all weights are the largest of its sign, and all activations the largest.
    """
    shape, fmt = timing.shape, timing.network.format
    z, rows, slots = shape.parallelism, shape.rows, timing.layout.finishing
    rng = np.random.default_rng([seed, z, rows])
    starts = start_clocks(rng, 4, rows, first=0)
    bias_after = 1 + timing.totals - timing.operands
    answer = 1 + timing.activated - timing.operands
    clocks = starts[-1] + rows + answer + FLUSH
    low = fmt.activation_shift
    largest = timing.network.activation_maximum(timing.junction - 1) >> low
    feed = rng.integers(0, 2, clocks)
    feed[starts[1]] = 1
    weights = (random_signed(rng, fmt.width, (clocks, z)) * scale).astype(np.int64)
    activations = rng.integers(0, largest + 1, (clocks, z))
    activations[rng.random((clocks, z)) < 0.3] = largest
    biases = random_signed(rng, fmt.width, (clocks, slots))
    if extreme:
        weights[:], activations[:] = fmt.max_raw if extreme > 0 else fmt.min_raw, largest
    expected = {"values": Expected(clocks, slots), "saturations": Expected(clocks)}
    if timing.training and not timing.last:
        expected["derivatives"] = Expected(clocks, slots)
    saturated = 0
    for start in starts:
        edges = (weights * activations * 2**low)[start + 1 : start + 1 + rows].ravel()
        sums = edges.reshape(shape.right, shape.in_degree).sum(axis=1)
        for row in range(rows):
            neurons = finishing(shape, row)
            bias = biases[start + bias_after + row, : len(neurons)]
            exact = rnd(sums[neurons] + bias * 2**fmt.fraction, fmt.fraction)
            a, slope = activate(timing, sat(exact, fmt.width))
            expected["values"].at(start + answer + row, a)
            if "derivatives" in expected:
                expected["derivatives"].at(start + answer + row, slope)
            saturated += int(feed[start]) * int(overflows(exact, fmt.width).sum())
    expected["saturations"].at(-1, saturated)
    inputs = {
        "start": pulses(clocks, starts),
        "feed": feed,
        "weights": weights,
        "activations": activations,
        "biases": biases,
    }
    return Trial(component=Feedforward(timing, dsp=dsp), inputs=inputs, expected=expected)


def update_trial(timing: JunctionTiming, *, dsp: DspBlocks, seed: int, replaced: int = 0) -> Trial:
    """Random rows through five steps, each with its own k; some lanes may be replaced."""
    shape, fmt = timing.shape, timing.network.format
    z, rows = shape.parallelism, shape.rows
    rng = np.random.default_rng([seed, z, rows])
    starts = start_clocks(rng, 5, rows, first=0)
    answer = 1 + timing.weight_written - timing.operands
    clocks = starts[-1] + rows + answer + FLUSH
    low = fmt.activation_shift
    largest = timing.network.activation_maximum(timing.junction - 1) >> low
    weights = random_signed(rng, fmt.stored_width, (clocks, z), corners=0.5)
    activations = rng.integers(0, largest + 1, (clocks, z))
    deltas = random_signed(rng, timing.widths.delta, (clocks, timing.layout.groups))
    exponents = rng.integers(0, timing.options.max_rate_exponent + 1, clocks)
    exponents[starts[0]], exponents[starts[1]] = 0, timing.options.max_rate_exponent
    replacement = -7
    bits = timing.network.update.random_bits
    states = rng.integers(1, 1 << 32, clocks)
    noise_at = timing.update_noise - timing.operands
    lanes_replaced = np.array([replaced >> lane & 1 for lane in range(z)], dtype=bool)
    expected = {"updated": Expected(clocks, z), "saturations": Expected(clocks)}
    saturated = 0
    for start in starts:
        places = fmt.fraction - fmt.extra_bits + int(exponents[start])
        for row in range(rows):
            at = start + 1 + row
            step = activations[at] * 2**low * np.repeat(deltas[at], timing.layout.group)
            change = rnd(step, places)
            if bits:
                numbers = lane_numbers(states[at + noise_at], np.arange(z), bits)
                change = rnd_random(step, places, numbers, bits)
            exact = weights[at] - change
            values = np.where(lanes_replaced, replacement, sat(exact, fmt.stored_width))
            expected["updated"].at(start + answer + row, values)
            saturated += int(overflows(exact, fmt.stored_width).sum())
    assert saturated > 0
    expected["saturations"].at(-1, saturated)
    inputs = {
        "start": pulses(clocks, starts),
        "rate_exponent": exponents,
        "weights": weights,
        "activations": activations,
        "deltas": np.repeat(deltas, timing.copies.deltas, axis=1),
        "replace": np.full(clocks, replaced),
        "replacements": np.full((clocks, timing.copies.lanes), replacement),
    }
    if bits:
        inputs["noise"] = states
    return Trial(component=Update(timing, dsp=dsp), inputs=inputs, expected=expected)


def backprop_trial(net: Network, *, dsp: DspBlocks, seed: int) -> Trial:
    """Junction 2 sums up four samples; every sum is fetched the clock it becomes readable."""
    schedule = Schedule(network=net)
    timing, shape = schedule.timing[1], net.junctions[1]
    pattern = generate_pattern(shape, net.connections)
    z, depth, rows = shape.parallelism, shape.depth, shape.rows
    rng = np.random.default_rng([seed, *net.layers])
    # The fetching junction numbers its samples by its own lag: so many steps ahead.
    ahead = schedule.lags[0] - 1 - schedule.lags[1]
    assert ahead >= 0
    reads = start_clocks(rng, 4, rows, first=ahead + 2)
    latency = timing.error_latency
    fetch_latency = schedule.timing[0].memories.fetched.read_latency
    clocks = reads[-1] + rows + latency + fetch_latency + 1

    order = pattern.words.transpose(0, 2, 1).reshape(rows, z)
    words = rng.integers(0, depth, (clocks, z))
    sweeps = rng.integers(0, shape.out_degree, clocks)
    weights = random_signed(rng, net.format.width, (clocks, z), corners=0.4)
    deltas = random_signed(rng, timing.widths.delta, (clocks, timing.layout.groups), corners=0.4)
    if timing.last:  # an output delta lies in [-1, 1]
        deltas = np.clip(deltas, -net.format.one, net.format.one)
    products = weights * np.repeat(deltas, timing.layout.group, axis=1)
    fetch_words = rng.integers(0, depth, (clocks, z))
    expected = Expected(clocks, z)
    for read in reads:
        words[read : read + rows] = order
        sweeps[read : read + rows] = np.arange(rows) // depth
        operands = read + timing.operands
        errors = np.zeros(shape.left, dtype=np.int64)
        np.add.at(errors, pattern.left_neurons, products[operands : operands + rows].ravel())
        # Each memory's words in the order of the last sweep.
        for row in range(rows - depth, rows):
            fetch_words[read + row + latency] = order[row]
            expected.at(read + row + latency + fetch_latency, errors[order[row] * z + np.arange(z)])
    fetches = [*range(ahead), *(read + rows - depth + latency - 1 for read in reads)]
    inputs = {
        "start": pulses(clocks, [read - 1 for read in reads]),
        "words": words,
        "sweep": sweeps,
        "weights": weights,
        "deltas": np.repeat(deltas, timing.copies.deltas, axis=1),
        "fetch_start": pulses(clocks, fetches),
        "fetch_words": fetch_words,
    }
    unit = Backprop(schedule, 2, pattern, dsp=dsp)
    return Trial(component=unit, inputs=inputs, expected={"errors": expected})


def neuron_queue_trial(
    layout: RowLayout, *, width: int, behind: int, slow: bool, latency: int, seed: Sequence[int]
) -> Trial:
    """Ten samples, each read `behind` steps after it was written, as soon as it is all there.

    Steps come as many clocks apart as there are rows, or so far (`slow`) that one bank suffices.
    """
    samples = 10
    right, rows, slots = layout.shape.right, layout.shape.rows, layout.finishing
    rng = np.random.default_rng([*seed, behind])
    read_after = rows + ROUTER_LEAD - 1
    period = 2 * rows + 4 if slow else rows
    banks = behind + (read_after + rows - ROUTER_LEAD) // period + 1
    assert banks == 1 or not slow
    writes = start_clocks(rng, samples, period, first=4)
    reads = [clock + read_after for clock in writes]
    window = PIPELINES["deep"].mux_levels(slots if layout.groups % layout.span and slots > 1 else 1)
    answer = 2 + latency + window
    clocks = reads[-1] + answer + rows + 1

    sample_values = rng.integers(0, 2**width, (samples, right))
    values = rng.integers(0, 2**width, (clocks, slots))
    expected = Expected(clocks, slots)
    for step, (write, read) in enumerate(zip(writes, reads, strict=True)):
        for row in range(rows):
            finished = finishing(layout.shape, row)
            values[write + ROUTER_LEAD + row, : len(finished)] = sample_values[step, finished]
            if step >= behind:
                started = starting(layout.shape, row)
                expected.at(read + answer + row, sample_values[step - behind, started])
    queue = NeuronQueue(
        layout,
        width=width,
        samples=banks,
        write_first=-1,
        read_first=-1 - behind,
        latency=latency,
        pipelining=PIPELINES["deep"],
    )
    inputs = {
        "write_start": pulses(clocks, writes),
        "values": values,
        "read_start": pulses(clocks, reads),
    }
    return Trial(component=queue, inputs=inputs, expected={"starting": expected})
