"""From a letter tapped on a key to a frame like those that are trained on: the golden framing.

References
----------
docs/morse_live.md, "The key".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from software_ref.datasets.morse_live_options import CODE_SYMBOLS, FRAME, MorseLiveOptions

__all__ = [
    "FIRST_UNIT",
    "LARGEST_UNIT",
    "LETTER_PAUSE",
    "LONGEST",
    "MOST_ELEMENTS",
    "SMALLEST_UNIT",
    "tapped_frame",
    "tapped_level",
    "unit_after",
]

FIRST_UNIT = 120
"""The unit before any letter, in ms: 10 words a minute."""
SMALLEST_UNIT, LARGEST_UNIT = 16, 1000
"""Bounds of the unit, in ms."""
LETTER_PAUSE = 4
"""Units that the key is up before a letter is over."""
LONGEST = 4095
"""The longest time that is told from shorter ones, in ms."""
MOST_ELEMENTS = 2 * CODE_SYMBOLS - 1
"""Elements of a letter, marks and spaces, that are looked at."""


def unit_after(unit: int, durations: Sequence[int]) -> int:
    """The unit after a letter: changed where its marks are long and short.

    Parameters
    ----------
    unit
        The unit before, in ms.
    durations
        How long the key was down, up, down, ..., in ms; an odd number of times.
    """
    marks = [min(ms, LONGEST) for ms in durations[:MOST_ELEMENTS:2]]
    shortest = min(marks)
    long = sum(ms >= 2 * shortest for ms in marks)
    if not long:
        return unit
    own = sum(marks) // (len(marks) + 2 * long)
    return min(max((unit + 3 * own) >> 2, SMALLEST_UNIT), LARGEST_UNIT)


def tapped_level(options: MorseLiveOptions) -> int:
    """The level of a tapped frame's dots and dashes."""
    return sum(options.level) // 2


def tapped_frame(
    options: MorseLiveOptions, unit: int, durations: Sequence[int]
) -> NDArray[np.int64]:
    """The frame of a letter, at the unit after it.

    Parameters
    ----------
    options
        What training frames look like.
    unit
        What `unit_after` gives, in ms.
    durations
        As for `unit_after`.

    Returns
    -------
    levels : int64 (64,)
        Values 0 to 15.
    """
    symbols = (options.dot[0], options.dash[1])
    frame: list[int] = []
    for element, ms in enumerate(durations[:MOST_ELEMENTS]):
        low, high = options.space if element % 2 else symbols
        length = (sum(options.dot) * min(ms, LONGEST) + unit) // (2 * unit)
        level = 0 if element % 2 else tapped_level(options)
        frame += [level] * min(max(length, low), high)
    frame += [0] * (FRAME - len(frame))
    return np.array(frame[:FRAME])
