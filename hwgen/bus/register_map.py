"""A register map as data: what decoder, page, C header and Python module are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

__all__ = ["WORD_BITS", "WORD_BYTES", "Access", "Register", "RegisterField", "RegisterMap"]

WORD_BITS = 32
"""Bits of a register."""
WORD_BYTES = WORD_BITS // 8
"""Bytes from a register to the next one."""


class Access(StrEnum):
    """What software may do with a register; anything else is refused."""

    READ_ONLY = "read-only"
    READ_WRITE = "read-write"
    WRITE_ONLY = "write-only"
    CLEAR = "read, write 1 to clear"
    """It can be read; a 1 that is written clears its bit."""

    @property
    def readable(self) -> bool:
        """Whether it can be read."""
        return self is not Access.WRITE_ONLY

    @property
    def writable(self) -> bool:
        """Whether it can be written."""
        return self is not Access.READ_ONLY


@dataclass(frozen=True, kw_only=True)
class RegisterField:
    """Some bits of a register."""

    name: str
    """Its name, in small letters."""
    low: int = 0
    """Its lowest bit."""
    bits: int = 1
    """Its bits in every core's map."""
    meaning: str
    """What it is, for people."""
    signed: bool = False
    """Whether it is a number in two's complement."""
    used: int | None = None
    """Bits that this core has, all of them where None; the others read as 0, or as the sign, and
    a write must leave them so."""

    def __post_init__(self) -> None:
        if not (self.low >= 0 and self.bits >= 1 and self.low + self.bits <= WORD_BITS):
            raise ValueError(
                f"{self.name} must lie in bits 0 to {WORD_BITS - 1}, "
                f"not in {self.low} to {self.low + self.bits - 1}"
            )
        if not 0 <= self.width <= self.bits:
            raise ValueError(
                f"{self.name} must have at most the {self.bits} bits of the map, not {self.width}"
            )

    @property
    def width(self) -> int:
        """Bits that this core has."""
        return self.bits if self.used is None else self.used

    @property
    def mask(self) -> int:
        """A word with its bits set."""
        return ((1 << self.bits) - 1) << self.low


@dataclass(frozen=True, kw_only=True)
class Register:
    """One word of the map, or one of each of several groups."""

    name: str
    """Its name, in capitals."""
    offset: int
    """Its address in bytes."""
    access: Access
    """What software may do."""
    meaning: str
    """What it is for."""
    fields: tuple[RegisterField, ...]
    """Its fields; the other bits read as 0, and must be written as 0."""
    count: int = 1
    """How many there are."""
    stride: int = WORD_BYTES
    """Bytes from one of them to the next."""
    several: str = ""
    """What there is one of them for; empty where there is one alone."""
    passed: bool = False
    """Whether accesses are passed on to a unit, which answers them."""

    def offsets(self) -> range:
        """Addresses of all of them."""
        return range(self.offset, self.offset + self.count * self.stride, self.stride)


@dataclass(frozen=True, kw_only=True)
class RegisterMap:
    """All registers of a bus.

    Raises
    ------
    ValueError
        For two registers at an address or of a name, a register beyond the address bits or at no
        whole word, fields that overlap, or two registers that are passed on.
    """

    registers: tuple[Register, ...]
    """In the order of their addresses."""
    address_bits: int
    """Bits of an address in bytes."""

    def __post_init__(self) -> None:
        names = [register.name for register in self.registers]
        if len(set(names)) < len(names):
            raise ValueError(f"names of registers must differ, not {names}")
        passed = [register.name for register in self.registers if register.passed]
        if len(passed) > 1:
            raise ValueError(f"at most one register must be passed on, not {passed}")
        places: dict[int, str] = {}
        for register in self.registers:
            for offset in register.offsets():
                if offset % WORD_BYTES:
                    raise ValueError(f"{register.name} must be at a whole word, not at {offset:#x}")
                if offset >= 1 << self.address_bits:
                    raise ValueError(
                        f"{register.name} must be below {1 << self.address_bits:#x}, "
                        f"not at {offset:#x}"
                    )
                if offset in places:
                    raise ValueError(
                        f"{register.name} must be at an address of its own, not at {offset:#x}, "
                        f"where {places[offset]} is"
                    )
                places[offset] = register.name
            fields = sorted(register.fields, key=lambda field: field.low)
            for one, other in pairwise(fields):
                if one.low + one.bits > other.low:
                    raise ValueError(
                        f"fields of {register.name} must not overlap, as {one.name} and "
                        f"{other.name} do"
                    )

    def __getitem__(self, name: str) -> Register:
        """The register of that name."""
        return next(register for register in self.registers if register.name == name)

    def __contains__(self, name: str) -> bool:
        return any(register.name == name for register in self.registers)

    @property
    def passed(self) -> Register | None:
        """The register whose accesses are passed on, if there is one."""
        return next((register for register in self.registers if register.passed), None)

    def places(self) -> Iterator[tuple[int, int, Register]]:
        """Every word: its address, its number among those of its register, and the register."""
        for register in self.registers:
            for index, offset in enumerate(register.offsets()):
                yield offset, index, register
