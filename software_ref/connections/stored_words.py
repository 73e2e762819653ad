"""A free pattern's words in the order in which hardware stores and addresses them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from software_ref.connections.clash_free import ClashFreePattern

__all__ = ["stored_words", "with_stored_words"]


def stored_words(pattern: ClashFreePattern) -> NDArray[np.int64]:
    """The word of memory v in row s D + c at place (s D + c) z + v: int64 (W,)."""
    return pattern.words.transpose(0, 2, 1).reshape(-1)


def with_stored_words(pattern: ClashFreePattern, words: NDArray[np.integer]) -> ClashFreePattern:
    """The pattern of other words, int (W,) as `stored_words` has them, in the same memories.

    Raises
    ------
    ValueError
        They are no clash-free pattern, as the class says.
    """
    sweeps, memories, depth = pattern.words.shape
    by_row = words.astype(np.int64).reshape(sweeps, depth, memories)
    return replace(pattern, words=np.ascontiguousarray(by_row.transpose(0, 2, 1)))
