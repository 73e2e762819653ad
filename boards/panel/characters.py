"""Characters on seven segments and on lamps: the symbols of the Morse classes."""

from __future__ import annotations

from boards.panel.display import segments_of

__all__ = ["POINT", "character_code", "character_segments"]

POINT = 0x80
"""The point's segment."""
_LETTERS = {
    **{"A": "abcefg", "B": "cdefg", "C": "adef", "D": "bcdeg", "E": "adefg", "F": "aefg"},
    **{"G": "acdef", "H": "bcefg", "I": "ef", "J": "bcde", "K": "acefg", "L": "def"},
    **{"M": "ace", "N": "ceg", "O": "cdeg", "P": "abefg", "Q": "abcfg", "R": "eg"},
    **{"S": "acdf", "T": "defg", "U": "bcdef", "V": "cde", "W": "bdf", "X": "bceg"},
    **{"Y": "bcdfg", "Z": "abde"},
}
"""Segments of the letters; S and Z lack the bar of 5 and 2."""
_SIGNS = {
    **{".": "", ",": "c", "?": "abeg", "'": "f", "!": "b", "/": "beg", "(": "ade", ")": "abcd"},
    **{":": "ad", ";": "cd", "=": "dg", "+": "bcg", "-": "g", "_": "d", '"': "bf", "@": "abdeg"},
    "CH": "cefg",
}
"""Segments of the signs, which have the point as well, and of CH: C with a cedilla is C."""


def character_segments(symbol: str) -> int:
    """The segments that show a class's symbol, a in bit 0: accented letters and signs have the
    point, letters and digits have not.
    """
    if symbol.isdigit():
        return segments_of(int(symbol))
    if symbol in _SIGNS:
        return _pattern(_SIGNS[symbol]) | POINT
    return _pattern(_LETTERS[symbol[0]]) | (POINT if len(symbol) > 1 else 0)


def _pattern(segments: str) -> int:
    return sum(1 << "abcdefg".index(segment) for segment in segments)


def character_code(symbol: str) -> int:
    """A symbol in eight lamps: ASCII of its first character, and 128 for an accented letter."""
    return ord(symbol[0]) | (128 if len(symbol) > 1 else 0)
