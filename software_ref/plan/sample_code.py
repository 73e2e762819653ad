"""The code of samples in a board's memory: its sizes, which host and hardware share.

docs/samples.md is the specification.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count

from software_ref.plan.payload import Field, Payload, bits_for, bytes_of
from software_ref.plan.ports import CorePorts

__all__ = ["CHECK", "GROUP", "SampleCode"]

GROUP = 8
"""Features of a group, and bits of its mask."""
CHECK = 0xA5
"""All bytes of a sample, exclusive or: neither empty nor erased memory passes for a sample."""


@dataclass(frozen=True, kw_only=True)
class SampleCode:
    """How a sample is written into words of memory.

    Raises
    ------
    ValueError
        A size is below 1, or a word has no whole number of bytes.
    """

    features: int
    """Features of a sample, N."""
    beat_features: int
    """Features of the core's input beat, B."""
    value_bits: int
    """Bits of a value, f: features are 0 to 2^f."""
    label_bits: int
    """Bits of a label."""
    word_bits: int | None = None
    """Bits of the memory's word; None: a whole line, where the memory can be as wide as wanted."""

    def __post_init__(self) -> None:
        for name in ("features", "beat_features", "value_bits", "label_bits"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.word_bits is not None and (self.word_bits < 8 or self.word_bits % 8):
            raise ValueError(f"word_bits must be a multiple of 8, not {self.word_bits}")

    @classmethod
    def of(cls, ports: CorePorts, word_bits: int | None = None) -> SampleCode:
        """That of a core's samples in a memory of such words."""
        return cls(
            features=ports.features,
            beat_features=ports.beat_features,
            value_bits=ports.feature_width - 1,
            label_bits=ports.label_width,
            word_bits=word_bits,
        )

    @property
    def groups(self) -> int:
        """Groups of features, the last one perhaps with fewer."""
        return -(-self.features // GROUP)

    @property
    def group_bytes(self) -> int:
        """Bytes of the mask of groups."""
        return bytes_of(self.groups)

    @property
    def unit_groups(self) -> int:
        """Groups that the decoder looks at in a clock: more than a beat's."""
        return self.beat_features // GROUP + 1

    @cached_property
    def line_slots(self) -> int:
        """Values that a line holds: whole words, whole bytes, the header, and what a beat needs."""
        least = self.beat_features
        if self.word_bits is None:  # so that samples without any 0 come at a beat a clock, too
            least += -(-self.beat_features // self.value_bits) + 1
        return next(
            slots
            for slots in count(least)
            if slots * self.value_bits % (self.word_bits or 8) == 0
            and slots * self.value_bits >= max(self._header(slots).bits, 8 * self.unit_groups, 32)
        )

    @property
    def line_bits(self) -> int:
        """Bits of a line: what the decoder takes in a clock at most."""
        return self.line_slots * self.value_bits

    @property
    def line_words(self) -> int:
        """Words of a line."""
        return self.line_bits // self.width

    @property
    def width(self) -> int:
        """Bits of a word."""
        return self.word_bits or self.line_bits

    @cached_property
    def header(self) -> Payload:
        """What a sample begins with, in whole bytes."""
        return self._header(self.line_slots)

    def _header(self, slots: int) -> Payload:
        fields = [
            Field("check", 8, f"makes the exclusive or of all bytes {CHECK:#x}"),
            Field("label", self.label_bits, "the class"),
            Field("flat", 1, "there is no mask of groups: all of them follow"),
            Field("shared", 1, "masks, or the header, reach into the line where values begin"),
            Field("line", bits_for(self._most_lines(slots)), "line where the values begin"),
            Field("slot", bits_for(slots - 1), "place of the first value in it"),
        ]
        spare = -sum(field.bits for field in fields) % 8
        return Payload("sample_header", *fields, Field("spare", spare, "0"))

    def _most_lines(self, slots: int) -> int:
        """The last line that values may begin in; a header has 8 bytes at most."""
        return -(-8 * (8 + self.group_bytes + self.groups) // (slots * self.value_bits))

    @property
    def most_mask_lines(self) -> int:
        """Lines that header and masks take at most."""
        return self._most_lines(self.line_slots) + 1

    @property
    def header_bytes(self) -> int:
        """Bytes of the header."""
        return self.header.bits // 8

    def masks_at(self, *, flat: bool) -> int:
        """Byte of the sample where its masks begin."""
        return self.header_bytes + (0 if flat else self.group_bytes)

    @property
    def most_words(self) -> int:
        """Words of a sample without any 0: the most that one takes."""
        masks = 8 * (self.masks_at(flat=True) + self.groups)
        slots = -(-masks // self.value_bits) + self.features
        return -(-slots * self.value_bits // self.width)
