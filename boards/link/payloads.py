"""What the link's payloads hold, field by field: both ends and the docs start from these."""

from __future__ import annotations

from boards.link.framing import MAX_PAYLOAD
from boards.link.record import Field, Record
from software_ref.training import STREAM_TAIL

__all__ = [
    "CONFIGURATION",
    "COUNTER",
    "HEARD",
    "HISTORY_DEPTH",
    "HISTORY_ENTRY",
    "IDENTITY",
    "KEY_TIME",
    "KEY_TIMES",
    "MAX_ANSWER",
    "NEVER",
    "PARAMETER_KINDS",
    "PARAMETER_RUN",
    "PARAMETER_VALUE",
    "PLAY",
    "PREDICTION",
    "PREDICTION_DEPTH",
    "PROTOCOL",
    "RATE",
    "RATES",
    "READ_ONLY",
    "READ_RANGE",
    "SEAL",
    "STATE",
    "STOP",
    "STORE_HEAD",
    "STORE_RANGE",
    "TAIL",
]

PROTOCOL = 2
"""Version of the protocol."""
MAX_ANSWER = MAX_PAYLOAD - 1
"""Bytes that follow an answer's status at most."""
RATES = 8
"""Entries of a configuration's schedule; those that are not needed start at epoch NEVER."""
NEVER = 0xFFFF_FFFF
"""An epoch that does not come."""
PREDICTION_DEPTH = 1024
"""Predictions that the board remembers, the last ones."""
HISTORY_DEPTH = 512
"""Epochs that the board remembers, the last ones."""
KEY_TIMES = 16
"""Times of KEY at most; a letter has no more than 11."""
TAIL = STREAM_TAIL
"""Training samples at an epoch's end whose accuracy is kept apart, as software trainers do."""

IDENTITY = Record(
    "IDENTITY",
    Field("protocol", 8, "version of this protocol"),
    Field("identity", 256, "SHA-256 of the build's description, its first byte lowest"),
    Field("clock_khz", 32, "clock of the logic"),
    Field("words", 32, "words of the store's memory"),
    Field("word_bits", 16, "bits of each; 0: block RAM, with a line of coded samples in each"),
    Field("samples", 32, "samples that the store has room for, at most"),
    Field("prediction_depth", 16, "predictions that the board remembers, the last ones"),
    Field("history_depth", 16, "epochs that the board remembers, the last ones"),
)
READ_ONLY = Record(
    "READ_ONLY",
    Field("places", 32, "places of the order of samples in its memory, which can only be read"),
)
STATE = Record(
    "STATE",
    Field("state", 8, "flags of what is under way"),
    Field("seal", 32, "what the store was sealed with; 0 for nothing"),
    Field("epoch", 32, "epoch at work, or the next one"),
    Field("end_epoch", 32, "the epoch that the configured run ends before"),
    Field("samples", 32, "samples taken in by the pass at work"),
    Field("right", 32, "its correct predictions"),
    Field("predictions", 32, "predictions since the board's reset"),
    Field("epochs", 32, "epochs in its history since then"),
    Field("steps", 32, "steps of its core since then"),
    Field("clocks", 32, "clocks from the first to the last sample of the last pass with any"),
    Field("timed", 32, "samples of that pass"),
    Field("crc", 32, "CRC-32 of the words that CHECK_STORE named last"),
    Field("damaged", 16, "samples whose bytes were not those written, since the board's reset"),
    Field("worked", 48, "clocks of passes in which the core took a beat or could not"),
    Field("waited", 48, "clocks of passes in which it waited for one"),
)
COUNTER = Record("COUNTER", Field("count", 32, "values saturated since the reset"))
PARAMETER_RUN = Record(
    "PARAMETER_RUN",
    Field("junction", 8, "junction, from 0"),
    Field("kind", 8, "0 for weights, 1 for biases, 2 for addresses, where connections move"),
    Field("row", 32, "row of the first value"),
    Field("lane", 16, "lane of the first value"),
    Field("lanes", 16, "lanes of a row: the value after the last is at lane 0 of the next row"),
    Field("count", 8, "values"),
)
PARAMETER_KINDS = ("weights", "biases", "addresses")
"""Kinds of a PARAMETER_RUN, by their numbers."""
PARAMETER_VALUE = Record(
    "PARAMETER_VALUE", Field("value", 32, "a weight, bias or address, raw", signed=True)
)
STORE_RANGE = Record(
    "STORE_RANGE",
    Field("first", 32, "first word, from the beginning of the memory"),
    Field("count", 32, "number of words, each in as many bytes as its bits need"),
)
SEAL = Record("SEAL", Field("seal", 32, "the host's number for what is in the store; 0: nothing"))
STORE_HEAD = Record(
    "STORE_HEAD",
    Field("crc", 32, "CRC-32 of the memory's words behind this field"),
    Field("build", 32, "number of the build that the words are for"),
    Field("words", 32, "how many they are"),
    Field("seal", 32, "what a host seals a store of the order, index and samples in them with"),
)
CONFIGURATION = Record(
    "CONFIGURATION",
    Field("flags", 8, "flags"),
    Field("first_epoch", 32, "first epoch"),
    Field("end_epoch", 32, "the epoch to end before"),
    Field("train_first", 32, "first training sample"),
    Field("train_count", 32, "training samples; each epoch is a pass over them, a drain,"),
    Field("test_first", 32, "first test sample"),
    Field("test_count", 32, "test samples; and a pass over these without training"),
)
RATE = Record(
    "RATE",
    Field("first_epoch", 32, "first epoch of the entry; the last entry that applies counts"),
    Field("rate_exponent", 8, "rate exponent k from then on"),
)
STOP = Record("STOP", Field("when", 8, "when the run ends"))
PLAY = Record(
    "PLAY",
    Field("first", 32, "first sample"),
    Field("count", 32, "samples; 0 only drains"),
    Field("flags", 8, "flags"),
    Field("rate_exponent", 8, "rate exponent k"),
)
READ_RANGE = Record(
    "READ_RANGE",
    Field("first", 32, "first entry, counted from the board's reset"),
    Field("count", 16, "entries"),
)
PREDICTION = Record(
    "PREDICTION",
    Field("prediction", 15, "the class"),
    Field("correct", 1, "whether it is the label"),
)
KEY_TIME = Record("KEY_TIME", Field("time", 16, "milliseconds of the board, 1 or more"))
HEARD = Record(
    "HEARD",
    Field("letters", 32, "letters named since the board's reset"),
    Field("character", 8, "class of the last one"),
    Field("flags", 8, "flags of the key"),
    Field("unit", 16, "its unit, in milliseconds of the board"),
)
HISTORY_ENTRY = Record(
    "HISTORY_ENTRY",
    Field("epoch", 32, "epoch"),
    Field("train", 32, "correct predictions of its training samples"),
    Field("tail", 32, f"of the last {TAIL:,} of them"),
    Field("test", 32, "of its test samples"),
)
