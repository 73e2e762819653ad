"""A word's fields, declared once: software packs and unpacks them, hardware lays them out."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Field", "Payload", "bits_for", "bytes_of"]


def bits_for(largest: int) -> int:
    """Bits of a number from 0 to the largest one, at least 1."""
    return max(largest.bit_length(), 1)


def bytes_of(bits: int) -> int:
    """Bytes that a number of so many bits takes."""
    return -(-bits // 8)


@dataclass(frozen=True)
class Field:
    """One field of a payload."""

    name: str
    """Its name, in Python and in the hardware."""
    bits: int
    """Its width, 0 where it carries nothing; of one element where it has several."""
    meaning: str
    """What it is, for people."""
    signed: bool = False
    """Whether it is a number in two's complement."""
    count: int | None = None
    """Elements of a field that is an array, the first one lowest."""

    @property
    def width(self) -> int:
        """Bits of all its elements."""
        return self.bits if self.count is None else self.bits * self.count

    @property
    def limits(self) -> tuple[int, int]:
        """The least and the greatest value of an element."""
        low = -(1 << self.bits - 1) if self.signed else 0
        return low, low + (1 << self.bits) - 1


class Payload:
    """Fields from the lowest bit up, without gaps.

    Parameters
    ----------
    name
        What its values are called.
    fields
        Its fields.
    """

    def __init__(self, name: str, *fields: Field):
        self.name = name
        self.fields = fields
        self.bits = sum(field.width for field in fields)
        """Its width."""
        names = [field.name for field in fields]
        self.values: Any = namedtuple(name, names)  # type: ignore[misc]
        """Named tuple with a value of every field."""

    def __getitem__(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)

    def places(self) -> Iterator[tuple[int, Field]]:
        """Every field, with its lowest bit."""
        place = 0
        for field in self.fields:
            yield place, field
            place += field.width

    def word(self, **values: int) -> int:
        """One word.

        Raises
        ------
        ValueError
            A field is missing or unknown, or a value does not fit.
        """
        self._check_names(values)
        word = 0
        for place, field in self.places():
            value, (low, high) = int(values[field.name]), field.limits
            if not low <= value <= high:
                raise ValueError(
                    f"{field.name} of {self.name} must be {low} to {high}, not {value}"
                )
            word |= (value & (1 << field.bits) - 1) << place
        return word

    def words(self, **columns: ArrayLike) -> NDArray[np.uint64]:
        """Many words of at most 64 bits: uint64 (n,), from integers (n,) of every field.

        Raises
        ------
        ValueError
            A field is missing or unknown, a value does not fit, or lengths differ.
        """
        self._check_names(columns)
        values = {name: np.asarray(column, dtype=np.int64) for name, column in columns.items()}
        lengths = {name: len(column) for name, column in values.items()}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"{self.name} must have one entry of each field, not {lengths}")
        words = np.zeros(next(iter(lengths.values())), dtype=np.uint64)
        for place, field in self.places():
            column, (low, high) = values[field.name], field.limits
            if column.size and not low <= int(column.min()) <= int(column.max()) <= high:
                raise ValueError(
                    f"{field.name} of {self.name} must be {low} to {high}, "
                    f"not {int(column.min())} to {int(column.max())}"
                )
            part = (column & (1 << field.bits) - 1).astype(np.uint64)
            words |= part << np.uint64(place)
        return words

    def columns(self, octets: NDArray[np.uint8]) -> Any:
        """The fields of many words, as a named tuple of columns: int64 (n,), or objects if wider.

        Parameters
        ----------
        octets
            The words' bytes, the lowest first: uint8 (n, bytes of a word).
        """
        bits = np.unpackbits(octets, axis=1, bitorder="little")
        return self.values(
            *(
                _numbers(bits[:, place : place + field.bits], field)
                for place, field in self.places()
            )
        )

    def _check_names(self, given: Mapping[str, object]) -> None:
        wanted = self.values._fields
        if given.keys() != set(wanted):
            raise ValueError(
                f"{self.name} must have the fields {', '.join(wanted)}, not {', '.join(given)}"
            )


def _numbers(bits: NDArray[np.uint8], field: Field) -> NDArray[Any]:
    kind: type = np.int64 if field.bits < 64 else object  # a digest is one large integer
    weights: NDArray[Any] = np.array([1 << bit for bit in range(field.bits)], kind)
    if field.signed:
        weights[-1] = -weights[-1]
    numbers: NDArray[Any] = bits.astype(kind) @ weights
    return numbers
