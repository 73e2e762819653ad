"""What one bitstream is made of, and the files that all tools start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from boards.clocking.clocking import Clocking
from boards.design import BoardDesign
from boards.host.flash_file import write_flash_file
from boards.memory.external import BLOCK
from boards.platforms.board import Board
from boards.platforms.pinout import Pinout, pinout
from boards.top import board_verilog
from software_ref.console.atomic_file import atomic_file
from software_ref.console.output import write_json
from software_ref.manifest import manifest

__all__ = ["SOURCES", "BitstreamJob"]

SOURCES = ("logic.v", "board.v")
"""Verilog files: the logic, and the wrapper that puts it on the board's pins."""


@dataclass(frozen=True, kw_only=True)
class BitstreamJob:
    """A board, its logic and where the files go."""

    name: str
    """Stem of the bitstream and its manifest."""
    board: Board
    """The board."""
    design: BoardDesign
    """The logic."""
    clocking: Clocking
    """What makes its clock."""
    folder: Path
    """Existing folder for everything that is written."""
    flash: bytes | None = None
    """What is to be programmed into a memory that can only be read; None: there is none."""

    @property
    def clock_mhz(self) -> float:
        """The logic's clock."""
        return float(self.clocking.clock_hz) / 1e6

    @property
    def bitstream(self) -> Path:
        """Where the bitstream goes."""
        return self.folder / f"{self.name}.bit"

    @property
    def manifest_file(self) -> Path:
        """Where the manifest goes."""
        return self.folder / f"{self.name}.json"

    @cached_property
    def pinout(self) -> Pinout:
        """The wrapper."""
        return pinout(self.board, self.design, self.clocking)

    @property
    def flash_file(self) -> Path:
        """Where the bytes for such a memory go."""
        return self.folder / f"{self.name}.store.bin"

    def write_flash(self) -> list[Path]:
        """Write them, if there are any, and return the paths of what was written."""
        if self.flash is None:
            self.flash_file.unlink(missing_ok=True)
            return []
        write_flash_file(self.flash_file, self.flash)
        return [self.flash_file]

    def manifest(self) -> dict[str, Any]:
        """What a host must know of the build: the core's manifest and the board's own."""
        design = self.design
        return {
            **manifest(design.core),
            "board": {
                "name": self.board.name,
                "part": self.board.part.name,
                "clock_hz": design.clock_hz,
                "baud": design.baud,
                "memory": BLOCK if design.external is None else design.external.kind,
                "samples": design.store.samples,
                "words": design.store.words,
                "word_bits": design.store.code.width,
                "identity": design.identity.hex(),
                **self._read_only(),
            },
        }

    def _read_only(self) -> dict[str, int]:
        external = self.design.external
        if external is None or not self.design.read_only:
            return {}
        places, first = self.design.store.order.entries, external.chip.first_byte
        return {"places": places, "flash_offset": first}

    def write_manifest(self) -> None:
        """Write the manifest."""
        write_json(self.manifest_file, self.manifest())

    def write_sources(self, constraints: Mapping[str, str]) -> list[Path]:
        """Write the Verilog files and constraints, by name of the file, and return their paths."""
        logic, board = board_verilog(self.design), self.pinout.verilog
        texts = {**dict(zip(SOURCES, (logic, board), strict=True)), **constraints}
        for name, text in texts.items():
            with atomic_file(self.folder / name) as unfinished:
                unfinished.write_text(text, encoding="utf-8")
        return [self.folder / name for name in texts]
