"""All checks of one bitstream: what it must hold comes from the network file and the manifest.

network file, manifest --> design ------------------------------------+
database, bitstream ----> frames --> features of tiles ---------------+--> findings
routed netlist ---------> which cell lies where ----------------------+
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from boards.bitstream.engines import FASM, open_database
from boards.bitstream.xc7_check.assembly import check_assembly
from boards.bitstream.xc7_check.clocks import check_clock
from boards.bitstream.xc7_check.contents import Contents, contents
from boards.bitstream.xc7_check.findings import Findings
from boards.bitstream.xc7_check.memories import check_memories
from boards.bitstream.xc7_check.multipliers import check_multipliers
from boards.bitstream.xc7_check.pins import check_pins
from boards.bitstream.xc7_check.routed import RoutedNetlist, read_routed
from boards.bitstream.xc7_check.slices import check_logic
from boards.bitstream.xc7_check.unknown_bits import check_bits
from boards.bitstream.xc7_decode.device_bits import DeviceBits
from boards.bitstream.xc7_decode.packets import decode
from boards.design import BoardDesign
from boards.families import family_of
from boards.memory.external import BLOCK
from boards.morse.live import MorseLive
from boards.platforms.board import Board
from boards.platforms.pinout import PlacedPort, pinout
from hwgen.core.design import CoreDesign
from hwgen.pnr.xc7_commands import ROUTED
from hwgen.tool_output import read_json
from software_ref.devices import Part
from software_ref.network_file import NetworkFile

__all__ = [
    "BuiltBoard",
    "Intended",
    "check_bitstream",
    "compare",
    "intended",
    "read_built",
    "read_device",
]


@dataclass(frozen=True, kw_only=True)
class BuiltBoard:
    """What a bitstream is said to be."""

    board: Board
    """The board."""
    design: BoardDesign
    """Its logic."""


@dataclass(frozen=True, kw_only=True)
class Intended:
    """What a bitstream must hold, by its design."""

    memories: list[Contents]
    """Every memory of the logic."""
    ports: tuple[PlacedPort, ...]
    """Every pin."""
    oscillator_hz: int
    """The board's oscillator."""
    clock_hz: int
    """The logic's clock."""


def read_built(manifest: Path, file: NetworkFile, boards: dict[str, Board]) -> BuiltBoard:
    """The design that a manifest and a network file describe.

    Parameters
    ----------
    manifest
        The manifest beside the bitstream.
    file
        The network file; its device is that of the board.
    boards
        Every board by name.

    Raises
    ------
    ValueError
        The manifest is none of a board, or of another network.
    """
    try:
        described = read_json(manifest)
        said: dict[str, Any] = described["board"]
        board = boards[said["name"]]
        inputs = described["network"].get("inputs")
        external = board.external_memory(said.get("memory", BLOCK))
        design = BoardDesign(
            core=CoreDesign.from_file(file, inputs=inputs and np.array(inputs, np.int64)),
            clock_hz=said["clock_hz"],
            baud=said["baud"],
            samples=said["samples"],
            words=said["words"] if external is None else None,
            external=external,
            places=said.get("places"),
            leds=board.leds,
            morse=MorseLive.of(file),
        )
        identity = said["identity"]
    except (KeyError, TypeError) as error:
        raise ValueError(f"manifest {str(manifest)!r} must be one of a board's build") from error
    if identity != design.identity.hex():
        raise ValueError(
            f"manifest {str(manifest)!r} must be of the network file's core, but is of another; "
            "is it the file that the board was built from?"
        )
    return BuiltBoard(board=board, design=design)


def intended(built: BuiltBoard) -> Intended:
    """What the bitstream of a board must hold."""
    board, design = built.board, built.design
    clocking = family_of(board).clocking(board.oscillator_hz, design.clock_hz)
    return Intended(
        memories=contents(design),
        ports=pinout(board, design, clocking).ports,
        oscillator_hz=board.oscillator_hz,
        clock_hz=design.clock_hz,
    )


def compare(device: DeviceBits, netlist: RoutedNetlist, right: Intended) -> list[Findings]:
    """Hold a decoded bitstream against what it must hold."""
    return [
        check_memories(device, netlist, right.memories),
        check_logic(device, netlist),
        check_multipliers(device, netlist),
        check_pins(device, right.ports),
        check_clock(device, netlist, oscillator_hz=right.oscillator_hz, clock_hz=right.clock_hz),
        check_bits(device),
    ]


def read_device(bitstream: Path, part: Part, database: Path) -> DeviceBits:
    """Decode a bitstream for a part.

    Parameters
    ----------
    bitstream
        The file.
    part
        The part that it must be for.
    database
        The folder of Project X-Ray's databases.

    Raises
    ------
    ValueError
        A file is missing, or not what it must be, or for another part.
    """
    source = open_database(database, part)
    try:
        return DeviceBits(decode(bitstream.read_bytes(), source.part), source)
    except ValueError as error:
        raise ValueError(f"{bitstream} {error}") from error


def check_bitstream(
    bitstream: Path, built: BuiltBoard, database: Path, progress: Callable[[str], None]
) -> list[Findings]:
    """Hold a bitstream against its design.

    Parameters
    ----------
    bitstream
        The file; its routed netlist is beside it, and perhaps its FASM file.
    built
        What it must be.
    database
        The folder of Project X-Ray's databases.
    progress
        Told each step.

    Raises
    ------
    ValueError
        A file is missing, or not what it must be, or for another part.
    """
    progress("decoding the bitstream")
    device = read_device(bitstream, built.board.part, database)
    netlist = read_routed(bitstream.parent / ROUTED, device.database)
    progress("making the design")
    right = intended(built)
    progress("comparing")
    findings = compare(device, netlist, right)
    assembly = bitstream.parent / FASM
    return [*findings, check_assembly(device, assembly)] if assembly.is_file() else findings
