"""Drivers of a core's streams: a payload is transferred in a clock with valid and ready high."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cocotb.triggers import RisingEdge

__all__ = ["Gaps", "Sink", "Source", "pack", "unpack", "until"]

Fields = Mapping[str, Sequence[int]]
"""Fields of a payload by name: [lowest bit, bits, whether it is signed]."""


def pack(fields: Fields, **values: int) -> int:
    """A payload of all its fields."""
    word = 0
    for name, (lowest, bits, _) in fields.items():
        word |= (values[name] & (1 << bits) - 1) << lowest
    return word


def unpack(fields: Fields, word: int) -> dict[str, int]:
    """The fields of a payload."""
    values = {}
    for name, (lowest, bits, signed) in fields.items():
        value = word >> lowest & (1 << bits) - 1
        values[name] = value - (1 << bits) if signed and value >> bits - 1 else value
    return values


class Gaps:
    """Random gaps of 1 to `longest` clocks, each clock with the same probability."""

    def __init__(self, probability: float = 0.0, longest: int = 8, seed: int = 1):
        self._random = random.Random(seed)
        self._probability, self._longest = probability, longest
        self._left = 0

    def now(self) -> bool:
        """Whether this clock is in a gap."""
        if self._left == 0 and self._random.random() < self._probability:
            self._left = self._random.randint(1, self._longest)
        elif self._left:
            self._left -= 1
        return self._left > 0


class Source:
    """Offers payloads at a stream into the core: append them to `words`; `taken` counts."""

    def __init__(self, dut: Any, stream: Mapping[str, Any], clock: Any):
        self.words: deque[int] = deque()
        self.taken = 0
        self.gaps = Gaps()
        self._clock = clock
        self._payload, self._valid, self._ready = (
            getattr(dut, stream[part]) for part in ("payload", "valid", "ready")
        )
        self._valid.value = 0

    async def run(self) -> None:
        """Offer what is there, for ever."""
        while True:
            await RisingEdge(self._clock)
            while self.words and not self.gaps.now():
                self._valid.value = 1
                self._payload.value = self.words.popleft()
                await RisingEdge(self._clock)
                while not self._ready.value:
                    await RisingEdge(self._clock)
                self.taken += 1
            self._valid.value = 0


class Sink:
    """Takes payloads of a stream out of the core, into `words`."""

    def __init__(self, dut: Any, stream: Mapping[str, Any], clock: Any):
        self.words: list[int] = []
        self.gaps = Gaps()
        self._clock = clock
        self._payload, self._valid, self._ready = (
            getattr(dut, stream[part]) for part in ("payload", "valid", "ready")
        )
        self._ready.value = 0

    async def run(self) -> None:
        """Take what comes, for ever."""
        taking = False
        while True:
            await RisingEdge(self._clock)
            if taking and self._valid.value:
                self.words.append(int(self._payload.value))
            taking = not self.gaps.now()
            self._ready.value = int(taking)


async def until(condition: Callable[[], bool], clock: Any, what: str, patience: int) -> None:
    """Wait for something, some clocks at most."""
    for _ in range(patience):
        if condition():
            return
        await RisingEdge(clock)
    raise AssertionError(f"after {patience} clocks there is no end of {what}")
