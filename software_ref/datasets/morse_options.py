"""The knobs of the Morse code frames, and how long the elements of a code may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from software_ref.datasets.morse_codes import MORSE_CODES

__all__ = ["MorseOptions", "Style"]

Style = Literal["gray", "black_and_white"]

_STYLES: tuple[Style, ...] = ("gray", "black_and_white")

_MAX_INTENSITY = 1_000_000
"""Far above any use, and far below the numbers whose noise overflows a float."""

_MAX_VALUES = 1 << 32
"""Largest number of values in a split, 16 GiB: more is a slip of the hand."""


@dataclass(frozen=True, kw_only=True)
class MorseOptions:
    """What the frames look like and how many there are; the defaults are the baseline data set.

    Raises
    ------
    TypeError
        A field has the wrong type.
    ValueError
        A field is out of range, or the frame is too short for a code at its shortest lengths.
    """

    frame: int = 64
    """Values in a frame before dilation, at least the shortest length of every code."""

    dot: tuple[int, int] = (1, 3)
    """Shortest and longest dot, in values before dilation, at least 1."""

    dash: tuple[int, int] = (4, 9)
    """Shortest and longest dash; may overlap `dot`: (3, 9) makes the two hard to tell apart."""

    space: tuple[int, int] = (1, 3)
    """Shortest and longest space between the symbols of a code, at least 1."""

    levels: float = 16
    """Largest intensity; features are intensity / levels. Above 0."""

    symbol_mean: float = 12
    """Mean intensity of dots and dashes, 0 to `levels`; unused when black and white."""

    symbol_sd: float = 1.34
    """Standard deviation of that intensity, at least 0; unused when black and white."""

    noise_sigma: float = 0
    """Standard deviation of the noise on the whole frame, in units of intensity, at least 0."""

    leading_spaces: bool = False
    """False: codes start at value 0. True: the start is uniform over all places that fit."""

    dilation: int = 1
    """Factor on the frame and on both ends of the length ranges: 4 gives 256 values and dots of
    4 to 12, drawn anew from that range (so not each value repeated 4 times). At least 1."""

    style: Style = "gray"
    """"gray", or "black_and_white": symbols have full intensity `levels`, so that a frame is all
    zeros and ones until noise, the same as for gray, is added."""

    train_per_class: int = 5000
    """Training samples of each class, at least 1."""

    validation_per_class: int = 1000
    """Validation samples of each class, at least 0."""

    test_per_class: int = 1000
    """Test samples of each class, at least 0."""

    seed: int = 1
    """Seed of everything random, at least 0."""

    def __post_init__(self) -> None:
        for name in ("dot", "dash", "space"):
            _check_lengths(name, getattr(self, name))
        for name, least in (
            ("frame", 1),
            ("dilation", 1),
            ("train_per_class", 1),
            ("validation_per_class", 0),
            ("test_per_class", 0),
            ("seed", 0),
        ):
            _check_count(name, getattr(self, name), least)
        for name in ("levels", "symbol_mean", "symbol_sd", "noise_sigma"):
            _check_real(name, getattr(self, name))
        if self.levels <= 0:
            raise ValueError(f"levels must be above 0, not {self.levels!r}")
        if self.symbol_mean > self.levels:
            raise ValueError(
                f"symbol_mean must lie in 0 to levels = {self.levels!r}, not {self.symbol_mean!r}"
            )
        if not isinstance(self.leading_spaces, bool):
            raise TypeError(
                f"leading_spaces must be true or false, not {type(self.leading_spaces).__name__}"
            )
        if not isinstance(self.style, str):
            raise TypeError(f"style must be a string, not {type(self.style).__name__}")
        if self.style not in _STYLES:
            raise ValueError(f"style must be one of {', '.join(_STYLES)}, not {self.style!r}")
        # Codeword and frame dilate alike, so that the comparison holds for any dilation.
        least, symbol, code = max(
            (sum(low for low, _ in self.element_ranges(code)) // self.dilation, symbol, code)
            for symbol, code in MORSE_CODES
        )
        if self.frame < least:
            raise ValueError(
                f"frame must be at least {least}, the shortest length of {symbol} ({code}), "
                f"not {self.frame}"
            )
        per_class = max(self.train_per_class, self.validation_per_class, self.test_per_class)
        values = len(MORSE_CODES) * per_class * self.features
        if values > _MAX_VALUES:
            raise ValueError(
                f"a split must hold at most {_MAX_VALUES} values, not {values} = "
                f"{len(MORSE_CODES)} classes x {per_class} samples x {self.features} features"
            )

    @property
    def features(self) -> int:
        """Values in a frame after dilation: the features of a sample."""
        return self.frame * self.dilation

    def element_ranges(self, code: str) -> list[tuple[int, int]]:
        """Dilated (shortest, longest) length of each element of `code`: symbol, space, symbol..."""
        ranges: list[tuple[int, int]] = []
        for symbol in code:
            ranges += [self.dot if symbol == "." else self.dash, self.space]
        return [(low * self.dilation, high * self.dilation) for low, high in ranges[:-1]]


def _check_count(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an integer, not {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")


def _check_real(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    if not 0 <= value <= _MAX_INTENSITY:
        raise ValueError(f"{name} must lie in 0 to {_MAX_INTENSITY}, not {value!r}")


def _check_lengths(name: str, value: object) -> None:
    if not isinstance(value, tuple) or len(value) != 2:
        raise TypeError(f"{name} must be a pair (shortest, longest), not {value!r}")
    for length in value:
        if isinstance(length, bool) or not isinstance(length, int):
            raise TypeError(f"{name} must hold two integers, not {value!r}")
    if not 1 <= value[0] <= value[1]:
        raise ValueError(f"{name} must have 1 <= shortest <= longest, not {value!r}")
