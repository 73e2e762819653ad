"""What samples and predictions look like on AXI4-Stream, the same for every network.

Every feature has bytes of its own, so that an array of integers is a packet as it lies in memory.
"""

from __future__ import annotations

from amaranth.lib import data, stream

from software_ref.plan.payload import Field, Payload, bytes_of
from software_ref.plan.ports import TAG_BITS, CorePorts

__all__ = [
    "PREDICTION_WORD",
    "SAMPLE_HEADER",
    "feature_bytes",
    "header_beats",
    "packet_signature",
    "sample_bytes",
]

SAMPLE_HEADER = Payload(
    "header",
    Field("label", 16, "the sample's class"),
    Field("train", 1, "whether it is trained on"),
    Field("unused", 7, "nothing"),
    Field("rate_exponent", 8, "k of the learning rate 2^-k"),
)
"""A sample's header: TUSER of its first beat, or the low bytes of what comes before the features.

The core has fewer bits of most fields; the others are passed over.
"""
PREDICTION_WORD = Payload(
    "prediction",
    Field("prediction", 15, "the predicted class"),
    Field("correct", 1, "whether it is the label"),
    Field("tag", TAG_BITS, f"the sample's number since reset, modulo 2^{TAG_BITS}"),
)
"""TDATA of a prediction."""


def feature_bytes(ports: CorePorts) -> int:
    """Bytes of a feature: 1, 2 or 4, as an unsigned integer, the lowest byte first."""
    needed = bytes_of(ports.feature_width)
    return 1 << (needed - 1).bit_length()


def sample_bytes(ports: CorePorts) -> int:
    """Bytes of a beat of samples, the first feature lowest."""
    return ports.beat_features * feature_bytes(ports)


def header_beats(ports: CorePorts) -> int:
    """Beats that a header takes where it comes before the features."""
    return -(-bytes_of(SAMPLE_HEADER.bits) // sample_bytes(ports))


def packet_signature(data_bits: int, user_bits: int = 0) -> stream.Signature:
    """A stream with the signals of an AXI4-Stream: `data` and `last`, and `user` if it has bits."""
    members: dict[str, int] = {"data": data_bits}
    if user_bits:
        members["user"] = user_bits
    return stream.Signature(data.StructLayout(members | {"last": 1}))
