"""The features that nextpnr asked for (FASM) against all bits: so every wire, and every other bit.

TILE.FEATURE                          the feature is there
TILE.FEATURE[5:0] = 6'b000110         so are its bits that are 1
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from boards.bitstream.xc7_check.findings import Finding, Findings
from boards.bitstream.xc7_decode.device_bits import DeviceBits

__all__ = ["check_assembly"]

_LINE = re.compile(r"([^.\s]+)\.([^\s\[]+(?:\[\d+\](?!:))?)(?:\[(\d+):(\d+)\] = \d+'b([01]+))?")


def check_assembly(device: DeviceBits, file: Path) -> Findings:
    """Hold every bit against the features of a FASM file.

    Raises
    ------
    ValueError
        The file has a line of another form.
    """
    asked = np.zeros_like(device.bits)
    differences, count, without = [], 0, 0
    for tile, feature in _features(file):
        if tile not in device.database.tiles or not device.knows(tile, feature):
            without += 1  # wires that need no bit
            continue
        count += 1
        ones, zeros = device.bits_of(tile, feature)
        asked[ones] = True
        if not device.bits[ones].all() or device.bits[zeros].any():
            differences.append(
                Finding(what=f"feature {feature}", where=tile, found="not there", right="there")
            )
    differences += [
        Finding(
            what="bit that no feature asked for",
            where=f"{bit.tile or 'no tile'}, frame {bit.frame:08x} word {bit.word} bit {bit.bit}",
            found="1",
            right="0",
        )
        for bit in device.bits_beside(asked)
    ]
    return Findings(
        kind="features",
        compared={"features asked for": count},
        differences=differences,
        notes=[f"{without:,} features of {file.name} need no bit"] if without else [],
    )


def _features(file: Path) -> Iterator[tuple[str, str]]:
    """Tile and feature of everything that is asked for, bit by bit."""
    for line in file.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if not text:
            continue
        match = _LINE.fullmatch(text)
        if match is None:
            raise ValueError(f"{file} must have features of the form TILE.FEATURE, not {text!r}")
        tile, feature, _, last, value = match.groups()
        if value is None:
            yield tile, re.sub(r"\[0*(\d+)\]$", r"[\1]", feature)
            continue
        for place, bit in enumerate(reversed(value)):
            if bit == "1":
                yield tile, f"{feature}[{int(last) + place}]"
