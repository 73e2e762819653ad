"""The link's records as signals."""

from __future__ import annotations

from amaranth.hdl import Const, Value, signed
from amaranth.lib import data

from boards.link.record import Record

__all__ = ["constant", "layout_of", "view_of"]


def layout_of(record: Record) -> data.StructLayout:
    """The record's fields in its own order, which is also that of its bits."""
    return data.StructLayout(
        {field.name: signed(field.bits) if field.signed else field.bits for field in record.fields}
    )


def view_of(record: Record, bits: Value) -> data.View:
    """The fields of a record's bits."""
    return data.View(layout_of(record), bits)


def constant(record: Record, **values: int) -> Value:
    """A record of constants."""
    return Const(int.from_bytes(record.pack(**values), "little"), 8 * record.size)
