"""Sections 2 and 3 of the specification, step by step in Python integers: slow, plain, for tests.

Nothing here is shared with the golden trainer but the network description and the list of left
neurons, so that a mistake in one shows against the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

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


def sat(x: int, fmt: FixedFormat) -> int:
    """Clip to the format."""
    limit = 1 << (fmt.width - 1)
    return max(-limit, min(limit - 1, x))


def activate(network: Network, junction: int, s: int) -> tuple[int, int]:
    """Activation a_i and derivative h'_i of pre-activation s_i."""
    fmt = network.format
    one = 2**fmt.fraction
    if junction == len(network.layers) - 1 or network.activation.hidden == "sigmoid":
        sigma = 1 / (1 + math.exp(-s / one)) if s / one > -700 else 0.0
        values = (sigma, sigma * (1 - sigma))
        a, h = (sat(math.floor(v * one + 0.5), fmt) for v in values)
        return a, h
    cap = network.activation.relu_cap
    cap_raw = 2 ** (fmt.width - 1) - 1 if cap is None else math.floor(cap * one + 0.5)
    return min(max(s, 0), cap_raw), one if 0 < s <= cap_raw else 0


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
    f = fmt.fraction
    result = ReferenceResult(
        [list(w) for w in weights],
        [list(b) for b in biases],
        [-1] * len(samples),
        [0] * last,
        [0] * last,
        [0] * last,
        [[] for _ in samples],
    )
    activation = {(0, n): sample.features for n, sample in enumerate(samples)}  # a_i of sample n
    derivative: dict[tuple[int, int], list[int]] = {}  # h'_i of sample n
    delta: dict[tuple[int, int], list[int]] = {}  # delta_i of sample n

    def saturate(value: int, counter: list[int], i: int) -> int:
        counter[i - 1] += sat(value, fmt) != value
        return sat(value, fmt)

    for step in range(1, len(samples) + max(i + lags[i - 1] for i in range(1, last + 1)) + 1):
        held_weights = [list(w) for w in result.weights]
        held_biases = [list(b) for b in result.biases]
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
            k = samples[n].rate_exponent
            for e in range(len(w)):
                change = rnd(activation[i - 1, n][left[e]] * delta[i, n][e // d_in], f + k)
                result.weights[i - 1][e] = saturate(w[e] - change, result.up, i)
            for right in range(network.layers[i]):
                value = held_biases[i - 1][right] - rnd(delta[i, n][right], k)
                result.biases[i - 1][right] = saturate(value, result.up, i)
    return result
