"""The host's side of a board's store: samples, the order to take them in, and the seal."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from boards.host.link import Link
from boards.link.commands import Command
from boards.link.framing import MAX_PAYLOAD
from boards.link.payloads import SEAL, STORE_RANGE
from boards.store.input_plan import input_plan, stored_beats
from software_ref.core_plan import CorePlan
from software_ref.golden.samples import Progress, check_features
from software_ref.plan.beats import beats, narrowed
from software_ref.plan.payload import bits_for, bytes_of

__all__ = ["Store", "store_seal"]


class Store:
    """The store of a board.

    Parameters
    ----------
    link
        The line to the board.
    core
        The board's core.
    samples
        Samples that the store has room for.
    """

    def __init__(self, link: Link, core: CorePlan, samples: int):
        self._link = link
        self._core = core
        self._samples = samples

    def fill(
        self,
        features: NDArray[np.integer],
        labels: NDArray[np.integer],
        *,
        first: int = 0,
        progress: Progress | None = None,
    ) -> None:
        """Write samples to the store, and take its seal off.

        Parameters
        ----------
        features
            Raw inputs in [0, 2**f]: integers (n, N_0), rounded where activations are narrower.
            Of inputs that one feature feeds, the first is stored.
        labels
            Classes: integers (n,).
        first
            Where the first one goes.
        progress
            Told how many samples were written since the last call.

        Raises
        ------
        ValueError
            The store has no room for them, or a feature is out of range.
        """
        self.check_room(first + len(labels))
        each = stored_beats(self._core)
        words = self._beats(features)
        written = 0
        self._write(Command.WRITE_LABELS, first, _words(labels, bytes_of(self._label_bits)))
        for place, part in _portions(words):
            self._write(Command.WRITE_FEATURES, first * each + place, part)
            whole = (place + len(part)) // each
            if progress is not None:
                progress(whole - written)
            written = whole

    def check_room(self, samples: int) -> None:
        """Raise ValueError where the store has no room for so many samples."""
        if samples > self._samples:
            raise ValueError(
                f"the board's store has room for {self._samples} samples, "
                f"not for {samples}: build it with more, or take fewer with --samples"
            )

    def write_order(self, order: NDArray[np.integer]) -> None:
        """Write the order in which training samples are taken: numbers of samples (n,)."""
        bits = bits_for(self._samples - 1)
        self._write(Command.WRITE_ORDER, 0, _words(order, bytes_of(bits)))

    def seal(self, number: int) -> None:
        """Seal the store with a number, 1 to 2**32 - 1, that says what is in it."""
        self._link.call(Command.SEAL_STORE, SEAL.pack(seal=number))

    def _write(self, command: Command, first: int, words: NDArray[np.uint8]) -> None:
        for place, part in _portions(words):
            head = STORE_RANGE.pack(first=first + place, count=len(part))
            self._link.call(command, head + part.tobytes())

    @property
    def _label_bits(self) -> int:
        return self._core.ports.label_width

    def _beats(self, features: NDArray[np.integer]) -> NDArray[np.uint8]:
        """Beats as the store has them: uint8 (beats in all, bytes of a beat)."""
        ports, network, plan = self._core.ports, self._core.network, input_plan(self._core)
        inputs = narrowed(network, check_features(network, features))
        return beats(
            inputs if plan is None else inputs[:, plan.columns],
            beat_features=ports.beat_features,
            feature_width=ports.feature_width,
        )


def store_seal(features: NDArray[np.integer], labels: NDArray[np.integer]) -> int:
    """The number that a host seals a store with: 32 bits that tell data sets apart, never 0."""
    text = np.asarray(features, "<i8").tobytes() + np.asarray(labels, "<i8").tobytes()
    return zlib.crc32(text) or 1


def _words(values: NDArray[np.integer], size: int) -> NDArray[np.uint8]:
    """Numbers as `size` bytes each, lowest first: uint8 (n, size)."""
    return np.asarray(values, "<u4").reshape(-1, 1).view(np.uint8)[:, :size]


def _portions(words: NDArray[np.uint8]) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Places and words, as many at a time as a frame takes."""
    most = (MAX_PAYLOAD - STORE_RANGE.size) // words.shape[1]
    for place in range(0, len(words), most):
        yield place, np.ascontiguousarray(words[place : place + most])
