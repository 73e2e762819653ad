"""Sections 2 and 3 of the specification, step by step in Python integers: slow, plain, for tests.

Nothing here is shared with the golden trainer but the network description and the list of left
neurons, so that a mistake in one shows against the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

from software_ref.fixed_point import FixedFormat
from software_ref.network import Network

__all__ = ["ReferenceResult", "Sample", "reference_run"]


@dataclass(frozen=True)
class Sample:
    """One sample of the sequence."""

    features: list[int]
    label: int
    train: bool
    rate_exponent: int


@dataclass
class ReferenceResult:
    """What a whole, drained sequence gives."""

    weights: list[list[int]]
    biases: list[list[int]]
    predictions: list[int]
    ff: list[int]
    bp: list[int]
    up: list[int]
    outputs: list[list[int]] = field(default_factory=list)


def rnd(x: int, n: int) -> int:
    """Round half up: floor((x + 2**(n-1)) / 2**n), and x for n = 0."""
    return x if n == 0 else (x + (1 << (n - 1))) // (1 << n)


def rnd_random(x: int, n: int, number: int, bits: int) -> int:
    """Round by n places with the number of so many random bits."""
    return math.floor(Fraction(x, 2**n) + Fraction(2 * number + 1, 2 ** (bits + 1)))


def sat(x: int, fmt: FixedFormat, extra: int = 0) -> int:
    """Clip to the format, with so many fraction bits more."""
    limit = 1 << (fmt.width + extra - 1)
    return max(-limit, min(limit - 1, x))


def following_state(state: int) -> int:
    """A generator's next state, bit by bit: x ^= x << 13, x ^= x >> 17, x ^= x << 5."""
    bits = [state >> n & 1 for n in range(32)]
    bits = [bits[n] ^ (bits[n - 13] if n >= 13 else 0) for n in range(32)]
    bits = [bits[n] ^ (bits[n + 17] if n < 15 else 0) for n in range(32)]
    bits = [bits[n] ^ (bits[n - 5] if n >= 5 else 0) for n in range(32)]
    return sum(bit << n for n, bit in enumerate(bits))


def number_of_lane(state: int, lane: int, bits: int) -> int:
    """The upper bits of the state rotated left by 5 places a lane."""
    text = f"{state:032b}"
    turn = 5 * lane % 32
    return int((text[turn:] + text[:turn])[:bits], 2)


def activate(network: Network, junction: int, s: int) -> tuple[int, int]:
    """Activation a_i and derivative h'_i of pre-activation s_i."""
    fmt = network.format
    one = 2**fmt.fraction
    step = 1 if junction == len(network.layers) - 1 else 2**fmt.activation_shift
    if junction == len(network.layers) - 1 or network.activation.hidden == "sigmoid":
        sigma = 1 / (1 + math.exp(-s / one)) if s / one > -700 else 0.0
        values = (sigma, sigma * (1 - sigma))
        h = sat(math.floor(values[1] * one + 0.5), fmt)
        return sat(math.floor(values[0] * one / step + 0.5) * step, fmt), h
    cap = network.activation.relu_cap
    cap_raw = 2 ** (fmt.width - 1) - 1 if cap is None else math.floor(cap * one + 0.5)
    return min(max(s, 0), cap_raw) // step * step, one if 0 < s <= cap_raw else 0


def reference_run(
    network: Network,
    left_neurons: list[list[int]],
    weights: list[list[int]],
    biases: list[list[int]],
    *,
    lags: tuple[int, ...],
    samples: list[Sample],
) -> ReferenceResult:
    """Run one sequence and drain it; entry i - 1 of every list belongs to junction i."""
    fmt, shapes, last = network.format, network.junctions, len(network.junctions)
    f, extra, random_bits = fmt.fraction, fmt.extra_bits, network.update.random_bits
    generators = [network.update.first_state(i) for i in range(1, last + 1)]
    result = ReferenceResult(
        [list(w) for w in weights],
        [list(b) for b in biases],
        [-1] * len(samples),
        [0] * last,
        [0] * last,
        [0] * last,
        [[] for _ in samples],
    )
    low = fmt.activation_shift
    activation = {  # a_i of sample n
        (0, n): [rnd(x, low) * 2**low for x in sample.features] for n, sample in enumerate(samples)
    }
    derivative: dict[tuple[int, int], list[int]] = {}  # h'_i of sample n
    delta: dict[tuple[int, int], list[int]] = {}  # delta_i of sample n

    def saturate(value: int, counter: list[int], i: int, extra: int = 0) -> int:
        counter[i - 1] += sat(value, fmt, extra) != value
        return sat(value, fmt, extra)

    def rounded(x: int, n: int, state: int, lane: int) -> int:
        if random_bits == 0:
            return rnd(x, n)
        return rnd_random(x, n, number_of_lane(state, lane, random_bits), random_bits)

    for step in range(1, len(samples) + max(i + lags[i - 1] for i in range(1, last + 1)) + 1):
        stored_biases = [list(b) for b in result.biases]
        held_weights = [[w >> extra for w in weights] for weights in result.weights]
        held_biases = [[b >> extra for b in biases] for biases in result.biases]
        for i in range(1, last + 1):
            n = step - i
            if not 0 <= n < len(samples):
                continue
            w, b, left = held_weights[i - 1], held_biases[i - 1], left_neurons[i - 1]
            d_in = shapes[i - 1].in_degree
            activation[i, n], derivative[i, n] = [], []
            for right in range(network.layers[i]):
                edges = range(right * d_in, (right + 1) * d_in)
                total = sum(w[e] * activation[i - 1, n][left[e]] for e in edges)
                s = saturate(rnd(total + b[right] * 2**f, f), result.ff, i)
                a, h = activate(network, i, s)
                activation[i, n].append(a)
                derivative[i, n].append(h)
            if i == last:
                a_last = activation[i, n]
                result.outputs[n] = a_last
                competing = a_last[: network.competing]
                result.predictions[n] = competing.index(max(competing))
                delta[i, n] = [
                    a - 2**f * (right == samples[n].label) for right, a in enumerate(a_last)
                ]
        for i in range(last, 0, -1):
            n = step - i - lags[i - 1]
            if not 0 <= n < len(samples) or not samples[n].train:
                continue
            w, left, d_in = held_weights[i - 1], left_neurons[i - 1], shapes[i - 1].in_degree
            if i > 1:
                delta[i - 1, n] = []
                for neuron in range(network.layers[i - 1]):
                    leaving = [e for e in range(len(w)) if left[e] == neuron]
                    total = sum(w[e] * delta[i, n][e // d_in] for e in leaving)
                    value = rnd(total * derivative[i - 1, n][neuron], 2 * f)
                    delta[i - 1, n].append(saturate(value, result.bp, i - 1))
            k, z = samples[n].rate_exponent, shapes[i - 1].parallelism
            states = []
            for _ in range(len(w) // z):
                states.append(generators[i - 1])
                generators[i - 1] = following_state(generators[i - 1])
            finished = [0] * len(states)  # neurons that have finished in each row so far
            for e in range(len(w)):
                exact = activation[i - 1, n][left[e]] * delta[i, n][e // d_in]
                change = rounded(exact, f - extra + k, states[e // z], e % z)
                value = result.weights[i - 1][e] - change
                result.weights[i - 1][e] = saturate(value, result.up, i, extra)
                if (e + 1) % d_in == 0:
                    right = e // d_in
                    exact = delta[i, n][right] * 2**extra
                    change = rounded(exact, k, states[e // z], finished[e // z])
                    finished[e // z] += 1
                    value = stored_biases[i - 1][right] - change
                    result.biases[i - 1][right] = saturate(value, result.up, i, extra)
    return result
