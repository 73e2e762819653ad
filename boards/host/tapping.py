"""Letters as times of a Morse key."""

from __future__ import annotations

import numpy as np

from software_ref.datasets.morse_codes import MORSE_CODES

__all__ = ["LARGEST_TIME", "classes_of", "times_of", "unit_of"]

_UNITS_A_MINUTE_AND_WORD = 50
_DASH = 3
LARGEST_TIME = 0xFFFF


def classes_of(text: str) -> list[int]:
    """Classes of a text's characters, without its spaces; small letters are taken for capitals.

    Raises
    ------
    ValueError
        A character has no code, or there is none.
    """
    places: dict[str, int] = {}
    for place, (symbol, _) in enumerate(MORSE_CODES):
        places.setdefault(symbol, place)
    letters = text.upper().split()
    unknown = [c for c in "".join(letters) if c not in places]
    if unknown or not letters:
        known = "".join(symbol for symbol in places if len(symbol) == 1)
        raise ValueError(
            f"--text must consist of {known} and spaces, not {text!r}"
            + (f", which has {unknown[0]!r}" if unknown else "")
        )
    return [places[c] for c in "".join(letters)]


def unit_of(wpm: int) -> float:
    """Milliseconds of a unit at so many words a minute."""
    return 60_000 / (_UNITS_A_MINUTE_AND_WORD * wpm)


def times_of(
    code: str, unit: float, *, irregular: float = 0.0, rng: np.random.Generator | None = None
) -> list[int]:
    """Milliseconds that the key is down, up, down ... for a code of dots and dashes.

    Parameters
    ----------
    code
        The code.
    unit
        Milliseconds of a dot, or of the space between two symbols.
    irregular
        Each time is drawn from this share below to this share above its length; 0 to below 1.
    rng
        Draws them.
    """
    lengths = [each for symbol in code for each in (1 if symbol == "." else _DASH, 1)][:-1]
    rng = np.random.default_rng() if rng is None else rng
    factors = 1 + irregular * rng.uniform(-1, 1, len(lengths))
    times = np.round(np.array(lengths) * unit * factors).astype(int)
    return [min(max(int(time), 1), LARGEST_TIME) for time in times]
