"""The 61 phones that TIMIT is labelled with, and the 39 classes that results are given for."""

from __future__ import annotations

__all__ = ["CLASSES", "PHONE_CLASS"]

# A class with the phones that are folded into it; the phone q, a glottal stop, is left out.
_FOLDED = (
    "aa: aa ao | ae | ah: ah ax ax-h | aw | ay | b | ch | d | dh | dx | eh | er: er axr | ey | f | "
    "g | hh: hh hv | ih: ih ix | iy | jh | k | l: l el | m: m em | n: n en nx | ng: ng eng | ow | "
    "oy | p | r | s | sh: sh zh | sil: pcl tcl kcl bcl dcl gcl h# pau epi | t | th | uh | "
    "uw: uw ux | v | w | y | z"
)


def _classes() -> dict[str, list[str]]:
    entries = (entry.partition(":") for entry in _FOLDED.split("|"))
    return {name.strip(): (phones or name).split() for name, _, phones in entries}


CLASSES: tuple[str, ...] = tuple(_classes())
"""Names of the 39 classes, in the order of their labels (alphabetical).

Source: K.-F. Lee and H.-W. Hon, "Speaker-Independent Phone Recognition Using Hidden Markov Models",
IEEE Trans. ASSP 37, 1989.
"""

PHONE_CLASS: dict[str, int | None] = {
    phone: label for label, phones in enumerate(_classes().values()) for phone in phones
} | {"q": None}
"""Label of each of the 61 phones; None for q, which belongs to no class."""
