"""The host's frames: bytes to send, and what came back (see boards.link.framing)."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from boards.link.framing import (
    CRC_BYTES,
    ESCAPE,
    FLAG,
    HEADER_BYTES,
    INVERTED,
    LONGEST,
    MAX_PAYLOAD,
    Fault,
)

__all__ = ["Frame", "FrameDecoder", "encode"]


@dataclass(frozen=True)
class Frame:
    """One frame."""

    sequence: int
    """0 to 255."""
    code: int
    """Command, or answer: 0 to 255."""
    payload: bytes = b""
    """At most MAX_PAYLOAD bytes."""

    def body(self) -> bytes:
        """All but the flags, unescaped.

        Raises
        ------
        ValueError
            The payload is too long.
        """
        if len(self.payload) > MAX_PAYLOAD:
            raise ValueError(
                f"payload must have at most {MAX_PAYLOAD} bytes, not {len(self.payload)}"
            )
        header = len(self.payload).to_bytes(2, "little") + bytes([self.sequence, self.code])
        text = header + self.payload
        return text + zlib.crc32(text).to_bytes(CRC_BYTES, "little")


def encode(frame: Frame) -> bytes:
    """The bytes that carry a frame, flags included."""
    line = bytearray([FLAG])
    for byte in frame.body():
        line += bytes([ESCAPE, byte ^ INVERTED]) if byte in (FLAG, ESCAPE) else bytes([byte])
    line.append(FLAG)
    return bytes(line)


class FrameDecoder:
    """Finds frames in bytes that come in any portions; what is damaged is counted and dropped."""

    def __init__(self) -> None:
        self.faults: dict[Fault, int] = dict.fromkeys(Fault, 0)
        """How many were dropped, by what was wrong."""
        self._body = bytearray()
        self._escaped = False

    def feed(self, line: bytes) -> list[Frame]:
        """Frames that these bytes complete."""
        frames = []
        for byte in line:
            if byte == FLAG:
                frame = self._ended()
                if frame is not None:
                    frames.append(frame)
            elif byte == ESCAPE:
                self._escaped = True
            else:
                if len(self._body) <= LONGEST:  # more is no frame, however long it goes on
                    self._body.append(byte ^ INVERTED if self._escaped else byte)
                self._escaped = False
        return frames

    def _ended(self) -> Frame | None:
        body, escaped = bytes(self._body), self._escaped
        self._body.clear()
        self._escaped = False
        if not body and not escaped:
            return None
        fault = Fault.BROKEN if escaped else _fault(body)
        if fault is not Fault.NONE:
            self.faults[fault] += 1
            return None
        return Frame(body[2], body[3], body[HEADER_BYTES:-CRC_BYTES])


def _fault(body: bytes) -> Fault:
    payload = len(body) - HEADER_BYTES - CRC_BYTES
    if payload > MAX_PAYLOAD:
        return Fault.TOO_LONG
    if payload < 0:
        return Fault.LENGTH
    if zlib.crc32(body[:-CRC_BYTES]) != int.from_bytes(body[-CRC_BYTES:], "little"):
        return Fault.CRC
    return Fault.NONE if payload == int.from_bytes(body[:2], "little") else Fault.LENGTH
