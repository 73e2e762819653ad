"""Where a sample store keeps what in its memory: the order, the index, then the samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from software_ref.plan.payload import bits_for
from software_ref.plan.sample_code import SampleCode

__all__ = ["StoreLayout", "Table"]

_MOST_LANES = 16
"""Entries of a word at most: more would take long to choose from."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Numbers in memory: several to a word, or a power of two of words to each."""

    first: int
    """First word."""
    entries: int
    """How many."""
    entry_bits: int
    """Bits of each."""
    width: int
    """Bits of a word."""

    @property
    def lanes(self) -> int:
        """Entries of a word, a power of two; the first one is lowest."""
        fit = min(max(self.width // self.entry_bits, 1), _MOST_LANES)
        return 1 << fit.bit_length() - 1

    @property
    def entry_words(self) -> int:
        """Words of an entry, a power of two; the first one is lowest."""
        return 1 << (-(-self.entry_bits // self.width) - 1).bit_length()

    @property
    def words(self) -> int:
        """Words of all entries."""
        return -(-self.entries // self.lanes) * self.entry_words

    @property
    def end(self) -> int:
        """The word after the last one."""
        return self.first + self.words

    def packed(self, numbers: NDArray[np.integer]) -> NDArray[np.uint8]:
        """The words of the first entries: uint8 (words, bytes of a word)."""
        rows = -(-len(numbers) // self.lanes)
        entries = np.zeros(rows * self.lanes, "<u8")
        entries[: len(numbers)] = numbers
        bits = np.unpackbits(entries.view(np.uint8).reshape(-1, 8), axis=1, bitorder="little")
        lanes = bits[:, : self.entry_bits].reshape(rows, -1)
        words = np.zeros((rows, self.entry_words * self.width), np.uint8)
        words[:, : lanes.shape[1]] = lanes
        return np.packbits(words, axis=1, bitorder="little").reshape(-1, self.width // 8)


@dataclass(frozen=True, kw_only=True)
class StoreLayout:
    """The memory of a sample store.

    Raises
    ------
    ValueError
        The memory is too small for its tables and a sample without any 0.
    """

    code: SampleCode
    """The code of the samples."""
    words: int
    """Words of the memory, each of `code.width` bits."""
    samples: int
    """Samples at most: entries of the index, and of the order where `places` says nothing."""
    places: int | None = None
    """Entries of the order: those of several epochs one after another; None: `samples`."""
    head: int = 0
    """Words before the order."""

    def __post_init__(self) -> None:
        for name, least in {"samples": 1, "places": 1, "head": 0}.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name} must be at least {least}, not {value}")
        least = self.first + self.code.most_words
        if self.words < least:
            raise ValueError(
                f"the store's memory must have {least} words for {self.samples} samples, "
                f"not {self.words}"
            )

    @classmethod
    def for_any(cls, code: SampleCode, samples: int) -> StoreLayout:
        """A memory that has room for so many samples, whatever they hold."""
        words, wanted = 1, code.most_words * samples + 2 * samples
        while words < wanted:  # its tables take more where its addresses do
            words = wanted
            layout = cls(code=code, words=words, samples=samples)
            wanted = layout.first + code.most_words * samples
        return cls(code=code, words=wanted, samples=samples)

    @property
    def sample_bits(self) -> int:
        """Bits of a sample's number."""
        return bits_for(self.samples - 1)

    @property
    def place_bits(self) -> int:
        """Bits of a place of the order, or of a sample's number."""
        return bits_for(max(self.order.entries, self.samples) - 1)

    @property
    def address_bits(self) -> int:
        """Bits of a word's address."""
        return bits_for(self.words - 1)

    @property
    def length_bits(self) -> int:
        """Bits of a sample's number of words."""
        return bits_for(self.code.most_words)

    @cached_property
    def order(self) -> Table:
        """Of each place in an order the sample's number."""
        return Table(
            first=self.head,
            entries=self.samples if self.places is None else self.places,
            entry_bits=self.sample_bits,
            width=self.code.width,
        )

    @cached_property
    def index(self) -> Table:
        """Of each sample its first word's address and, above it, its number of words."""
        return Table(
            first=self.order.end,
            entries=self.samples,
            entry_bits=self.address_bits + self.length_bits,
            width=self.code.width,
        )

    @property
    def first(self) -> int:
        """First word of the samples."""
        return self.index.end

    @property
    def room(self) -> int:
        """Words for samples."""
        return self.words - self.first

    def indexed(self, lengths: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The words of the index of samples one after another, of so many words each."""
        addresses = self.first + np.cumsum(lengths) - lengths
        return self.index.packed(addresses | lengths << self.address_bits)
