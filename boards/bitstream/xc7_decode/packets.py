"""A bitstream's packets, carried out as the FPGA does: device ID, CRC, frames.

header | sync word | packets: type 1 names a register and up to 2047 words, type 2 more words
frames are written to the data register FDRI, from the address in FAR on

References
----------
Xilinx UG470, "Configuration Packets"; Project X-Ray's documentation of the configuration frames.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boards.bitstream.xc7_decode.part import FRAME_WORDS, FramePart

__all__ = ["Configuration", "decode"]

_SYNC = bytes.fromhex("aa995566")
_CRC, _FAR, _FDRI, _CMD, _MFWR, _IDCODE = 0, 1, 2, 4, 10, 12
_CRC_REGISTERS = frozenset(set(range(32)) - {_CRC, 8})
"""Registers whose writes count in the CRC: all but the CRC itself and LOUT."""
_RESET_CRC, _DESYNC = 7, 13
_WRITE = 2
_PADDING = 2
"""Frames without an address behind every row."""
_REVISION = 0x0FFFFFFF
"""Bits of a device ID that are not its revision."""
_POLYNOMIAL = 0x82F63B78
"""CRC-32C, lowest bit first."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What a bitstream writes into an FPGA."""

    frames: NDArray[np.uint32]
    """Frames by their place in `FramePart.addresses`, uint32 (frames, 101); 0 where unwritten."""
    idcode: int | None
    """Device ID that the FPGA must have; None where the bitstream asks for none."""
    written: int
    """Frames written."""
    crc: bool | None
    """Whether the checks on the way hold; None where the bitstream has none."""

    def for_part(self, part: FramePart) -> bool:
        """Whether it is for a part, whatever its revision."""
        return self.idcode is not None and not (self.idcode ^ part.idcode) & _REVISION


def decode(data: bytes, part: FramePart) -> Configuration:
    """Decode a bitstream for a part.

    Parameters
    ----------
    data
        The file, with or without a header.
    part
        The part whose frames it writes.

    Raises
    ------
    ValueError
        It is no bitstream, or ends too early, or writes frames that the part has not.
    """
    start = data.find(_SYNC)
    if start < 0:
        raise ValueError("must be a bitstream of the 7 series, but has no sync word")
    count = (len(data) - start - 4) // 4
    words = np.frombuffer(data, dtype=">u4", count=count, offset=start + 4)
    return _Reader(part).run(words)


class _Reader:
    """The configuration logic, as far as it matters here."""

    def __init__(self, part: FramePart):
        self._part = part
        self._frames = np.zeros((len(part.addresses), FRAME_WORDS), np.uint32)
        self._idcode: int | None = None
        self._address = 0
        self._written = 0
        self._checks: list[bool] = []
        self._since_reset: list[tuple[int, NDArray[np.uint32]]] = []
        self._ended = False

    def run(self, words: NDArray[np.uint32]) -> Configuration:
        place, register = 0, 0
        while place < len(words) and not self._ended:
            word = int(words[place])
            place += 1
            kind, operation = word >> 29, word >> 27 & 3
            if kind == 1:
                register, count = word >> 13 & 0x1F, word & 0x7FF
            elif kind == 2:
                count = word & 0x7FFFFFF
            else:
                continue  # padding between packets
            if place + count > len(words):
                raise ValueError("must be a whole bitstream, but ends inside a packet")
            if operation == _WRITE and count:
                self._write(register, words[place : place + count])
            place += count
        if not self._written:
            raise ValueError("must be a bitstream that writes frames, but writes none")
        return Configuration(
            frames=self._frames,
            idcode=self._idcode,
            written=self._written,
            crc=all(self._checks) if self._checks else None,
        )

    def _write(self, register: int, payload: NDArray[np.uint32]) -> None:
        if register == _CRC:
            self._checks.append(_crc(self._since_reset) == int(payload[0]))
            self._since_reset = []
        elif register in _CRC_REGISTERS:
            self._since_reset.append((register, payload))
        if register == _IDCODE:
            self._idcode = int(payload[0])
            if (self._idcode ^ self._part.idcode) & _REVISION:
                raise ValueError(
                    f"must be a bitstream for {self._part.name} (device ID "
                    f"{self._part.idcode:08x}), not for device ID {self._idcode:08x}"
                )
        elif register == _FAR:
            self._address = int(payload[0])
        elif register == _CMD:
            if payload[0] == _RESET_CRC:
                self._since_reset = []
            self._ended |= int(payload[0]) == _DESYNC
        elif register == _MFWR:
            raise ValueError("must be an uncompressed bitstream: one frame for several addresses")
        elif register == _FDRI:
            self._write_frames(payload)

    def _write_frames(self, payload: NDArray[np.uint32]) -> None:
        part, whole = self._part, len(payload) // FRAME_WORDS
        frames = payload[: whole * FRAME_WORDS].reshape(whole, FRAME_WORDS)
        at = part.index.get(self._address)
        if at is None:
            raise ValueError(f"must write frames of {part.name}, not one at {self._address:08x}")
        taken = 0
        while taken < whole and at < len(part.addresses):
            self._frames[at] = frames[taken]
            self._written += 1
            taken += 1
            at += 1
            if at < len(part.addresses) and not part.same_row(
                part.addresses[at - 1], part.addresses[at]
            ):
                taken += _PADDING


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _crc_table()


def _crc(writes: list[tuple[int, NDArray[np.uint32]]]) -> int:
    """CRC of register writes: of each word 32 bits of data, then 5 bits of address."""
    crc = 0
    for register, payload in writes:
        for byte4 in struct.iter_unpack("4B", payload.astype("<u4").tobytes()):
            for byte in byte4:
                crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
            for bit in range(5):
                odd = (crc ^ register >> bit) & 1
                crc = crc >> 1 ^ (_POLYNOMIAL if odd else 0)
    return crc
