"""The 64 Morse classes: letters, digits, punctuation, and accented or joined letters."""

from __future__ import annotations

__all__ = ["MORSE_CODES"]

_LETTERS = (
    "A .- B -... C -.-. D -.. E . F ..-. G --. H .... I .. J .--- K -.- L .-.. M -- N -. O --- "
    "P .--. Q --.- R .-. S ... T - U ..- V ...- W .-- X -..- Y -.-- Z --.."
)
_DIGITS = "0 ----- 1 .---- 2 ..--- 3 ...-- 4 ....- 5 ..... 6 -.... 7 --... 8 ---.. 9 ----."
_PUNCTUATION = (
    ". .-.-.- , --..-- ? ..--.. ' .----. ! -.-.-- / -..-. ( -.--. ) -.--.- "
    ': ---... ; -.-.-. = -...- + .-.-. - -....- _ ..--.- " .-..-. @ .--.-.'
)
# A letter with its mark: J^ is a J with a circumflex, U.. a U with a diaeresis, D- the Icelandic
# eth, C, a C with a cedilla. H^ has the code of the opening bracket, so that no classifier can
# tell those two classes apart.
_ACCENTED = (
    "J^ .---. H^ -.--. N~ --.-- CH ---- G^ --.-. C, -.-.. U.. ..-- D- ..--. O.. ---. S^ ...-. "
    "A.. .-.- E` ..-.."
)


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    words = text.split()
    return tuple(zip(words[::2], words[1::2], strict=True))


MORSE_CODES: tuple[tuple[str, str], ...] = _pairs(
    " ".join((_LETTERS, _DIGITS, _PUNCTUATION, _ACCENTED))
)
"""(symbol, code) of each class in label order; a code is a string of ``.`` and ``-``.

Source: the international Morse code (ITU-R M.1677-1) for letters, digits and most punctuation.
"""
