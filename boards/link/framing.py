"""Frames over a byte stream, as asynchronous HDLC has them (RFC 1662).

    0x7E  length (2)  sequence (1)  code (1)  payload (length)  CRC-32 (4)  0x7E

Multi-byte fields have their lowest byte first. Between two flags a byte 0x7E or 0x7D is sent as
0x7D and the byte with bit 5 inverted, so that a flag always ends a frame, whatever was lost before
it. The CRC is that of Ethernet, over everything before it.
"""

from __future__ import annotations

import enum

__all__ = [
    "CRC_BYTES",
    "DEFAULT_BAUD",
    "ESCAPE",
    "FLAG",
    "HEADER_BYTES",
    "INVERTED",
    "LONGEST",
    "MAX_PAYLOAD",
    "Fault",
]

DEFAULT_BAUD = 3_000_000
"""Bits per second of the UART."""
FLAG = 0x7E
ESCAPE = 0x7D
INVERTED = 0x20
"""Bit that an escaped byte has inverted."""
HEADER_BYTES = 4
CRC_BYTES = 4
MAX_PAYLOAD = 1024
"""Payload bytes of the longest frame."""
LONGEST = HEADER_BYTES + MAX_PAYLOAD + CRC_BYTES
"""Bytes of that frame between its flags, unescaped."""


class Fault(enum.IntEnum):
    """What is wrong with a frame."""

    NONE = 0
    CRC = 1
    """It was changed on its way."""
    LENGTH = 2
    """It has more or fewer bytes than it says, or too few to be a frame."""
    TOO_LONG = 3
    """Its payload has more than MAX_PAYLOAD bytes."""
    BROKEN = 4
    """A byte had no stop bit, or an escape was followed by a flag."""
