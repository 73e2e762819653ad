"""The knobs of the Morse frames that a board makes itself, and how one is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from software_ref.datasets.morse_codes import MORSE_CODES

__all__ = [
    "CODE_SYMBOLS",
    "FRAME",
    "LARGEST_LEVEL",
    "LEVEL_BITS",
    "NUMBER_BITS",
    "SEED_BITS",
    "MorseLiveOptions",
    "morse_live_options",
]

FRAME = 64
"""Values of a frame."""
LEVEL_BITS = 4
"""Bits of a value: v stands for v / 2**LEVEL_BITS."""
LARGEST_LEVEL = (1 << LEVEL_BITS) - 1
"""The largest value."""
NUMBER_BITS = 20
"""Bits of a frame's number under its seed."""
SEED_BITS = 12
"""Bits of a seed."""
CODE_SYMBOLS = max(len(code) for _, code in MORSE_CODES)
"""Dots and dashes of the longest code."""
_LARGEST_LENGTH = 15
_LARGEST_NOISE = 3


@dataclass(frozen=True, kw_only=True)
class MorseLiveOptions:
    """What the frames look like and how many there are.

    Raises
    ------
    TypeError
        A field has the wrong type.
    ValueError
        A field is out of range, or some code does not fit the frame at its longest.
    """

    seed: int = 1
    """Seed of the training frames, 0 to 4095."""

    test_seed: int = 2
    """Seed of the test frames, 0 to 4095 and another one: no frame is under both."""

    train_frames: int = 51_200
    """Training frames, 1 to 2**20."""

    test_frames: int = 6_400
    """Test frames, 0 to 2**20."""

    dot: tuple[int, int] = (1, 2)
    """Shortest and longest dot, in values, 1 to 15."""

    dash: tuple[int, int] = (4, 5)
    """Shortest and longest dash."""

    space: tuple[int, int] = (1, 1)
    """Shortest and longest space between the symbols of a code."""

    offset: int = 1
    """Values before the code, at most; 0 to 15."""

    level: tuple[int, int] = (10, 14)
    """Smallest and largest level of a frame's dots and dashes, 1 to 15."""

    noise: int = 1
    """Factor on the noise, 0 to 3; at 1 its standard deviation is 1.4 levels."""

    def __post_init__(self) -> None:
        most = 1 << NUMBER_BITS
        for name, low, high in (
            ("seed", 0, (1 << SEED_BITS) - 1),
            ("test_seed", 0, (1 << SEED_BITS) - 1),
            ("train_frames", 1, most),
            ("test_frames", 0, most),
            ("offset", 0, _LARGEST_LENGTH),
            ("noise", 0, _LARGEST_NOISE),
        ):
            _check_integer(name, getattr(self, name), low, high)
        if self.seed == self.test_seed:
            raise ValueError(
                f"test_seed must be another one than seed, not {self.test_seed}: the test frames "
                "would be the training frames"
            )
        for name, high in (
            *((name, _LARGEST_LENGTH) for name in ("dot", "dash", "space")),
            ("level", LARGEST_LEVEL),
        ):
            _check_pair(name, getattr(self, name), high)
        longest, symbol, code = max(
            (sum(high for _, high in self.element_ranges(code)), symbol, code)
            for symbol, code in MORSE_CODES
        )
        if self.offset + longest > FRAME:
            raise ValueError(
                f"offset, dot, dash and space must fit the longest code, {symbol} ({code}), into "
                f"{FRAME} values, not take {self.offset} + {longest}"
            )

    def element_ranges(self, code: str) -> list[tuple[int, int]]:
        """(shortest, longest) length of each element of `code`: symbol, space, symbol..."""
        ranges: list[tuple[int, int]] = []
        for symbol in code:
            ranges += [self.dot if symbol == "." else self.dash, self.space]
        return ranges[:-1]


def morse_live_options(**options: object) -> MorseLiveOptions:
    """The options as TOML gives them, where a pair is a list; errors as MorseLiveOptions."""
    given: Mapping[str, object] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in options.items()
    }
    return MorseLiveOptions(**given)  # type: ignore[arg-type]


def _check_integer(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an integer, not {type(value).__name__}")
    if not low <= value <= high:
        raise ValueError(f"{name} must lie in {low} to {high}, not {value}")


def _check_pair(name: str, value: object, largest: int) -> None:
    if not isinstance(value, tuple) or len(value) != 2:
        raise TypeError(f"{name} must be a pair (smallest, largest), not {value!r}")
    for each in value:
        if isinstance(each, bool) or not isinstance(each, int):
            raise TypeError(f"{name} must hold two integers, not {value!r}")
    if not 1 <= value[0] <= value[1] <= largest:
        raise ValueError(f"{name} must have 1 <= smallest <= largest <= {largest}, not {value!r}")
