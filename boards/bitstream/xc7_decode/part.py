"""Which configuration frames a part has, in the order in which a bitstream writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

__all__ = ["BLOCK_TYPES", "FRAME_WORDS", "FramePart", "read_part"]

FRAME_WORDS = 101
"""Words of 32 bits in a frame."""

BLOCK_TYPES = ("CLB_IO_CLK", "BLOCK_RAM", "CFG_CLB")
"""Configuration buses, by their number in a frame's address."""
_HALVES = ("top", "bottom")
_BLOCK, _HALF, _ROW, _COLUMN = 23, 22, 17, 7
"""Lowest bit of each field of a frame's address; the minor address is at bit 0."""


@dataclass(frozen=True)
class FramePart:
    """The frames of one part.

    Raises
    ------
    ValueError
        The description is not of the form that Project X-Ray's `part.json` has.
    """

    name: str
    """Its name with package and speed grade."""
    description: dict[str, Any]
    """Project X-Ray's `part.json`."""

    @property
    def idcode(self) -> int:
        """What the FPGA calls itself; the highest four bits are its revision."""
        return int(self.description["idcode"])

    @cached_property
    def addresses(self) -> tuple[int, ...]:
        """Address of every frame, in the order of an automatic increment."""
        try:
            return tuple(self._addresses())
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"part.json of {self.name} does not list its frames") from error

    @cached_property
    def index(self) -> dict[int, int]:
        """Place of every address in `addresses`."""
        return {address: place for place, address in enumerate(self.addresses)}

    def same_row(self, one: int, other: int) -> bool:
        """Whether two frames lie in one row of one configuration bus."""
        return one >> _ROW == other >> _ROW

    def _addresses(self) -> Iterator[int]:
        regions = self.description["global_clock_regions"]
        for block, block_name in enumerate(BLOCK_TYPES):
            for half, half_name in enumerate(_HALVES):
                rows = regions.get(half_name, {}).get("rows", {})
                for row in sorted(rows, key=int):
                    columns = (
                        rows[row]["configuration_buses"]
                        .get(block_name, {})
                        .get("configuration_columns", {})
                    )
                    for column in sorted(columns, key=int):
                        base = (
                            block << _BLOCK
                            | half << _HALF
                            | int(row) << _ROW
                            | int(column) << _COLUMN
                        )
                        for minor in range(int(columns[column]["frame_count"])):
                            yield base | minor


def read_part(folder: Path, name: str) -> FramePart:
    """A part's frames from a family's folder of the database.

    Raises
    ------
    ValueError
        There is no description of the part, or it cannot be read.
    """
    file = folder / name / "part.json"
    try:
        description = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise ValueError(f"database must have {name}/part.json in {str(folder)!r}") from None
    except ValueError:
        raise ValueError(f"database's {str(file)!r} must be JSON") from None
    if not isinstance(description, dict) or "idcode" not in description:
        raise ValueError(f"database's {str(file)!r} must have an idcode")
    return FramePart(name, description)
