"""A simulated board: the exported Verilog as a shared library, clock by clock at Verilator's speed.

bytes --> UART, bit by bit --> presparse_board (Verilated) --> UART --> bytes
                 buttons --^                               '--> LEDs, display
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from string import ascii_uppercase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boards.design import TOP, BoardDesign
from boards.memory.chip_models import words_in_chip
from boards.panel.characters import character_segments
from boards.panel.display import DIGITS, segments_of
from boards.simulated.with_memory import WITH_MEMORY, with_memory
from boards.top import board_verilog
from boards.uart import bit_length
from hwgen.export.lint_waivers import lint_waivers
from hwgen.simulation.verilator import Mode, Source, build
from software_ref.console.atomic_file import atomic_file
from software_ref.console.cache_folder import cache_folder
from software_ref.console.shared_folder import KEPT_DAYS, remove_unused

__all__ = ["KEY_TICK_CLOCKS", "SimulatedBoard"]

KEY_TICK_CLOCKS = 32
"""Clocks of a simulated Morse key's millisecond: a letter takes half a second of simulating."""
_WRAPPER = Path(__file__).with_name("wrapper.cpp")
_POINT = 0x80
_LETTERS = {character_segments(letter): letter for letter in ascii_uppercase}
_CHARACTERS = _LETTERS | {segments_of(digit): str(digit) for digit in range(10)} | {0: " "}


class SimulatedBoard:
    """One board. Time stands still between calls of `run`.

    Parameters
    ----------
    design
        The board's design; its clock and baud rate give the clocks of a bit.
    build_dir
        Folder for Verilog and library; default: the user's cache, which has the library alone. A
        library built there before from the same Verilog is used again.
    mode, building
        See `hwgen.simulation.verilator.build`.
    chip
        The datasheet of the memory beside the FPGA, where it is not the one that the design's
        controller goes by.
    flash
        The file that is programmed into a memory that can only be read; it is read here. Without
        it such a memory is erased.

    Raises
    ------
    ToolError
        The library cannot be built.
    """

    def __init__(
        self,
        design: BoardDesign,
        build_dir: Path | None = None,
        *,
        mode: Mode = "fast_run",
        building: Callable[[], None] = lambda: None,
        chip: Any = None,
        flash: Path | None = None,
    ):
        self.design = design
        source = Source(f"{TOP}.v", board_verilog(design))
        external = design.external
        if external is not None and chip is not None:
            external = replace(external, chip=chip)
        self._external = external
        if build_dir is None:
            folder = cache_folder() / "boards"
        else:
            folder = build_dir / "simulator"
            build_dir.mkdir(parents=True, exist_ok=True)
            with atomic_file(build_dir / source.name) as unfinished:  # for the user to read
                unfinished.write_text(source.text, encoding="utf-8")
        library = build(
            sources=[
                Source(f"{TOP}.vlt", lint_waivers(source.name)),
                source,
                *([] if external is None else with_memory(design, chip)),
            ],
            top=TOP if external is None else WITH_MEMORY,
            timing=external is not None,
            build_dir=folder,
            mode=mode,
            wrapper=_WRAPPER,
            building=building,
        )
        if build_dir is None:
            remove_unused(folder.iterdir(), days=KEPT_DAYS)
        self._library = _load(library)
        self._board: int | None = None
        self.switch_on(flash)

    def switch_on(self, flash: Path | None = None) -> None:
        """Switch it off, and on again with this file in a memory that can only be read."""
        self.close()
        half_clock_ps = round(5e11 / self.design.clock_hz)
        plusarg = b"" if flash is None else b"+flash=" + bytes(flash.resolve())
        self._board = self._library.board_new(
            bit_length(self.design.clock_hz, self.design.baud), half_clock_ps, plusarg
        )

    def close(self) -> None:
        """Give the model's memory back."""
        if self._board is not None:
            self._library.board_delete(self._board)
            self._board = None

    def write(self, line: bytes) -> None:
        """Queue bytes for the board's UART."""
        self._library.board_write(self._board, line, len(line))

    @property
    def waiting(self) -> int:
        """Bytes that the board's UART has not begun to receive."""
        return int(self._library.board_waiting(self._board))

    def read(self) -> bytes:
        """Bytes that the board has sent since the last call."""
        found = b""
        buffer = ctypes.create_string_buffer(4096)
        while count := self._library.board_read(self._board, buffer, len(buffer)):
            found += buffer.raw[:count]
        return found

    def run(self, clocks: int, *, until_frame: bool = False) -> int:
        """Run the clock, and return how often.

        Parameters
        ----------
        clocks
            How often, at most.
        until_frame
            Stop when the board has sent a whole frame.
        """
        return int(self._library.board_run(self._board, clocks, until_frame))

    @property
    def clocks(self) -> int:
        """Clocks since the board was switched on."""
        return int(self._library.board_clocks(self._board))

    def press(
        self, *, run: bool = False, pause: bool = False, reset: bool = False, key: bool = False
    ) -> None:
        """Hold these buttons, and let go of the others; a board without a key ignores it."""
        self._library.board_buttons(self._board, run, pause, reset, key)

    @property
    def memory_errors(self) -> int:
        """What the model of the memory beside the FPGA has complained of, on standard output."""
        return int(self._library.board_memory_errors(self._board))

    def fill_memory(self, words: NDArray[np.uint8], first: int = 0) -> None:
        """Put words into the memory beside the FPGA, as though they had always been there.

        No clock passes, and nothing is sent; all other words become 0.

        Parameters
        ----------
        words
            The words: uint8 (n, bytes of a word), the lowest byte first.
        first
            Where the first one goes.

        Raises
        ------
        ValueError
            There is no such memory, or not so many words.
        """
        external = self._external
        if external is None or not external.shape.writable:
            raise ValueError("the memory to fill must be one beside the FPGA that can be written")
        shape = external.shape
        if words.shape[1:] != (shape.width // 8,) or not 0 <= first <= shape.words - len(words):
            raise ValueError(
                f"words must be at most {shape.words} of {shape.width // 8} bytes, "
                f"not {len(words)} of {words.shape[-1]} from word {first} on"
            )
        whole = np.zeros((shape.words, shape.width // 8), np.uint8)
        whole[first : first + len(words)] = words
        chip = np.ascontiguousarray(words_in_chip(external, whole.view("<u2")[:, 0]))
        if not self._library.board_fill_memory(self._board, chip.ctypes.data, len(chip)):
            raise ValueError(f"the chip's model must have {len(chip)} words")

    @property
    def leds(self) -> int:
        """LEDs, the first in bit 0."""
        return int(self._library.board_leds(self._board))

    @property
    def display(self) -> str:
        """What the seven-segment display shows, as far as its digits have been lit."""
        digits = ctypes.create_string_buffer(DIGITS)
        self._library.board_segments(self._board, digits)
        return "".join(
            _CHARACTERS.get(segments & ~_POINT, "?") + ("." if segments & _POINT else "")
            for segments in reversed(digits.raw)
        )


def _load(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    board, size = ctypes.c_void_p, ctypes.c_size_t
    signatures = {
        "board_new": (board, [ctypes.c_int64, ctypes.c_uint64, ctypes.c_char_p]),
        "board_memory_errors": (ctypes.c_uint32, [board]),
        "board_fill_memory": (ctypes.c_int, [board, ctypes.c_void_p, size]),
        "board_delete": (None, [board]),
        "board_write": (None, [board, ctypes.c_char_p, size]),
        "board_waiting": (size, [board]),
        "board_read": (size, [board, ctypes.c_char_p, size]),
        "board_run": (ctypes.c_uint64, [board, ctypes.c_uint64, ctypes.c_int]),
        "board_clocks": (ctypes.c_uint64, [board]),
        "board_buttons": (None, [board, *([ctypes.c_int] * 4)]),
        "board_leds": (ctypes.c_uint32, [board]),
        "board_segments": (None, [board, ctypes.c_char_p]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
