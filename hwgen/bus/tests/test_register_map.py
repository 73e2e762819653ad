"""Register maps: what cannot be one is refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hwgen.bus.register_map import Access, Register, RegisterField, RegisterMap

DATA = RegisterField(name="data", bits=8, meaning="data")
ONE = Register(name="ONE", offset=0, access=Access.READ_WRITE, meaning="one", fields=(DATA,))
MANY = replace(ONE, name="MANY", offset=8, count=3, stride=8, several="junction")


def test_every_word_is_listed_with_its_number() -> None:
    found = RegisterMap(registers=(ONE, MANY), address_bits=5)
    assert [(offset, index, each.name) for offset, index, each in found.places()] == [
        (0, 0, "ONE"),
        (8, 0, "MANY"),
        (16, 1, "MANY"),
        (24, 2, "MANY"),
    ]
    assert found["MANY"] is MANY
    assert "MANY" in found and "NONE" not in found


@pytest.mark.parametrize(
    ("registers", "message"),
    [
        ((ONE, ONE), "names of registers must differ, not ['ONE', 'ONE']"),
        ((replace(ONE, offset=2),), "ONE must be at a whole word, not at 0x2"),
        ((replace(MANY, count=4),), "MANY must be below 0x20, not at 0x20"),
        (
            (MANY, replace(ONE, offset=16)),
            "ONE must be at an address of its own, not at 0x10, where MANY is",
        ),
        (
            (replace(ONE, fields=(DATA, replace(DATA, name="more", low=7))),),
            "fields of ONE must not overlap, as data and more do",
        ),
        (
            (replace(ONE, passed=True), replace(MANY, passed=True)),
            "at most one register must be passed on, not ['ONE', 'MANY']",
        ),
    ],
)
def test_what_overlaps_or_lies_outside_is_refused(
    registers: tuple[Register, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        RegisterMap(registers=registers, address_bits=5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"low": 25}, "data must lie in bits 0 to 31, not in 25 to 32"),
        ({"bits": 0}, "data must lie in bits 0 to 31, not in 0 to -1"),
        ({"used": 9}, "data must have at most the 8 bits of the map, not 9"),
    ],
)
def test_a_field_lies_in_its_word(change: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        replace(DATA, **change)
