"""docs/numerics.md over NumPy integers, for the tests: rnd, sat and ranges of values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "all_signed",
    "following_state",
    "lane_numbers",
    "overflows",
    "random_signed",
    "rnd",
    "rnd_random",
    "sat",
]

Integers = NDArray[np.int64]


def rnd(x: ArrayLike, n: int) -> Integers:
    """floor((x + 2**(n-1)) / 2**n), and x for n = 0."""
    x = np.asarray(x, dtype=np.int64)
    return x if n == 0 else np.floor_divide(x + 2 ** (n - 1), 2**n)


def rnd_random(x: ArrayLike, n: int, numbers: ArrayLike, bits: int) -> Integers:
    """floor((x + (r + 1/2) 2**(n - bits)) / 2**n), r the number of so many random bits."""
    x, numbers = np.asarray(x, dtype=object), np.asarray(numbers, dtype=object)  # beyond 64 bits
    exact = (x * 2 ** (bits + 1) + (2 * numbers + 1) * 2**n) // 2 ** (n + bits + 1)
    return exact.astype(np.int64)


def lane_numbers(states: ArrayLike, lanes: ArrayLike, bits: int) -> Integers:
    """The upper bits of 32-bit states, rotated left by five places a lane."""
    turns = 5 * np.asarray(lanes, dtype=np.int64) % 32
    states = np.asarray(states, dtype=np.int64)
    return (states * 2**turns // 2**32 + states * 2**turns % 2**32) // 2 ** (32 - bits)


def following_state(state: int) -> int:
    """The state after one of 32 bits: x ^ x << 13, then x ^ x >> 17, then x ^ x << 5."""
    state = (state ^ state * 2**13) % 2**32
    state = state ^ state // 2**17
    return (state ^ state * 2**5) % 2**32


def sat(x: ArrayLike, width: int) -> Integers:
    """Clip to a two's-complement number of `width` bits."""
    limit = 2 ** (width - 1)
    return np.maximum(np.minimum(np.asarray(x, dtype=np.int64), limit - 1), -limit)


def overflows(x: ArrayLike, width: int) -> Integers:
    """1 where `sat` changes x, else 0."""
    return (sat(x, width) != np.asarray(x, dtype=np.int64)).astype(np.int64)


def all_signed(width: int) -> Integers:
    """Every two's-complement number of `width` bits, rising."""
    return np.arange(-(2 ** (width - 1)), 2 ** (width - 1))


def random_signed(
    rng: np.random.Generator, width: int, size: int | tuple[int, ...], corners: float = 0.2
) -> Integers:
    """Random numbers of `width` bits, a share of them the values where mistakes show."""
    low, high = -(2 ** (width - 1)), 2 ** (width - 1) - 1
    values = rng.integers(low, high + 1, size)
    special = np.clip([low, low + 1, -1, 0, 1, high - 1, high], low, high)
    return np.where(rng.random(size) < corners, rng.choice(special, size), values)
