"""Commands of the host link, and what their answers say.

A host sends one frame and waits for its answer. A frame's sequence number is that of the frame
before plus 1; an answer has its frame's number, the frame's code with bit 7 set, and a status as
the first byte of its payload. IDENTIFY may have any number, and starts the count anew.

A frame that was damaged on its way is answered with its fault and the number of the last one that
was not, and changes nothing: the host sends it again as it was. Where no answer comes, the host
sends the frame again as well, and REPEATED then says that the command was already carried out.
"""

from __future__ import annotations

import enum

from boards.link.framing import Fault

__all__ = ["ANSWER", "Command", "Status"]

ANSWER = 0x80
"""Added to a frame's code in its answer."""


class Command(enum.IntEnum):
    """Codes of frames."""

    IDENTIFY = 0x01
    """Which build this is."""
    STATUS = 0x02
    """What the board is doing, and its counters."""


class Status(enum.IntEnum):
    """First byte of every answer."""

    OK = 0
    CRC = Fault.CRC
    LENGTH = Fault.LENGTH
    TOO_LONG = Fault.TOO_LONG
    BROKEN = Fault.BROKEN
    REPEATED = 16
    """The frame was answered before; nothing was done again."""
    OUT_OF_ORDER = 17
    """The number is not the next one."""
    UNKNOWN = 18
    """There is no such command."""
    WRONG_SIZE = 19
    """The payload is too short or too long for the command."""
    OUT_OF_RANGE = 20
    """A field of the payload has a value that the build does not know."""
    BUSY = 21
    """Not while the core is running."""
