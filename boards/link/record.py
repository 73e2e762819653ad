"""A payload's fields, declared once: the host packs them, the hardware lays them out."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Field", "Record"]


@dataclass(frozen=True)
class Field:
    """One field of a record."""

    name: str
    """Its name, in Python and in the hardware."""
    bits: int
    """Its width."""
    meaning: str
    """What it is, for people."""
    signed: bool = False
    """Whether it is a number in two's complement."""


class Record:
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
        bits = sum(field.bits for field in fields)
        if bits % 8:
            raise ValueError(f"fields of {name} must fill whole bytes, not {bits} bits")
        self.name = name
        self.fields = fields
        self.size = bits // 8
        """Bytes."""
        self._values: Any = namedtuple(name, [field.name for field in fields])

    def places(self) -> Iterator[tuple[int, Field]]:
        """Every field, with its lowest bit."""
        place = 0
        for field in self.fields:
            yield place, field
            place += field.bits

    def pack(self, **values: int) -> bytes:
        """The bytes of a record.

        Raises
        ------
        ValueError
            A field is missing or unknown, or a value does not fit.
        """
        if values.keys() != set(self._values._fields):
            wanted, given = ", ".join(self._values._fields), ", ".join(values)
            raise ValueError(f"{self.name} must have the fields {wanted}, not {given}")
        word = 0
        for place, field in self.places():
            value = int(values[field.name])
            low = -(1 << field.bits - 1) if field.signed else 0
            high = low + (1 << field.bits) - 1
            if not low <= value <= high:
                raise ValueError(
                    f"{field.name} of {self.name} must be {low} to {high}, not {value}"
                )
            word |= (value & (1 << field.bits) - 1) << place
        return word.to_bytes(self.size, "little")

    def unpack(self, payload: bytes) -> Any:
        """The fields of a record, as a named tuple of integers.

        Raises
        ------
        ValueError
            The payload is of another size.
        """
        if len(payload) != self.size:
            raise ValueError(f"{self.name} must have {self.size} bytes, not {len(payload)}")
        return self._values(*(int(column[0]) for column in self._columns(payload)))

    def unpack_all(self, payload: bytes) -> Any:
        """The fields of consecutive records, as a named tuple of columns: int64 (n,)."""
        return self._values(*self._columns(payload))

    def _columns(self, payload: bytes) -> list[NDArray[Any]]:
        octets = np.frombuffer(payload, np.uint8).reshape(-1, self.size)
        bits = np.unpackbits(octets, axis=1, bitorder="little")
        columns = []
        for place, field in self.places():
            kind: type = np.int64 if field.bits < 64 else object  # a digest is one large integer
            weights = np.array([1 << bit for bit in range(field.bits)], kind)
            if field.signed:
                weights[-1] = -weights[-1]
            columns.append(bits[:, place : place + field.bits].astype(kind) @ weights)
        return columns
