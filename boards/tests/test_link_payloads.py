"""Records of the link: the bytes that the host packs are the fields that the hardware sees."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from amaranth.hdl import Const, Module, Signal

from boards.link import payloads
from boards.link.commands import Command
from boards.link.page import RECORDS, tables
from boards.link.record import Field, Record
from boards.tests.simulation import simulate
from hwgen.parts.layouts import constant, layout_of, view_of

PAGE = Path(__file__).parents[2] / "docs" / "link.md"


def values_of(record: Record, seed: int) -> dict[str, int]:
    """Random values; the last bit of every field is set now and then."""
    rng = np.random.default_rng(seed)
    found = {}
    for field in record.fields:
        raw = int.from_bytes(rng.bytes(field.bits // 8 + 1), "little") & (1 << field.bits) - 1
        found[field.name] = raw - (raw >> field.bits - 1 << field.bits) if field.signed else raw
    return found


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_unpacking_undoes_packing(record: Record) -> None:
    many = [values_of(record, seed) for seed in range(20)]
    payload = b"".join(record.pack(**values) for values in many)
    assert len(payload) == 20 * record.size
    assert record.unpack(payload[: record.size])._asdict() == many[0]
    columns = record.unpack_all(payload)
    for name in columns._fields:
        assert getattr(columns, name).tolist() == [values[name] for values in many]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_hardware_sees_the_packed_fields(record: Record) -> None:
    values = values_of(record, 1)
    m = Module()
    seen = {field.name: Signal(layout_of(record)[field.name].shape) for field in record.fields}
    bits = Const(int.from_bytes(record.pack(**values), "little"), 8 * record.size)
    view = view_of(record, bits)
    m.d.comb += [signal.eq(view[name]) for name, signal in seen.items()]
    clock = Signal()
    m.d.sync += clock.eq(~clock)

    async def look(context) -> None:
        for name, signal in seen.items():
            assert context.get(signal) == values[name]
        assert context.get(constant(record, **values)) == context.get(bits)

    simulate(m, look)


def test_layouts_are_those_of_the_wire() -> None:
    assert payloads.STATE.size == 59
    assert payloads.IDENTITY.size == 51
    assert payloads.PARAMETER_RUN.pack(
        junction=1, kind=1, row=0x01020304, lane=5, lanes=6, count=7
    ) == bytes([1, 1, 4, 3, 2, 1, 5, 0, 6, 0, 7])
    assert payloads.PREDICTION.pack(prediction=3, correct=1) == b"\x03\x80"
    assert payloads.PARAMETER_VALUE.pack(value=-2) == b"\xfe\xff\xff\xff"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"first": 1}, "STORE_RANGE must have the fields first, count, not first"),
        (
            {"first": 1, "count": 2**32},
            "count of STORE_RANGE must be 0 to 4294967295, not 4294967296",
        ),
        ({"first": -1, "count": 1}, "first of STORE_RANGE must be 0 to 4294967295, not -1"),
    ],
)
def test_values_that_do_not_fit_are_refused(values: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError) as refusal:
        payloads.STORE_RANGE.pack(**values)
    assert str(refusal.value) == message


def test_records_are_whole_bytes() -> None:
    with pytest.raises(ValueError, match=r"^fields of ODD must fill whole bytes, not 12 bits$"):
        Record("ODD", Field("a", 12, "twelve"))
    with pytest.raises(ValueError, match=r"^STOP must have 1 bytes, not 2$"):
        payloads.STOP.unpack(b"12")


def test_the_page_is_made_from_the_declarations() -> None:
    assert PAGE.read_text(encoding="utf-8").endswith(tables())


def test_commands_name_records_that_there_are() -> None:
    names = {record.name for record in RECORDS}
    for command in Command:
        for text in command.texts[:2]:
            assert set(re.findall(r"\b[A-Z_]{3,}\b", text)) <= names
