"""Lines to a simulated board that damage what goes over them."""

from __future__ import annotations

import random

from boards.link.framing import FLAG
from boards.simulated.lockstep import Lockstep

__all__ = ["FAULTS", "FaultyLine"]


def _bit_error(rng: random.Random, line: bytes) -> bytes:
    place = rng.randrange(len(line))
    return line[:place] + bytes([line[place] ^ 1 << rng.randrange(8)]) + line[place + 1 :]


def _lost_byte(rng: random.Random, line: bytes) -> bytes:
    place = rng.randrange(len(line))
    return line[:place] + line[place + 1 :]


def _doubled(rng: random.Random, line: bytes) -> bytes:
    return line + line


def _cut(rng: random.Random, line: bytes) -> bytes:
    return line[: rng.randrange(len(line))]


FAULTS = {"bit error": _bit_error, "lost byte": _lost_byte, "doubled": _doubled, "cut": _cut}
"""What can happen to a frame's bytes."""


class FaultyLine:
    """A line that damages what goes over it, in both directions.

    Parameters
    ----------
    line
        The line that it makes worse.
    kind
        A name in FAULTS.
    share
        Of frames, and of answers, that are damaged.
    seed
        Of the faults.
    """

    def __init__(self, line: Lockstep, kind: str, share: float, seed: int):
        self._line = line
        self._damage = FAULTS[kind]
        self.share = share
        """Of frames and answers; may be changed."""
        self._rng = random.Random(seed)
        self.faults = 0
        """Faults so far."""

    def _perhaps_damaged(self, line: bytes) -> bytes:
        if len(line) < 2 or self._rng.random() >= self.share:
            return line
        self.faults += 1
        return self._damage(self._rng, line)

    def write(self, line: bytes) -> None:
        """See boards.host.link.Transport."""
        self._line.write(self._perhaps_damaged(line))

    def read(self, seconds: float) -> bytes:
        """See boards.host.link.Transport."""
        found = self._line.read(seconds)
        return self._perhaps_damaged(found) if found.count(FLAG) > 1 else found

    def monotonic(self) -> float:
        """See boards.host.link.Transport."""
        return self._line.monotonic()
