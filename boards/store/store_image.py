"""What a data set is in a store's memory, word for word."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boards.store.input_plan import stored_features
from software_ref.coded_samples import encoded
from software_ref.core_plan import CorePlan
from software_ref.golden.samples import Progress
from software_ref.plan.store_layout import StoreLayout

__all__ = ["RoomError", "StoreImage", "store_image"]


class RoomError(ValueError):
    """The board's store has no room for the samples."""


@dataclass(frozen=True, kw_only=True, eq=False)
class StoreImage:
    """What a data set is in a store's memory: the index and, behind it, the samples.

    Where the memory can only be read, the orders of all epochs are before them.
    """

    first: int
    """First word."""
    words: NDArray[np.uint8]
    """The words: uint8 (words, bytes of a word)."""
    ends: NDArray[np.int64]
    """How many of them are before the end of each sample: int64 (n,)."""

    @property
    def crc(self) -> int:
        """CRC-32 of the words."""
        return zlib.crc32(self.words)

    @property
    def seal(self) -> int:
        """The number that a host seals a store with: its CRC, but never 0."""
        return self.crc or 1


def store_image(
    core: CorePlan,
    layout: StoreLayout,
    features: NDArray[np.integer],
    labels: NDArray[np.integer],
    progress: Progress | None = None,
    *,
    order: NDArray[np.integer] | None = None,
    remedy: str = "build it with more, or take fewer with --samples",
) -> StoreImage:
    """What samples are in the memory.

    Parameters
    ----------
    core
        The board's core.
    layout
        What is where in the memory.
    features
        Raw inputs in [0, 2**f]: integers (n, N_0), as for `stored_features`.
    labels
        Classes: integers (n,).
    progress
        Told how many samples were coded since the last call.
    order
        Numbers of samples at all places of the order, (places,); None: it is written by itself.
    remedy
        What to do where there is no room.

    Raises
    ------
    RoomError
        The store has no room for them.
    ValueError
        A feature or a label is out of range.
    """
    if len(labels) > layout.samples:
        raise RoomError(
            f"the board's store has room for {layout.samples} samples, "
            f"not for {len(labels)}: {remedy}"
        )
    coded = encoded(layout.code, stored_features(core, features), labels, progress)
    if len(coded.words) > layout.room:
        fit = int(np.searchsorted(np.cumsum(coded.lengths), layout.room, side="right"))
        raise RoomError(
            f"the board's store has room for {layout.room * layout.code.width // 8:,} bytes, "
            f"the first {fit} of these samples, not for the {coded.words.size:,} bytes of "
            f"{len(labels)}: {remedy}"
        )
    octets = layout.code.width // 8
    index = np.zeros((layout.index.words, octets), np.uint8)
    entries = layout.indexed(coded.lengths)
    index[: len(entries)] = entries
    tables, first = [index], layout.index.first
    if order is not None:
        tables, first = [layout.order.packed(order), index], layout.order.first
    before = sum(map(len, tables))
    return StoreImage(
        first=first,
        words=np.concatenate([*tables, coded.words]),
        ends=before + np.cumsum(coded.lengths),
    )
