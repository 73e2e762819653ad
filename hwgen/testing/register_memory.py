"""A core's registers on a bus, in a dictionary: what drivers are tested with."""

from __future__ import annotations

from collections.abc import Mapping

from hwgen.bus.core_registers import MAGIC, VERSION
from hwgen.bus.core_summary import identity_word
from software_ref.core_plan import CorePlan

__all__ = ["RegisterMemory"]


class RegisterMemory:
    """A core's registers as a driver sees them, with its parameters in a dictionary.

    Parameters
    ----------
    plan
        The core.
    words
        Words that registers show, by their offsets, in place of those of the core.
    """

    def __init__(self, plan: CorePlan, words: Mapping[int, int] | None = None):
        self.words = {0x00: MAGIC, 0x04: VERSION[0] << 16, 0x08: identity_word(plan)}
        self.words |= words or {}
        self.parameters: dict[tuple[int, ...], int] = {}
        """Words by PARAMETER_SELECT, row and lane; 0 where nothing was written."""
        self.busy = [0]
        """What STATUS shows, look by look; the last one stays."""

    def _place(self) -> tuple[int, ...]:
        place = tuple(self.words.get(offset, 0) for offset in (0x40, 0x44, 0x48))
        if lanes := self.words.get(0x4C, 0):
            row, lane = divmod(place[2] + 1, lanes)
            self.words[0x44] += row
            self.words[0x48] = lane
        return place

    def read(self, offset: int) -> int:
        """A word."""
        if offset == 0x50:
            return self.parameters.get(self._place(), 0)
        if offset == 0x14:
            return self.busy.pop(0) if len(self.busy) > 1 else self.busy[0]
        return self.words.get(offset, 0)

    def write(self, offset: int, value: int) -> None:
        """Set a word."""
        assert 0 <= value < 1 << 32
        if offset == 0x50:
            self.parameters[self._place()] = value
        else:
            self.words[offset] = value
