"""Random writes and bursts for a memory, and what they must read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boards.memory.bench import reading, waiting, writing
from boards.memory.linear import LinearShape

__all__ = ["random_bursts"]

UNKNOWN = -1


def random_bursts(
    shape: LinearShape, *, seed: int, commands: int, longest: int
) -> tuple[list[str], NDArray[np.int64]]:
    """Commands for `play`, and the words that they read; -1 where nobody wrote one."""
    rng = np.random.default_rng(seed)
    memory = np.full(shape.words, UNKNOWN)
    lines: list[str] = []
    found = []

    def write(address: int) -> None:
        memory[address] = int(rng.integers(1 << shape.width))
        lines.append(writing(address, int(memory[address])))

    # Half of it around the middle, where all kinds of pages meet, and the first and last words.
    middle = shape.words // 2
    for address in (0, *range(middle - longest, middle + longest), shape.words - 1):
        write(address)
    for _ in range(commands):
        kind = rng.integers(8)
        near = int(rng.integers(middle - longest, middle + longest))
        if kind < 2:
            write(near)
        elif kind < 3:
            lines.append(waiting(int(rng.integers(1, 40))))
        else:
            count = int(rng.integers(1, longest + 1))
            address = int(rng.choice([0, near, shape.words - count]))
            lines.append(reading(address, count))
            found.append(memory[address : address + count].copy())
    return lines, np.concatenate(found)
