"""Junction shapes for the tests: both edges of every size, rows that straddle, and random ones."""

from __future__ import annotations

from math import gcd

import numpy as np

from software_ref.activation import Activation
from software_ref.connections.junction_shape import JunctionShape
from software_ref.connections.options import ConnectionOptions
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.update_rounding import UpdateOptions

__all__ = ["SHAPES", "divisors", "identify", "network", "random_shapes", "shape", "start_clocks"]

# left, right, out_degree, parallelism
SHAPES = [
    (4, 6, 3, 1),  # z = 1
    (8, 4, 2, 8),  # z = N, one word a memory, two neurons finish a row
    (1, 3, 3, 1),  # one left neuron
    (8, 1, 1, 4),  # one right neuron, d_out = 1
    (12, 4, 1, 3),  # d_out = 1, a row a neuron
    (6, 5, 5, 3),  # fully connected
    (6, 6, 1, 6),  # one edge a neuron, one row
    (12, 4, 2, 4),  # d_in = 6, z = 4: neurons straddle rows
    (12, 6, 2, 6),  # d_in = 4, z = 6
    (15, 10, 2, 5),  # d_in = 3, z = 5
    (10, 10, 3, 10),  # d_in = 3, z = 10: up to four neurons finish
    (14, 4, 2, 2),  # d_in = 7, z = 2: two and a half rows a neuron
]


def identify(numbers: tuple[int, ...]) -> str:
    """A test's name for a shape."""
    left, right, out_degree, parallelism = numbers
    return f"{left}x{right}-out{out_degree}-z{parallelism}"


def shape(numbers: tuple[int, ...]) -> JunctionShape:
    """The shape as junction 1."""
    left, right, out_degree, parallelism = numbers
    return JunctionShape(
        index=1, left=left, right=right, out_degree=out_degree, parallelism=parallelism
    )


def divisors(number: int) -> list[int]:
    """Divisors, rising."""
    return [d for d in range(1, number + 1) if number % d == 0]


def random_shapes(seed: int, count: int, largest: int = 24) -> list[tuple[int, ...]]:
    """Seeded legal shapes of up to `largest` neurons a side."""
    rng = np.random.default_rng(seed)
    found: list[tuple[int, ...]] = []
    while len(found) < count:
        left, right = (int(n) for n in rng.integers(1, largest + 1, 2))
        unit = right // gcd(left, right)
        out_degree = unit * int(rng.integers(1, right // unit + 1))
        numbers = (left, right, out_degree, int(rng.choice(divisors(left))))
        if numbers not in found:
            found.append(numbers)
    return found


def network(
    *junctions: tuple[int, ...],
    format: tuple[int, int] = (3, 8),
    extra_bits: int = 0,
    low_bits: int = 0,
    random_bits: int = 0,
    hidden: str = "sigmoid",
    relu_cap: float | None = None,
    kind: str = "seed_per_sweep",
    dither: bool = False,
    seed: int = 1,
) -> Network:
    """A network of shapes (left, right, out_degree, parallelism) that fit one another."""
    integer, fraction = format
    return Network(
        layers=(*(numbers[0] for numbers in junctions), junctions[-1][1]),
        out_degree=tuple(numbers[2] for numbers in junctions),
        parallelism=tuple(numbers[3] for numbers in junctions),
        format=FixedFormat(
            integer=integer,
            fraction=fraction,
            stored_fraction=fraction + extra_bits,
            activation_fraction=fraction - low_bits,
        ),
        activation=Activation(hidden=hidden, relu_cap=relu_cap),
        connections=ConnectionOptions(kind=kind, dither=dither, seed=seed),
        update=UpdateOptions(random_bits=random_bits, seed=seed),
    )


def start_clocks(
    rng: np.random.Generator, steps: int, period: int, first: int, longest_gap: int = 3
) -> list[int]:
    """Clocks of start pulses: some exactly a period apart, some with a gap."""
    gaps = [0, 0, *rng.integers(0, longest_gap + 1, max(steps - 3, 0)).tolist()][: steps - 1]
    clocks = [first]
    for gap in gaps:
        clocks.append(clocks[-1] + period + gap)
    return clocks
