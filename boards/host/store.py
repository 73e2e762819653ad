"""The host's side of a board's store: samples, the order to take them in, and the seal."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from boards.host.link import Link, LinkError
from boards.link.commands import Command
from boards.link.framing import MAX_PAYLOAD
from boards.link.payloads import SEAL, STORE_RANGE
from boards.store.store_image import RoomError, StoreImage, store_image
from software_ref.core_plan import CorePlan
from software_ref.golden.samples import Progress
from software_ref.plan.store_layout import StoreLayout

__all__ = ["RoomError", "Store", "StoreImage"]

_BLOCK_BYTES = 1 << 16
"""Bytes whose CRC decides whether they are sent."""


class Store:
    """The store of a board.

    Parameters
    ----------
    link
        The line to the board.
    layout
        What is where in the store's memory.
    core
        The board's core.
    checksum
        Asks the board for the CRC-32 of so many words of the memory, from a first one on.
    read_only
        Whether the memory can only be read.
    """

    def __init__(
        self,
        link: Link,
        layout: StoreLayout,
        core: CorePlan,
        checksum: Callable[[int, int], int],
        *,
        read_only: bool = False,
    ):
        self._link = link
        self._core = core
        self._checksum = checksum
        self.layout = layout
        """What is where in its memory."""
        self.read_only = read_only
        """Whether its memory can only be read."""

    def image(
        self,
        features: NDArray[np.integer],
        labels: NDArray[np.integer],
        progress: Progress | None = None,
    ) -> StoreImage:
        """What samples are in the memory.

        Parameters
        ----------
        features
            Raw inputs in [0, 2**f]: integers (n, N_0), as for `stored_features`.
        labels
            Classes: integers (n,).
        progress
            Told how many samples were coded since the last call.

        Raises
        ------
        RoomError
            The store has no room for them.
        ValueError
            A feature or a label is out of range.
        """
        return store_image(self._core, self.layout, features, labels, progress)

    def fill(self, features: NDArray[np.integer], labels: NDArray[np.integer]) -> None:
        """Write samples to the store from its beginning on, and take its seal off.

        Raises
        ------
        RoomError, ValueError
            As for `image`.
        """
        layout, image = self.layout, self.image(features, labels)
        used = layout.index.packed(np.zeros(len(labels), np.int64))
        self._write(Command.WRITE_STORE, image.first, image.words[: len(used)])
        self._write(Command.WRITE_STORE, layout.first, image.words[layout.index.words :])

    def upload(self, image: StoreImage, progress: Progress | None = None) -> bool:
        """Bring a data set into the store, and seal it; what is there already is not sent.

        So an upload that was broken off goes on from there, and what has changed in the memory
        since is put right.

        Parameters
        ----------
        image
            The data set.
        progress
            Told how many samples are there, since the last call.

        Returns
        -------
        Whether anything had to be sent.

        Raises
        ------
        LinkError
            The memory does not keep what is written, or can only be read and holds other words.
        """
        sent, told = False, 0
        step = max(_BLOCK_BYTES // image.words.shape[1], 1)
        for begin in range(0, len(image.words), step):
            block = image.words[begin : begin + step]
            if self._checksum(image.first + begin, len(block)) != zlib.crc32(block):
                sent = True
                self._write(Command.WRITE_STORE, image.first + begin, block)
            there = int(np.searchsorted(image.ends, begin + len(block), side="right"))
            if progress is not None:
                progress(there - told)
            told = there
        found = self._checksum(image.first, len(image.words))
        if found != image.crc:
            raise LinkError(
                f"the store must keep what is written, but its CRC is {found:08x}, not "
                f"{image.crc:08x}: its memory is damaged, or too fast"
            )
        self.seal(image.seal)
        return sent

    def write_order(self, order: NDArray[np.integer]) -> None:
        """Write the order in which training samples are taken: numbers of samples (n,)."""
        table = self.layout.order
        self._write(Command.WRITE_ORDER, table.first, table.packed(order))

    def seal(self, number: int) -> None:
        """Seal the store with a number, 1 to 2**32 - 1, that says what is in it."""
        self._link.call(Command.SEAL_STORE, SEAL.pack(seal=number))

    def _write(self, command: Command, first: int, words: NDArray[np.uint8]) -> None:
        if self.read_only:
            raise LinkError(
                "the board's memory can only be read, and must hold this data set with its epochs, "
                "but it does not: program the .store.bin that `presparse build` writes for them"
            )
        for place, part in _portions(words):
            head = STORE_RANGE.pack(first=first + place, count=len(part))
            self._link.call(command, head + part.tobytes())


def _portions(words: NDArray[np.uint8]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Places and words, as many at a time as a frame takes."""
    most = (MAX_PAYLOAD - STORE_RANGE.size) // words.shape[1]
    for place in range(0, len(words), most):
        yield place, words[place : place + most]
