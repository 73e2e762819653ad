"""Commands of the host link, and what their answers say.

A host sends one frame and waits for its answer. A frame's sequence number is that of the frame
before plus 1; an answer has its frame's number, the frame's code with bit 7 set, and a status as
the first byte of its payload. IDENTIFY may have any number, and starts the count anew.

A frame that was damaged on its way is answered with its fault and the number of the last one that
was not, and changes nothing: the host sends it again as it was. Where no answer comes, the host
sends the frame again as well, and REPEATED then says that the command was already carried out. A
command that reads is then given again under the next number.

Payloads are records (see boards.link.payloads), the lowest byte first. A command is refused whole:
where a status is not OK, nothing was changed.
"""

from __future__ import annotations

import enum

from boards.link.framing import Fault
from boards.link.payloads import KEY_TIMES, RATES

__all__ = [
    "ANSWER",
    "Command",
    "ConfigurationFlag",
    "Described",
    "KeyState",
    "PlayFlag",
    "State",
    "Status",
    "Stop",
]

ANSWER = 0x80
"""Added to a frame's code in its answer."""


class Described(enum.IntEnum):
    """Codes with texts, from which docs/link.md is made."""

    def __new__(cls, code: int, *texts: str):
        member = int.__new__(cls, code)
        member._value_ = code
        member.texts = texts
        return member

    texts: tuple[str, ...]


class Command(Described):
    """Codes of frames; with each what it sends, what answers it, and what it does."""

    IDENTIFY = 0x01, "", "IDENTITY, (READ_ONLY)", "Which build this is."
    STATUS = 0x02, "", "STATE, 3 L COUNTER", "What the board is doing, and its counters."
    READ_PARAMETERS = (
        *(0x10, "PARAMETER_RUN", "count PARAMETER_VALUE"),
        "Weights, biases or addresses. Refused while the core is busy.",
    )
    WRITE_PARAMETERS = (
        *(0x11, "PARAMETER_RUN, count PARAMETER_VALUE", ""),
        "Weights, biases or addresses. Refused while the core is busy.",
    )
    WRITE_STORE = (
        *(0x20, "STORE_RANGE, words", ""),
        "Words of the store's memory; takes its seal off. Refused during a run or a check. UNKNOWN "
        "where the memory can only be read.",
    )
    CHECK_STORE = (
        *(0x21, "STORE_RANGE", ""),
        "Starts computing the CRC-32 of words of the memory. Refused during a run or a check.",
    )
    WRITE_ORDER = (
        *(0x22, "STORE_RANGE, words", ""),
        "Words of the order of samples, in the same memory. Refused during a run or a check. "
        "UNKNOWN where the memory can only be read.",
    )
    SEAL_STORE = 0x23, "SEAL", "", "Says what the host has filled the store with."
    CONFIGURE = (
        *(0x30, f"CONFIGURATION, {RATES} RATE", ""),
        "What START does; its first epoch is the next. Refused during a run.",
    )
    START = (
        *(0x31, "", ""),
        "Starts the run that is configured. Refused where there is none, or the store is unsealed.",
    )
    PAUSE = 0x32, "", "", "Takes no more samples until RESUME."
    RESUME = 0x33, "", "", "Goes on after PAUSE."
    STOP = 0x34, "STOP", "", "Ends the run; the core is drained."
    RESET_TRAINING = (
        *(0x35, "", ""),
        "Starts writing the initial weights, biases and addresses. Refused while the core is busy.",
    )
    PLAY = 0x40, "PLAY", "", "Plays samples of the store, outside any run. Refused during a run."
    READ_PREDICTIONS = 0x41, "READ_RANGE", "count PREDICTION", "The last predictions."
    READ_HISTORY = 0x42, "READ_RANGE", "count HISTORY_ENTRY", "The last epochs."
    KEY = (
        *(0x50, f"1 to {KEY_TIMES} KEY_TIME", ""),
        "Holds the key of a board that makes Morse frames down, up, down ... for these times. "
        "Refused while it does so.",
    )
    READ_HEARD = 0x51, "", "HEARD", "What such a board's key was and is heard to say."


class Status(Described):
    """First byte of every answer, and what it says."""

    OK = 0, "Done."
    CRC = Fault.CRC, "The frame was changed on its way."
    LENGTH = Fault.LENGTH, "The frame has more or fewer bytes than it says, or too few to be one."
    TOO_LONG = Fault.TOO_LONG, "The frame's payload is longer than the longest."
    BROKEN = Fault.BROKEN, "A byte had no stop bit, or an escape was followed by a flag."
    OUT_OF_ORDER = 17, "The number is not the next one."
    UNKNOWN = 18, "There is no such command."
    WRONG_SIZE = 19, "The payload is too short or too long for the command."
    OUT_OF_RANGE = (
        *(
            20,
            "A field of the payload has a value that the build, or what it holds, does not have.",
        ),
    )
    BUSY = 21, "Not while the core is running."
    NOT_READY = 22, "No run is configured, or the store is not sealed."
    REPEATED = (
        *(
            0x80,
            "Added to the frame's first status: it was answered before, nothing is done again.",
        ),
    )


class State(enum.IntFlag):
    """First byte of STATE."""

    RUNNING = 1
    """A run, or PLAY, is under way."""
    PAUSED = 2
    """And takes no samples."""
    BUSY = 4
    """The core has samples in flight, or updates pending."""
    RESETTING = 8
    """The initial parameters are being written."""
    CHECKING = 16
    """The CRC of the store is being computed."""
    STARTING = 32
    """The store's memory is not in use yet."""
    FOREIGN = 64
    """The store's memory, which can only be read, has no data set for this build."""
    WRONG = 128
    """Its CRC, or that of a sample, was wrong: nothing trains until a check was right."""


class Stop(enum.IntEnum):
    """When STOP ends a run."""

    NOW = 0
    """After the sample that is being taken in."""
    AFTER_EPOCH = 1
    """After the epoch, its test samples included."""


class ConfigurationFlag(enum.IntFlag):
    """Flags of CONFIGURATION."""

    ORDERED = 1
    """Training sample n of an epoch is the one that the order has at place n. Where the memory can
    only be read, each epoch begins behind the last place of the one before."""
    GENERATED = 2
    """Samples are the frames that the board makes itself, by their numbers; not with ORDERED."""


class PlayFlag(enum.IntFlag):
    """Flags of PLAY."""

    TRAIN = 1
    """The samples train."""
    DRAIN = 2
    """A drain ends the sequence after them."""
    GENERATED = 4
    """They are the frames that the board makes itself, by their numbers."""


class KeyState(enum.IntFlag):
    """Flags of HEARD."""

    DOWN = 1
    """The key is down, by hand or by KEY."""
    SENDING = 2
    """KEY's times are not over."""
    WAITING = 4
    """A letter is over, and was not looked at yet."""
