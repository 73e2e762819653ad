"""`presparse host key` and `listen`: letters on a board's Morse key, and what it heard."""

from __future__ import annotations

import time

import numpy as np

from boards.host.board import POLL_SECONDS
from boards.host.messages import Heard
from boards.host.session import Session
from boards.host.tapping import classes_of, times_of, unit_of
from software_ref.console.output import table_lines
from software_ref.datasets.morse_codes import MORSE_CODES

__all__ = ["key", "listen"]

_SILENCE = 30.0
"""Seconds without a letter, of which none is under way, after which none is to come."""
_WPM = 10


def key(session: Session) -> int:
    """Tap a text, letter by letter, each once the board has named the one before."""
    arguments = session.arguments
    classes = classes_of(arguments.text)
    unit = unit_of(_WPM if arguments.wpm is None else arguments.wpm)
    irregular = (arguments.irregular or 0.0) / 100
    rng = np.random.default_rng(1)  # the same times for the same command
    header = ["tapped", "code", "heard", "unit ms"]
    widths = [[symbol, code, symbol, "1000"] for symbol, code in MORSE_CODES]
    lines = table_lines(header, widths, text=(0, 1, 2))
    print(lines[0], flush=True)
    heard = []
    for each in classes:
        symbol, code = MORSE_CODES[each]
        before = session.board.heard().letters
        session.board.tap(times_of(code, unit, irregular=irregular, rng=rng))
        found = _wait(session, before)
        heard.append(found.character)
        row = [symbol, code, _symbol(found), found.unit]
        print(table_lines(header, [*widths, row], text=(0, 1, 2))[-1], flush=True)
    right = sum(a == b for a, b in zip(classes, heard, strict=True))
    print(f"{right} of {len(classes)} letters heard as they were tapped")
    session.results |= {
        "tapped": [MORSE_CODES[each][0] for each in classes],
        "heard": [MORSE_CODES[each][0] for each in heard],
        "right": right,
    }
    return 0


def listen(session: Session) -> int:
    """Say every letter that somebody taps."""
    print("tap on the board's key; Ctrl-C ends it", flush=True)
    said, letters = "", session.board.heard().letters
    try:
        while True:
            found = session.board.heard()
            if found.letters != letters:
                letters = found.letters
                said += _symbol(found)
                print(_symbol(found), end=" ", flush=True)
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        session.board.link.forget()
        print()
    session.results["heard"] = said
    return 0


def _wait(session: Session, before: int) -> Heard:
    """The next letter that the board names."""
    still = time.monotonic()
    while True:
        found = session.board.heard()
        if found.letters != before:
            return found
        if found.flags:
            still = time.monotonic()
        if time.monotonic() - still > _SILENCE:
            raise ValueError(f"the board named no letter within {_SILENCE:g} seconds")
        time.sleep(POLL_SECONDS)


def _symbol(heard: Heard) -> str:
    """The symbol of a class; a class without one in brackets."""
    number = heard.character
    return MORSE_CODES[number][0] if number < len(MORSE_CODES) else f"[{number}]"
