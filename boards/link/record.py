"""A payload of the link: fields in whole bytes, which the host packs and the hardware lays out."""

from __future__ import annotations

from typing import Any

import numpy as np

from software_ref.plan.payload import Field, Payload

__all__ = ["Field", "Record"]


class Record(Payload):
    """Fields from the lowest bit up, without gaps, in whole bytes, the lowest byte first.

    Parameters
    ----------
    name
        What its values are called.
    fields
        Its fields.

    Raises
    ------
    ValueError
        The fields do not fill whole bytes.
    """

    def __init__(self, name: str, *fields: Field):
        super().__init__(name, *fields)
        if self.bits % 8:
            raise ValueError(f"fields of {name} must fill whole bytes, not {self.bits} bits")
        self.size = self.bits // 8
        """Bytes."""

    def pack(self, **values: int) -> bytes:
        """The bytes of a record.

        Raises
        ------
        ValueError
            A field is missing or unknown, or a value does not fit.
        """
        return self.word(**values).to_bytes(self.size, "little")

    def unpack(self, payload: bytes) -> Any:
        """The fields of a record, as a named tuple of integers.

        Raises
        ------
        ValueError
            The payload is of another size.
        """
        if len(payload) != self.size:
            raise ValueError(f"{self.name} must have {self.size} bytes, not {len(payload)}")
        return self.values(*(int(column[0]) for column in self.unpack_all(payload)))

    def unpack_all(self, payload: bytes) -> Any:
        """The fields of consecutive records, as a named tuple of columns: int64 (n,)."""
        return self.columns(np.frombuffer(payload, np.uint8).reshape(-1, self.size))
