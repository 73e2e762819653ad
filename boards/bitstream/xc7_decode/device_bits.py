"""The bits of a configured device, asked for by tile and feature; and those that nothing explains.

A frame's word 50 has 13 bits of an error-correcting code over the frame.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from boards.bitstream.xc7_decode.database import Database, Feature, Segment, Tile
from boards.bitstream.xc7_decode.packets import Configuration
from boards.bitstream.xc7_decode.part import FRAME_WORDS

__all__ = ["DeviceBits", "UnknownBit", "error_code"]

_FRAME_BITS = FRAME_WORDS * 32
_CODE_WORD, _CODE_BITS = 50, 13


@dataclass(frozen=True, order=True, kw_only=True)
class UnknownBit:
    """A bit that is 1 and belongs to no feature."""

    tile: str
    """The tile it lies in; empty where it lies in none."""
    frame: int
    """Address of its frame."""
    word: int
    """Its word."""
    bit: int
    """Its bit in the word."""


@dataclass(frozen=True)
class DeviceBits:
    """A decoded bitstream with the database that explains it."""

    configuration: Configuration
    """Its frames."""
    database: Database
    """Tiles and features."""

    @cached_property
    def _offsets(self) -> dict[tuple[str, str, str, int], NDArray[np.int64]]:
        return {}

    @cached_property
    def bits(self) -> NDArray[np.bool_]:
        """Every bit: bool (frames * 101 * 32,), bit 0 of a word first."""
        raw = self.configuration.frames.astype("<u4").view(np.uint8)
        return np.unpackbits(raw, bitorder="little").astype(bool).ravel()

    def has(self, tile: str, feature: str) -> bool:
        """Whether a tile has a feature.

        Raises
        ------
        ValueError
            The database knows no such tile or feature.
        """
        segment, found = self._feature(tile, feature)
        base = self._base(segment)
        return all(self._bit(base, bit) for bit in found.set) and not any(
            self._bit(base, bit) for bit in found.clear
        )

    def knows(self, tile: str, feature: str) -> bool:
        """Whether the database has a feature for a tile."""
        return any(feature in features for _, features in self._all_features(self._tile(tile)))

    def number(self, tile: str, feature: str, bits: int) -> int:
        """The number in a feature's bits [0], [1] and so on."""
        return sum(self.has(tile, f"{feature}[{n}]") << n for n in range(bits))

    def vector(self, tile: str, feature: str, bits: int) -> NDArray[np.bool_]:
        """A feature's bits [0], [1] and so on, each of one bit: bool (bits,)."""
        taken: NDArray[np.bool_] = self.bits[self.places(tile, feature, bits)]
        return taken

    def places(self, tile: str, feature: str, bits: int) -> NDArray[np.int64]:
        """Indices in `bits` of a feature's bits [0], [1] and so on: int64 (bits,).

        Raises
        ------
        ValueError
            The database knows no such tile or feature, or one of them has not one bit.
        """
        here = self._tile(tile)
        segment, _ = self._feature(tile, f"{feature}[0]")
        kind = segment.alias_type or here.type
        key = (kind, segment.bus, feature, bits)
        if key not in self._offsets:
            features = self.database.features(kind, segment.bus)
            found = [features.get(f"{feature}[{n}]", Feature()).set for n in range(bits)]
            if any(len(each) != 1 for each in found):
                raise ValueError(f"database must have {feature}[0] to [{bits - 1}] of {kind}")
            offsets = [frame * _FRAME_BITS + bit for ((frame, bit),) in found]
            self._offsets[key] = np.array(offsets, np.int64)
        return self._base(segment) + self._offsets[key]

    def matching(self, tile: str, prefix: str) -> list[str]:
        """Features of a tile that begin with some words and are there with a bit that is 1."""
        found = []
        for segment, features in self._all_features(self._tile(tile)):
            base = self._base(segment)
            found += [
                name
                for name, feature in features.items()
                if name.startswith(prefix)
                and feature.set
                and all(self._bit(base, bit) for bit in feature.set)
                and not any(self._bit(base, bit) for bit in feature.clear)
            ]
        return found

    def wrong_codes(self) -> list[int]:
        """Addresses of the frames whose error-correcting code is not that of their bits."""
        frames = self.configuration.frames
        stored = frames[:, _CODE_WORD] & ((1 << _CODE_BITS) - 1)
        wrong = np.flatnonzero(stored != error_code(frames))
        return [self.database.part.addresses[place] for place in wrong]

    def unknown(self) -> list[UnknownBit]:
        """Every bit that is 1 and belongs to no feature that is there, in order.

        Bits of the error-correcting codes are none: see `wrong_codes`.
        """
        known = np.zeros_like(self.bits)
        alike: dict[tuple[str, str, int, int], list[Segment]] = defaultdict(list)
        for tile in self.database.tiles.values():
            for segment in tile.segments:
                kind = segment.alias_type or tile.type
                alike[kind, segment.bus, segment.alias_offset, segment.words].append(segment)
        for (kind, bus, alias_offset, length), segments in alike.items():
            features = _inside(self.database.features(kind, bus), alias_offset, length)
            self._explain(known, features, segments)
        return self.bits_beside(known)

    def bits_beside(self, known: NDArray[np.bool_]) -> list[UnknownBit]:
        """Every bit that is 1 and not among some, in order, but for error-correcting codes.

        Parameters
        ----------
        known
            A mask of `bits`.
        """
        beside = self.bits & ~known
        beside.reshape(-1, FRAME_WORDS, 32)[:, _CODE_WORD, :_CODE_BITS] = False
        return sorted(self._unknown_bit(int(place)) for place in np.flatnonzero(beside))

    def bits_of(self, tile: str, feature: str) -> tuple[list[int], list[int]]:
        """Indices in `bits` of those of a feature that must be 1, and of those that must be 0.

        Raises
        ------
        ValueError
            The database knows no such tile or feature.
        """
        segment, found = self._feature(tile, feature)
        base = self._base(segment)
        ones, zeros = (
            [base + frame * _FRAME_BITS + bit for frame, bit in bits]
            for bits in (found.set, found.clear)
        )
        return ones, zeros

    def _explain(
        self,
        known: NDArray[np.bool_],
        features: list[Feature],
        segments: list[Segment],
    ) -> None:
        """Mark the bits of the features that segments of one kind have."""
        if not features:
            return
        bases = np.array([self._base(segment) for segment in segments])
        column: dict[tuple[int, int], int] = {}
        for feature in features:
            for bit in (*feature.set, *feature.clear):
                column.setdefault(bit, len(column))
        offsets = np.array([frame * _FRAME_BITS + bit for frame, bit in column])
        places = bases[:, np.newaxis] + offsets
        held = self.bits[places]
        occupied = held.any(axis=1)
        places, held = places[occupied], held[occupied]
        explained = np.zeros_like(held)
        alone = [column[f.set[0]] for f in features if len(f.set) == 1 and not f.clear]
        explained[:, alone] = True
        for feature in features:
            if not feature.set or (len(feature.set) == 1 and not feature.clear):
                continue
            ones = [column[bit] for bit in feature.set]
            there = held[:, ones].all(axis=1)
            if feature.clear:
                there &= ~held[:, [column[bit] for bit in feature.clear]].any(axis=1)
            if there.any():
                explained[np.ix_(there, ones)] = True
        known[places[explained]] = True

    def _unknown_bit(self, place: int) -> UnknownBit:
        frame, rest = divmod(place, _FRAME_BITS)
        word, bit = divmod(rest, 32)
        address = self.database.part.addresses[frame]
        inside = (
            tile.name
            for tile in self.database.tiles.values()
            for segment in tile.segments
            if 0 <= address - segment.frame < segment.frames
            and 0 <= word - segment.offset < segment.words
        )
        return UnknownBit(tile=next(inside, ""), frame=address, word=word, bit=bit)

    def _tile(self, name: str) -> Tile:
        try:
            return self.database.tiles[name]
        except KeyError:
            raise ValueError(f"database must have the tile {name}") from None

    def _all_features(self, tile: Tile) -> Iterator[tuple[Segment, Mapping[str, Feature]]]:
        for segment in tile.segments:
            yield segment, self.database.features(segment.alias_type or tile.type, segment.bus)

    def _feature(self, tile: str, feature: str) -> tuple[Segment, Feature]:
        here = self._tile(tile)
        for segment in here.segments:
            features = self.database.features(segment.alias_type or here.type, segment.bus)
            if feature in features:
                return segment, features[feature]
        raise ValueError(f"database must have the feature {feature} of {here.type} ({tile})")

    def _base(self, segment: Segment) -> int:
        """Index in `bits` of the first bit of a segment's, or its alias', first frame."""
        frame = self.database.part.index[segment.frame]
        return frame * _FRAME_BITS + 32 * (segment.offset - segment.alias_offset)

    def _bit(self, base: int, bit: tuple[int, int]) -> bool:
        return bool(self.bits[base + bit[0] * _FRAME_BITS + bit[1]])


def _inside(features: Mapping[str, Feature], alias_offset: int, words: int) -> list[Feature]:
    """Those whose bits all lie in a segment."""
    least, most = 32 * alias_offset, 32 * (alias_offset + words)
    return [
        feature
        for feature in features.values()
        if all(least <= bit < most for _, bit in (*feature.set, *feature.clear))
    ]


def error_code(frames: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The error-correcting code of each frame: uint32 (frames,), from uint32 (frames, 101).

    Twelve bits are the exclusive or of the positions of all bits that are 1; the last makes the
    number of ones among them even. Positions skip the powers of two, as a Hamming code's do.
    """
    numbers = np.arange(_FRAME_BITS, dtype=np.uint32)
    word = numbers // 32
    skipped = np.where(word > 0x25, 0x1360, np.where(word > 0x6, 0x1340, 0x1320))
    codes = ((numbers + skipped) & 0x1FFF).astype(np.uint32)
    table = (codes[:, np.newaxis] >> np.arange(_CODE_BITS, dtype=np.uint32) & 1).astype(np.float32)
    counted = frames.copy()
    counted[:, _CODE_WORD] &= np.uint32(0xFFFFFFFF << _CODE_BITS & 0xFFFFFFFF)
    result = np.zeros(len(frames), np.uint32)
    weights = (1 << np.arange(_CODE_BITS)).astype(np.uint32)
    for first in range(0, len(frames), 1024):
        raw = counted[first : first + 1024].astype("<u4").view(np.uint8)
        bits = np.unpackbits(raw, axis=1, bitorder="little").astype(np.float32)
        parity = (bits @ table).astype(np.int64) & 1
        code = (parity.astype(np.uint32) * weights).sum(axis=1, dtype=np.uint32)
        low = parity[:, : _CODE_BITS - 1].sum(axis=1) & 1
        result[first : first + 1024] = code ^ (low.astype(np.uint32) << (_CODE_BITS - 1))
    return result
