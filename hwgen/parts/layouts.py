"""Payloads as signals."""

from __future__ import annotations

from amaranth.hdl import Const, Shape, Value, signed, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Member, Out

from software_ref.plan.payload import Field, Payload
from software_ref.plan.ports import COUNTER_BITS, CorePorts, Signal, Stream

__all__ = ["constant", "core_signature", "layout_of", "member_of", "shape_of", "view_of"]


def shape_of(field: Field) -> Shape:
    """A field's number, or that of one element."""
    return signed(field.bits) if field.signed else unsigned(field.bits)


def layout_of(payload: Payload) -> data.StructLayout:
    """The payload's fields in its own order, which is also that of its bits."""
    return data.StructLayout(
        {
            field.name: shape_of(field)
            if field.count is None
            else data.ArrayLayout(shape_of(field), field.count)
            for field in payload.fields
        }
    )


def member_of(port: Signal | Stream) -> Member:
    """A port of the core as a component's member."""
    flow = In if port.is_input else Out
    if isinstance(port, Signal):
        return flow(port.bits)
    return flow(stream.Signature(layout_of(port.payload)))


def core_signature(ports: CorePorts) -> wiring.Signature:
    """The ports of a core, as its users see them; counters of saturation as an array."""
    members = {port.name: member_of(port) for port in ports.ports}
    counters = data.ArrayLayout(unsigned(COUNTER_BITS), ports.counters)
    return wiring.Signature(members | {"saturations": Out(counters)})


def view_of(payload: Payload, bits: Value) -> data.View:
    """The fields of a payload's bits."""
    return data.View(layout_of(payload), bits)


def constant(payload: Payload, **values: int) -> Value:
    """A payload of constants."""
    return Const(payload.word(**values), payload.bits)
