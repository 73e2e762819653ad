"""Which bits of which RAM hold a memory's words: Yosys' packing, read back from the bitstream.

A cell is called MEMORY.COPY.NUMBER: copies serve further read ports and hold the same words; of a
copy's cells each has some bits of the words, and, where memories are deeper than a RAM, some words.

RAM32M, RAM64M   bits 2 or 1 a LUT, the lowest in LUT C, then B, then A; D is the write port
RAMB18E1, 36E1   groups of 9 bits: 8 in INIT, the ninth in INITP; ports of 1, 2 and 4 bits have 8
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boards.bitstream.xc7_check.routed import RoutedCell, RoutedNetlist, integer
from boards.bitstream.xc7_check.slices import MEMORY_TYPES, lut_bits
from boards.bitstream.xc7_decode.device_bits import DeviceBits

__all__ = ["Held", "RamPart", "ram_parts", "words_held"]

_CELL = re.compile(r"inner\.(.*)\.(\d+)\.(\d+)(?:/DPR(\d)(?:_(\d))?)?")
_LUTS = 3
"""LUTs of a RAM32M or RAM64M that hold bits: the first in the name holds the highest ones."""
_BLOCK = {"RAMB18E1_RAMB18E1": 1, "RAMB36E1_RAMB36E1": 2}
"""Halves of a tile that a block RAM takes."""
_INIT, _INITP = (64, 256), (8, 256)
"""Numbers of INIT and INITP of a half, and the bits of each."""
_BYTE = 8


@dataclass(frozen=True, kw_only=True)
class RamPart:
    """Some bits of a memory's words, in one cell."""

    copy: int
    """Number of the copy."""
    number: int
    """Number of the cell in its copy."""
    first_bit: int
    """Lowest of its bits among those of the cells with one number of words."""
    words: list[int]
    """Bits `first_bit` and up of each word that the RAM has room for."""
    width: int
    """How many bits."""
    group: int
    """Bits of all the LUTs or the block RAM with this number."""
    where: str
    """Tile and site."""


@dataclass(frozen=True, kw_only=True)
class Held:
    """A memory's words in one copy."""

    words: list[int]
    """Its words, 0 where no cell has a bit."""
    present: list[int]
    """A mask of the bits of each word that a cell has."""
    where: list[str]
    """Where each word's lowest bits are."""


def ram_parts(device: DeviceBits, netlist: RoutedNetlist) -> dict[str, list[RamPart]]:
    """The parts of every memory, by its name with underscores in place of dots."""
    found: dict[str, list[RamPart]] = defaultdict(list)
    for cell in netlist.of("SLICE_LUTX"):
        if cell.original in MEMORY_TYPES:
            name = _named(cell)
            if name.lut is None:
                raise ValueError(f"LUT RAM {cell.name} must be part of a RAM32M or RAM64M")
            if name.lut < _LUTS:
                found[name.memory].append(_lut_part(device, cell, name))
    for kind, halves in _BLOCK.items():
        for cell in netlist.of(kind):
            name = _named(cell)
            found[name.memory].append(_block_part(device, cell, name, halves))
    return found


def words_held(parts: list[RamPart], depth: int, width: int) -> list[Held]:
    """Each copy's words of a memory of some depth and width.

    Raises
    ------
    ValueError
        The parts are not those of such a memory.
    """
    return [
        _copy([part for part in parts if part.copy == copy], depth, width)
        for copy in sorted({part.copy for part in parts})
    ]


def _copy(parts: list[RamPart], depth: int, width: int) -> Held:
    length, group = len(parts[0].words), parts[0].group
    if any((len(part.words), part.group) != (length, group) for part in parts):
        raise ValueError("cells of one memory must be alike")
    across = -(-width // group)
    words, present, where = [0] * depth, [0] * depth, [""] * depth
    for part in sorted(parts, key=lambda each: (each.number, each.first_bit)):
        block, column = divmod(part.number, across)
        lowest = column * group + part.first_bit
        kept = (1 << max(min(part.width, width - lowest), 0)) - 1
        for place, value in enumerate(part.words):
            word = block * length + place
            if word >= depth:
                break
            words[word] |= (value & kept) << lowest
            present[word] |= kept << lowest
            where[word] = where[word] or part.where
    return Held(words=words, present=present, where=where)


@dataclass(frozen=True, kw_only=True)
class _Name:
    """What the name of a cell says."""

    memory: str
    copy: int
    number: int
    lut: int | None
    half: int | None


def _named(cell: RoutedCell) -> _Name:
    match = _CELL.fullmatch(cell.name)
    if match is None:
        raise ValueError(f"RAM {cell.name} must be called after a memory of the board's logic")
    memory, copy, number, lut, half = match.groups()
    return _Name(
        memory=memory.replace(".", "_"),
        copy=int(copy),
        number=int(number),
        lut=None if lut is None else int(lut),
        half=None if half is None else int(half),
    )


def _lut_part(device: DeviceBits, cell: RoutedCell, name: _Name) -> RamPart:
    """One bit of 64 words, or of 32 where two share a LUT."""
    bits = lut_bits(device, cell)
    per_lut = 1 if name.half is None else 2
    if name.half is not None:
        bits = bits[32:] if name.half else bits[:32]
    assert name.lut is not None
    return RamPart(
        copy=name.copy,
        number=name.number,
        first_bit=(_LUTS - 1 - name.lut) * per_lut + (name.half or 0),
        words=bits.astype(int).tolist(),
        width=1,
        group=_LUTS * per_lut,
        where=f"{cell.tile} {cell.element[0]}LUT",
    )


def _block_part(device: DeviceBits, cell: RoutedCell, name: _Name, halves: int) -> RamPart:
    data, parity = (_joined(_initial(device, cell, halves, p)) for p in ("", "P"))
    ports = [integer(cell, f"{way}_WIDTH_{port}", 0) for way in ("READ", "WRITE") for port in "AB"]
    (width,) = set(ports) - {0}
    if width < _BYTE + 1:
        words = _numbers(data.reshape(-1, width))
    else:
        groups = width // (_BYTE + 1)
        bytes_ = data.reshape(-1, groups, _BYTE)
        ninths = parity.reshape(-1, groups, 1)
        words = _numbers(np.concatenate([bytes_, ninths], axis=2).reshape(-1, width))
    return RamPart(
        copy=name.copy,
        number=name.number,
        first_bit=0,
        words=words,
        width=width,
        group=width,
        where=f"{cell.tile} {cell.site}_Y{cell.y}",
    )


def _initial(
    device: DeviceBits, cell: RoutedCell, halves: int, parity: str
) -> Iterator[NDArray[np.bool_]]:
    """Bits of the halves of the tile that a block RAM takes, or of its parity."""
    numbers, bits = _INITP if parity else _INIT
    for half in range(halves) if halves > 1 else (cell.y,):
        yield np.concatenate(
            [
                device.vector(cell.tile, f"RAMB18_Y{half}.INIT{parity}_{number:02X}", bits)
                for number in range(numbers)
            ]
        )


def _joined(halves: Iterator[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """A whole block RAM's bits: its halves take turns."""
    return np.stack(list(halves), axis=1).ravel()


def _numbers(bits: NDArray[np.bool_]) -> list[int]:
    """Words of any width from bits (words, width), the lowest first."""
    packed = np.packbits(bits, axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]
