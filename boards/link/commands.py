"""Commands of the host link, and what their answers say.

A host sends one frame and waits for its answer. A frame's sequence number is that of the frame
before plus 1; an answer has its frame's number, the frame's code with bit 7 set, and a status as
the first byte of its payload. IDENTIFY may have any number, and starts the count anew.

A frame that was damaged on its way is answered with its fault and the number of the last one that
was not, and changes nothing: the host sends it again as it was. Where no answer comes, the host
sends the frame again as well, and REPEATED then says that the command was already carried out. A
command that reads is then given again under the next number.

Payloads are packed, lowest byte first, and described by the formats of Python's `struct`. A command
is refused whole: where a status is not OK, nothing was changed.
"""

from __future__ import annotations

import enum
import struct

from boards.link.framing import MAX_PAYLOAD, Fault

__all__ = [
    "ANSWER",
    "CONFIGURATION",
    "HISTORY_DEPTH",
    "HISTORY_ENTRY",
    "IDENTITY",
    "MAX_ANSWER",
    "NEVER",
    "PARAMETER_RUN",
    "PARAMETER_VALUE",
    "PLAY",
    "PREDICTION",
    "PREDICTION_DEPTH",
    "PROTOCOL",
    "RATE",
    "RATES",
    "READ_RANGE",
    "STATE",
    "STORE_RANGE",
    "TAIL",
    "Command",
    "ConfigurationFlag",
    "PlayFlag",
    "State",
    "Status",
    "Stop",
]

PROTOCOL = 1
"""Version of this protocol."""
ANSWER = 0x80
"""Added to a frame's code in its answer."""
MAX_ANSWER = MAX_PAYLOAD - 1
"""Bytes that follow an answer's status at most."""


class Command(enum.IntEnum):
    """Codes of frames."""

    IDENTIFY = 0x01
    """Which build this is: IDENTITY."""
    STATUS = 0x02
    """What the board is doing, and its counters: STATE, then 3 L saturation counters "I"."""
    READ_PARAMETERS = 0x10
    """PARAMETER_RUN; answered with that many values. Refused while the core is busy."""
    WRITE_PARAMETERS = 0x11
    """PARAMETER_RUN, then the values. Refused while the core is busy."""
    WRITE_FEATURES = 0x20
    """STORE_RANGE of beats, then the beats; takes the store's seal off. Refused during a run."""
    WRITE_LABELS = 0x21
    """STORE_RANGE of samples, then their labels; otherwise as WRITE_FEATURES."""
    WRITE_ORDER = 0x22
    """STORE_RANGE of places in the order, then numbers of samples. Refused during a run."""
    SEAL_STORE = 0x23
    """ "I", the host's number for what it has filled the store with; 0 means nothing."""
    CONFIGURE = 0x30
    """CONFIGURATION, then RATES times RATE; its first epoch is the next. Refused during a run."""
    START = 0x31
    """Starts the run that is configured. Refused where there is none, or the store is unsealed."""
    PAUSE = 0x32
    """Takes no more samples until RESUME."""
    RESUME = 0x33
    """Goes on after PAUSE."""
    STOP = 0x34
    """ "B", a Stop. Ends the run; the core is drained."""
    RESET_TRAINING = 0x35
    """Starts writing the initial weights and biases. Refused while the core is busy."""
    PLAY = 0x40
    """PLAY: samples of the store, outside any run. Refused during a run."""
    READ_PREDICTIONS = 0x41
    """READ_RANGE of predictions, counted from the board's reset; answered with PREDICTIONs."""
    READ_HISTORY = 0x42
    """READ_RANGE of epochs, counted from the board's reset; answered with HISTORY_ENTRYs."""


class Status(enum.IntEnum):
    """First byte of every answer."""

    OK = 0
    CRC = Fault.CRC
    LENGTH = Fault.LENGTH
    TOO_LONG = Fault.TOO_LONG
    BROKEN = Fault.BROKEN
    OUT_OF_ORDER = 17
    """The number is not the next one."""
    UNKNOWN = 18
    """There is no such command."""
    WRONG_SIZE = 19
    """The payload is too short or too long for the command."""
    OUT_OF_RANGE = 20
    """A field of the payload has a value that the build, or what it holds, does not have."""
    BUSY = 21
    """Not while the core is running."""
    NOT_READY = 22
    """No run is configured, or the store is not sealed."""
    REPEATED = 0x80
    """Added to the frame's first status: it was answered before, and nothing was done again."""


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


class Stop(enum.IntEnum):
    """When STOP ends a run."""

    NOW = 0
    """After the sample that is being taken in."""
    AFTER_EPOCH = 1
    """After the epoch, its test samples included."""


class ConfigurationFlag(enum.IntFlag):
    """Flags of CONFIGURATION."""

    ORDERED = 1
    """Training sample n of an epoch is the one that the order has at place n."""


class PlayFlag(enum.IntFlag):
    """Flags of PLAY."""

    TRAIN = 1
    """The samples train."""
    DRAIN = 2
    """A drain ends the sequence after them."""


IDENTITY = struct.Struct("<B32sIIIHH")
"""PROTOCOL, SHA-256 of the build's description, clock in kHz, beats and samples that the store
has room for, PREDICTION_DEPTH, HISTORY_DEPTH."""
STATE = struct.Struct("<BIIIIIIIIII")
"""State, the store's seal, epoch at work (or next), epoch the run ends before, samples taken in by
the pass at work, correct predictions of that pass, predictions since reset, epochs in the history
since reset, the core's steps, clocks from the first to the last sample of the last pass taken in,
samples of that pass."""
PARAMETER_RUN = struct.Struct("<BBIHHB")
"""Junction (from 0), 1 for biases, row and lane of the first value, lanes of a row, values. The
value after lane `lanes` - 1 is at lane 0 of the next row."""
PARAMETER_VALUE = struct.Struct("<i")
"""A weight or bias, raw."""
STORE_RANGE = struct.Struct("<IH")
"""First place and number of what follows, each in as many bytes as its bits need."""
CONFIGURATION = struct.Struct("<BIIIIII")
"""ConfigurationFlags, first epoch and the one to end before, first training sample and number of
them, first test sample and number of them. Each epoch is a pass over the training samples, a drain,
and a pass over the test samples without training."""
RATE = struct.Struct("<IB")
"""First epoch, and the rate exponent k from then on; the last entry that applies counts."""
RATES = 8
"""Entries of a configuration's schedule; those that are not needed start at epoch NEVER."""
NEVER = 0xFFFF_FFFF
"""An epoch that does not come."""
PLAY = struct.Struct("<IIBB")
"""First sample and number of them (0 only drains), PlayFlags, rate exponent k."""
READ_RANGE = struct.Struct("<IH")
"""First entry and number of entries."""
PREDICTION = struct.Struct("<H")
"""The class; bit 15 is set where it is the label."""
PREDICTION_DEPTH = 1024
"""Predictions that the board remembers, the last ones."""
HISTORY_ENTRY = struct.Struct("<IIII")
"""Epoch, correct predictions of its training samples, of the last TAIL of them, and of its test
samples."""
HISTORY_DEPTH = 512
"""Epochs that the board remembers, the last ones."""
TAIL = 1000
"""Training samples at an epoch's end whose accuracy is kept apart."""
