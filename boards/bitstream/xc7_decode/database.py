"""Project X-Ray's database of a device: where its tiles are, and which bits each feature has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from boards.bitstream.xc7_decode.part import FramePart, read_part

__all__ = ["Database", "Feature", "Segment", "Tile"]

_FILES = {"CLB_IO_CLK": "segbits_{}.db", "BLOCK_RAM": "segbits_{}.block_ram.db"}
"""The file of a tile type's features on each configuration bus."""
_BIT = re.compile(r"(!?)(\d+)_(\d+)")
_INDEX = re.compile(r"\[0*(\d+)\]$")


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Where a tile's bits are on one configuration bus."""

    bus: str
    """Name of the bus."""
    frame: int
    """Address of the first frame."""
    frames: int
    """Frames."""
    offset: int
    """First word in each frame."""
    words: int
    """Words."""
    alias_type: str | None = None
    """Type of tile whose features it has; None for its own."""
    alias_offset: int = 0
    """Word of that type's segment where this one begins."""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One tile of a device."""

    name: str
    """Its name, with its place among tiles of its kind."""
    type: str
    """Its type."""
    segments: tuple[Segment, ...]
    """Its bits; none where it has none."""


@dataclass(frozen=True)
class Feature:
    """Bits of a feature inside a segment: pairs of frame and bit, bit 0 in the first word."""

    set: tuple[tuple[int, int], ...] = field(default=())
    """These must be 1."""
    clear: tuple[tuple[int, int], ...] = field(default=())
    """These must be 0."""


@dataclass(frozen=True)
class Database:
    """A device's part of the database; nothing is read before it is asked for.

    Raises
    ------
    ValueError
        A file is missing or not of the form expected.
    """

    folder: Path
    """The family's folder, such as `artix7`."""
    device: str
    """Name of the device, such as `xc7a100t`."""
    part_name: str
    """Its name with package and speed grade."""

    @cached_property
    def part(self) -> FramePart:
        """Its frames."""
        return read_part(self.folder, self.part_name)

    @cached_property
    def tiles(self) -> Mapping[str, Tile]:
        """Every tile by name."""
        return {name: _tile(name, entry) for name, entry in self._grid.items()}

    @cached_property
    def by_place(self) -> Mapping[tuple[int, int], Tile]:
        """Every tile by column and row of the grid."""
        return {
            (entry["grid_x"], entry["grid_y"]): self.tiles[name]
            for name, entry in self._grid.items()
        }

    @cached_property
    def package_pins(self) -> Mapping[str, tuple[str, str]]:
        """Site and tile of every pin of the package."""
        file = self.folder / self.part_name / "package_pins.csv"
        lines = _text(file).splitlines()
        header = lines[0].split(",") if lines else []
        if not {"pin", "site", "tile"} <= set(header):
            raise ValueError(f"database's {str(file)!r} must have columns pin, site and tile")
        rows = (dict(zip(header, line.split(","), strict=False)) for line in lines[1:])
        return {row["pin"]: (row["site"], row["tile"]) for row in rows}

    def features(self, tile_type: str, bus: str) -> Mapping[str, Feature]:
        """Features of a type of tile on a bus, without the type's name; none where none is known.

        An index in brackets has no leading zeros.
        """
        return _features(self.folder, tile_type, bus)

    @cached_property
    def _grid(self) -> dict[str, dict[str, Any]]:
        file = self.folder / self.device / "tilegrid.json"
        try:
            grid = json.loads(_text(file))
        except ValueError as error:
            if str(error).startswith("database"):
                raise
            raise ValueError(f"database's {str(file)!r} must be JSON") from None
        if not isinstance(grid, dict):
            raise ValueError(f"database's {str(file)!r} must be an object of tiles")
        return grid


def _tile(name: str, entry: Mapping[str, Any]) -> Tile:
    return Tile(name=name, type=entry["type"], segments=tuple(_segments(entry["bits"])))


def _segments(bits: Mapping[str, Any]) -> Iterator[Segment]:
    for bus, entry in bits.items():
        alias = entry.get("alias") or {}
        yield Segment(
            bus=bus,
            frame=int(entry["baseaddr"], 16),
            frames=entry["frames"],
            offset=entry["offset"],
            words=entry["words"],
            alias_type=alias.get("type"),
            alias_offset=alias.get("start_offset", 0),
        )


@cache
def _features(folder: Path, tile_type: str, bus: str) -> Mapping[str, Feature]:
    name = _FILES.get(bus)
    file = folder / name.format(tile_type.lower()) if name else None
    if file is None or not file.exists():
        return {}
    found = {}
    for line in _text(file).splitlines():
        feature, *bits = line.split()
        ones: list[tuple[int, int]] = []
        zeros: list[tuple[int, int]] = []
        for bit in bits:
            match = _BIT.fullmatch(bit)
            if match is None:
                break  # a note such as <const0> in place of bits
            (zeros if match[1] else ones).append((int(match[2]), int(match[3])))
        else:
            short = _INDEX.sub(r"[\1]", feature.partition(".")[2])
            found[short] = Feature(tuple(ones), tuple(zeros))
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        raise ValueError(f"database must have the file {str(file)!r}") from None
