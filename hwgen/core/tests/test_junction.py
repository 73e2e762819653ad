"""One junction alone: neighbours of random numbers around it, and docs/numerics.md in NumPy.

The test writes its left activations, answers its fetches of errors and fetches those that it
makes, at the clocks at which the schedule says that the neighbours would.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest
from amaranth.lib.wiring import Out
from numpy.typing import NDArray

from hwgen.core.junction import Junction, JunctionParameters
from hwgen.testing.numerics import (
    following_state,
    lane_numbers,
    overflows,
    random_signed,
    rnd,
    rnd_random,
    sat,
)
from hwgen.testing.rows import edges_of, finishing
from hwgen.testing.shapes import network, start_clocks
from hwgen.testing.simulation import play, pulses
from software_ref.connections.clash_free import generate_pattern
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.dsp_budget import DspBlocks
from software_ref.plan.schedule import Schedule

Integers = NDArray[np.int64]
SHAPES = ((12, 10, 5, 4), (10, 10, 3, 10), (10, 5, 2, 5))  # rows of each straddle right neurons
NETWORKS = {
    "plain": network(*SHAPES),
    "relu_through_a_crossbar": network(
        *SHAPES, hidden="relu", relu_cap=1.5, kind="free", dither=True
    ),
    "random_rounding": network(*SHAPES, format=(3, 6), extra_bits=2, low_bits=2, random_bits=4),
}
CASES = [
    pytest.param(net, number, id=f"{name}-{number}")
    for name, net in NETWORKS.items()
    for number in (1, 2, 3)
] + [pytest.param(network((8, 4, 2, 8)), 1, id="alone")]


class Setting:
    """A junction, its initial parameters, and samples of which some are missing.

    Samples that do not exist divide them into two sequences, so long that the first one's last
    update is done when `rewind_step` begins, and the second one's first is not under way.
    """

    def __init__(self, net: Network, number: int, *, training: bool):
        self.schedule = Schedule(
            network=net, options=CoreOptions(training=training, max_rate_exponent=5)
        )
        self.timing = self.schedule.timing[number - 1]
        self.number, self.shape = number, net.junctions[number - 1]
        self.lag = self.schedule.lags[number - 1]
        self.pattern = generate_pattern(self.shape, net.connections)
        self.rng = rng = np.random.default_rng([number, net.activation.hidden == "relu", training])
        width = net.format.stored_width
        self.weights = random_signed(rng, width, self.shape.weights) // 3
        self.biases = random_signed(rng, width, self.shape.right) // 3

        first, second = 9, 5
        missing = 2 + -(-self.schedule.settle // self.schedule.period)
        self.rewind_step = first + number + self.lag + missing - 1
        self.exists = np.array([True] * first + [False] * (missing + self.lag) + [True] * second)
        count = len(self.exists)
        self.steps = count + number + self.schedule.lags[0]
        largest = net.activation_maximum(number - 1) >> net.activation_shift(number - 1)
        self.left = rng.integers(0, largest + 1, (count, self.shape.left))
        self.labels = rng.integers(0, self.shape.right, count)
        self.train = (rng.random(count) < 0.8) & self.exists
        self.exponents = rng.integers(0, 6, count)
        # From deltas of a few places to saturated ones.
        errors = random_signed(rng, max(self.timing.widths.error, 2), (count, self.shape.right))
        self.errors = errors >> rng.integers(0, 8, errors.shape)

    @cached_property
    def starts(self) -> list[int]:
        """The clock of every step's pulse, step 1 first; before it sample 0 is loaded."""
        first = self.schedule.period + 2
        return start_clocks(self.rng, self.steps, self.schedule.period, first)

    def junction(self) -> Junction:
        parameters = JunctionParameters(
            pattern=self.pattern,
            weights=self.weights.tolist(),
            biases=self.biases.tolist(),
            dsp={"feedforward": DspBlocks(singles=1)},
        )
        return Junction(self.schedule, self.number, parameters)

    def sample(self, step: int, behind: int) -> int | None:
        """The sample that entered so many steps before this one, if there was one."""
        number = step - behind
        return number if 0 <= number < len(self.exists) and self.exists[number] else None

    def fed(self, step: int) -> int | None:
        """The sample in FF."""
        return self.sample(step, self.number)

    def met(self, step: int) -> int | None:
        """The sample whose BP and UP it would be; it may not be one to train with."""
        return self.sample(step, self.number + self.lag)


@dataclass
class Expected:
    """What the junction must have done, by sample or in all."""

    activations: dict[int, Integers]
    errors: dict[int, Integers]
    weights: Integers
    biases: Integers
    ff: int = 0
    bp: int = 0
    up: int = 0


def activate(setting: Setting, s: Integers) -> tuple[Integers, Integers]:
    """a without the low bits that are always 0, and h', of pre-activations."""
    net, one = setting.schedule.network, setting.schedule.network.format.one
    low = net.activation_shift(setting.number)
    if setting.timing.last or net.activation.hidden == "sigmoid":
        sigma = 1 / (1 + np.exp(-s / one))
        a, slope = sigma * one / 2**low, sigma * (1 - sigma) * one
        return np.floor(a + 0.5).astype(np.int64), np.floor(slope + 0.5).astype(np.int64)
    cap = int(net.activation.relu_cap * one)
    return np.clip(s, 0, cap) // 2**low, one * ((s > 0) & (s <= cap))


def reference(setting: Setting) -> Expected:
    """Step by step: FF and BP with the weights held when the step began, then UP."""
    net, shape = setting.schedule.network, setting.shape
    fmt, extra, bits = net.format, net.format.extra_bits, net.update.random_bits
    f, low = fmt.fraction, net.activation_shift(setting.number - 1)
    edges, d_in = setting.pattern.left_neurons, shape.in_degree
    found = Expected({}, {}, setting.weights.copy(), setting.biases.copy())
    slopes: dict[int, Integers] = {}
    deltas: dict[int, Integers] = {}
    first_state = state = net.update.first_state(setting.number)
    for step in range(1, setting.steps + 1):
        held = found.weights >> extra
        n = setting.fed(step)
        if n is not None:
            left = setting.left[n][edges] * 2**low
            sums = (held * left).reshape(-1, d_in).sum(axis=1)
            exact = rnd(sums + (found.biases >> extra) * 2**f, f)
            found.ff += int(overflows(exact, fmt.width).sum())
            found.activations[n], slopes[n] = activate(setting, sat(exact, fmt.width))
            one_hot = np.arange(shape.right) == setting.labels[n]
            deltas[n] = found.activations[n] - one_hot * fmt.one  # of the output layer
        if step == setting.rewind_step:
            state = first_state
        n = setting.met(step)
        if n is None or not setting.schedule.training:
            continue
        found.errors[n] = np.zeros(shape.left, np.int64)
        if not setting.train[n]:
            continue
        if not setting.timing.last:
            exact = rnd(setting.errors[n] * slopes[n], 2 * f)
            found.bp += int(overflows(exact, fmt.width).sum())
            deltas[n] = sat(exact, fmt.width)
        delta = np.repeat(deltas[n], d_in)
        np.add.at(found.errors[n], edges, held * delta)
        k, exact = int(setting.exponents[n]), setting.left[n][edges] * 2**low * delta
        changes = rnd(exact, f - extra + k)
        bias_changes = rnd(deltas[n] * 2**extra, k)
        for row in range(shape.rows if bits else 0):
            for lane, edge in enumerate(edges_of(shape, row)):
                number = lane_numbers(state, lane, bits)
                changes[edge] = rnd_random(exact[edge], f - extra + k, number, bits)
            for slot, neuron in enumerate(finishing(shape, row)):
                number = lane_numbers(state, slot, bits)
                bias_changes[neuron] = rnd_random(deltas[n][neuron] * 2**extra, k, number, bits)
            state = following_state(state)
        for kind, change in (("weights", changes), ("biases", bias_changes)):
            exact = getattr(found, kind) - change
            found.up += int(overflows(exact, fmt.stored_width).sum())
            setattr(found, kind, sat(exact, fmt.stored_width))
    return found


def step_inputs(setting: Setting, clocks: int) -> dict[str, Integers]:
    """Tables of all that the steps need but the errors; noise wherever nobody may look."""
    schedule, timing, shape, rng = setting.schedule, setting.timing, setting.shape, setting.rng
    z, depth, before = shape.parallelism, shape.depth, setting.number - 1
    starts = [start + schedule.row_read(setting.number) - timing.lead for start in setting.starts]
    inputs = {
        "start": pulses(clocks, starts),
        "feed": rng.integers(0, 2, clocks),
        "write_enables": np.zeros(clocks, np.int64),
        "write_words": rng.integers(0, depth, (clocks, z)),
        "write_values": rng.integers(0, setting.left.max() + 1, (clocks, z)),
    }
    if timing.last:
        inputs["label"] = rng.integers(0, shape.right, clocks)
    if schedule.training:
        inputs["learn"] = rng.integers(0, 2, clocks)
        inputs["rate_exponent"] = rng.integers(0, 6, clocks)
    for step, clock in enumerate(starts, start=1):
        fed, met = setting.fed(step), setting.met(step)
        inputs["feed"][clock] = fed is not None
        if timing.last and fed is not None:
            inputs["label"][clock] = setting.labels[fed]
        if schedule.training:
            inputs["learn"][clock] = met is not None and setting.train[met]
            if met is not None:
                inputs["rate_exponent"][clock] = setting.exponents[met]
    if schedule.network.update.random_bits and schedule.training:
        inputs["rewind"] = pulses(clocks, [setting.starts[setting.rewind_step - 1]])

    # Left activations: the input's as soon as may be, a junction's as late as its last row.
    if before:
        writer = schedule.timing[before - 1]
        last = writer.shape.rows - depth
        writes = [start + schedule.row_read(before) + writer.activated for start in setting.starts]
    else:
        last = 0
        writes = setting.starts
    inputs["write_start"] = pulses(clocks, writes)
    # Sample 0 of the input comes before the first pulse.
    for step, clock in enumerate([setting.starts[0] - schedule.period, *writes]):
        sample = setting.sample(step, before)
        if sample is not None:
            for word in range(depth):
                at = clock + 1 + last + word
                inputs["write_enables"][at] = 2**z - 1
                inputs["write_words"][at] = word
                inputs["write_values"][at] = setting.left[sample][word * z : (word + 1) * z]

    # Fetches of the errors that it makes.
    if timing.backpropagates:
        inputs["fetch_words"] = rng.integers(0, depth, (clocks, z))
        inputs["fetch_start"] = pulses(clocks, [clock - 1 for clock in fetches(setting, before)])
        for clock in fetches(setting, before):
            for word in range(depth):
                inputs["fetch_words"][clock + word] = word
    return inputs


def fetches(setting: Setting, junction: int) -> list[int]:
    """For every step, the clock in which a junction first fetches errors."""
    wait = setting.schedule.row_read(junction)
    wait -= setting.schedule.timing[junction - 1].fetch_before_read
    return [start + wait for start in setting.starts]


def answers(setting: Setting, shown: dict[str, Integers], clocks: int) -> Integers:
    """What the following junction's error memories answer to the fetches recorded."""
    z = setting.schedule.network.junctions[setting.number].parallelism
    latency = setting.timing.memories.fetched.read_latency
    answers = setting.rng.integers(-5, 5, (clocks, z))
    asked = fetches(setting, setting.number)
    starts = pulses(clocks, [clock - 1 for clock in asked])
    np.testing.assert_array_equal(shown["errors_start"], starts)
    ends = [*asked[1:], clocks - latency]
    for step, (first, last) in enumerate(zip(asked, ends, strict=True), start=1):
        sample = setting.met(step)
        if sample is not None:
            for clock in range(first, last):
                neurons = shown["error_words"][clock] * z + np.arange(z)
                known = neurons < setting.shape.right
                answers[clock + latency, known] = setting.errors[sample][neurons[known]]
    return answers


def access_inputs(
    setting: Setting, accesses: list[tuple[int, int, int | None]], first: int
) -> dict[str, Integers]:
    """Tables of accesses (whether a bias, its number, what to write) one after the other."""
    shape, layout, wait = setting.shape, setting.timing.layout, setting.timing.access_latency + 1
    clocks = first + len(accesses) * wait + 1
    names = ("access", "access_bias", "access_row", "access_lane", "write", "data")
    inputs = {name: np.zeros(clocks, np.int64) for name in names}
    for place, (bias, number, value) in enumerate(accesses):
        row, lane = divmod(number, shape.parallelism)
        if bias:
            row, lane = layout.finish_place(number)
        span = slice(first + place * wait, first + (place + 1) * wait)
        inputs["access"][span.start] = 1
        inputs["access_bias"][span], inputs["access_row"][span] = bias, row
        inputs["access_lane"][span], inputs["write"][span] = lane, value is not None
        inputs["data"][span] = value or 0
    return inputs


def all_parameters(setting: Setting) -> list[tuple[int, int, None]]:
    """Accesses that read every weight and every bias."""
    shape = setting.shape
    reads = [(0, number, None) for number in range(shape.weights)]
    return reads + [(1, number, None) for number in range(shape.right)]


def parameters_read(
    setting: Setting, shown: dict[str, Integers], first: int
) -> tuple[Integers, Integers]:
    """Weights and biases of the accesses `all_parameters`."""
    latency = setting.timing.access_latency
    count = setting.shape.weights + setting.shape.right
    values = shown["read_data"][first + latency :: latency + 1][:count]
    return values[: setting.shape.weights], values[setting.shape.weights :]


def run(setting: Setting) -> dict[str, Integers]:
    """Play all steps, then read all parameters."""
    end = setting.starts[-1] + setting.schedule.settle
    inputs = access_inputs(setting, all_parameters(setting), end)
    clocks = len(inputs["access"])
    inputs |= step_inputs(setting, clocks)
    if setting.schedule.training and not setting.timing.last:
        # What is fetched does not depend on the answers.
        asked = play(setting.junction(), inputs, ["errors_start", "error_words"])
        inputs["errors"] = answers(setting, asked, clocks)
    junction = setting.junction()
    members = junction.signature.members
    return play(junction, inputs, [name for name in members if members[name].flow is Out])


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize(("net", "number"), CASES)
def test_a_junction_does_what_the_numerics_say(net: Network, number: int, training: bool) -> None:
    setting = Setting(net, number, training=training)
    timing, shape = setting.timing, setting.shape
    expected, shown = reference(setting), run(setting)
    read = [start + setting.schedule.row_read(number) for start in setting.starts]
    fed = [(n + number, n) for n in np.flatnonzero(setting.exists).tolist()]
    if timing.last:
        done = np.flatnonzero(shown["done"])
        classes = [int(expected.activations[n].argmax()) for _, n in fed]
        assert shown["prediction"][done].tolist() == classes
        right = [int(kind == setting.labels[n]) for kind, (_, n) in zip(classes, fed, strict=True)]
        assert shown["correct"][done].tolist() == right
    else:
        wanted = pulses(len(shown["right_start"]), [clock + timing.activated for clock in read])
        np.testing.assert_array_equal(shown["right_start"], wanted)
        for step, n in fed:
            first = read[step - 1] + timing.activated + 1
            np.testing.assert_array_equal(
                right_side(setting, shown, first), expected.activations[n], err_msg=f"sample {n}"
            )
    if timing.backpropagates:
        latency = setting.schedule.timing[number - 2].memories.fetched.read_latency
        later = number - 1 + setting.schedule.lags[number - 2]  # steps to its fetch
        for _, n in fed:
            first = fetches(setting, number - 1)[n + later - 1] + latency
            np.testing.assert_array_equal(
                shown["left_errors"][first : first + shape.depth].ravel(),
                expected.errors[n],
                err_msg=f"errors of sample {n}",
            )
    end = setting.starts[-1] + setting.schedule.settle
    weights, biases = parameters_read(setting, shown, end)
    np.testing.assert_array_equal(weights, expected.weights)
    np.testing.assert_array_equal(biases, expected.biases)
    assert shown["linear_saturations"][-1] == expected.ff
    if training:
        assert shown["delta_saturations"][-1] == expected.bp
        assert shown["update_saturations"][-1] == expected.up


def right_side(setting: Setting, shown: dict[str, Integers], first: int) -> Integers:
    """Activations that the router wrote to the next junction's memories from a clock on."""
    z = setting.schedule.network.junctions[setting.number].parallelism
    found = np.full(setting.shape.right, -1)
    for clock in range(first, first + setting.shape.rows):
        for memory in range(z):
            if shown["right_enables"][clock] >> memory & 1:
                neuron = shown["right_words"][clock, memory] * z + memory
                assert found[neuron] == -1
                found[neuron] = shown["right_values"][clock, memory]
    return found


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize(("net", "number"), CASES)
def test_the_parameter_port_writes_one_parameter_and_no_other(
    net: Network, number: int, training: bool
) -> None:
    setting = Setting(net, number, training=training)
    weights, biases = setting.weights.copy(), setting.biases.copy()
    writes: list[tuple[int, int, int | None]] = []
    for bias, values in enumerate((weights, biases)):
        for place in setting.rng.permutation(len(values))[:4].tolist():
            value = int(random_signed(setting.rng, net.format.stored_width, ()))
            writes.append((bias, place, value))
            values[place] = value
    latency = setting.timing.access_latency
    first = 2 + len(writes) * (latency + 1)
    inputs = access_inputs(setting, writes + all_parameters(setting), 2)
    shown = play(setting.junction(), inputs, ["read_data"])
    read_weights, read_biases = parameters_read(setting, shown, first)
    np.testing.assert_array_equal(read_weights, weights)
    np.testing.assert_array_equal(read_biases, biases)
