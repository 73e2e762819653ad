"""The C header of a core's registers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hwgen.bus.core_summary import CoreSummary
from hwgen.bus.register_map import Register, RegisterMap
from hwgen.export.header import made_by
from software_ref.plan.payload import Payload

__all__ = ["c_header"]


def c_header(summary: CoreSummary, registers: RegisterMap, payloads: Sequence[Payload]) -> str:
    """Offsets, masks and shifts of registers and words, and what a driver must know of the core.

    Parameters
    ----------
    summary
        The core.
    registers
        Its registers.
    payloads
        Words of the streams, whose fields get masks and shifts, too.
    """
    prefix = summary.name.upper()
    guard = f"{prefix}_REGISTERS_H"
    lines = [
        f"/* Registers of {summary.name}, a {summary.kind}.",
        f" * {made_by()} */",
        f"#ifndef {guard}",
        f"#define {guard}",
        "",
        "#include <stdint.h>",
        "",
        "/* The core. */",
        *(f"#define {prefix}_{name.upper()} {_number(value)}" for name, value in summary.numbers()),
        "",
        "/* Registers: offsets in bytes; of every field its mask and its lowest bit. */",
    ]
    for register in registers.registers:
        lines += _register(prefix, register)
    lines += ["", "/* Words of the streams: of every field its mask and its lowest bit. */"]
    for payload in payloads:
        for place, field in payload.places():
            name = f"{prefix}_{payload.name.upper()}_{field.name.upper()}"
            lines += _field(name, ((1 << field.bits) - 1) << place, place)
    if summary.junctions:
        lines += ["", *_places(summary)]
    lines += ["", f"#endif /* {guard} */", ""]
    return "\n".join(lines)


def _register(prefix: str, register: Register) -> Iterator[str]:
    name = f"{prefix}_{register.name}"
    yield f"/* {register.access}: {register.meaning} */"
    if register.several:
        yield f"#define {name}({register.several}) ({_hex(register.offset)} + " + (
            f"{_hex(register.stride)} * ({register.several}))"
        )
    else:
        yield f"#define {name} {_hex(register.offset)}"
    for field in register.fields:
        yield from _field(f"{name}_{field.name.upper()}", field.mask, field.low)


def _field(name: str, mask: int, low: int) -> Iterator[str]:
    yield f"#define {name}_MASK {_hex(mask)}"
    yield f"#define {name}_SHIFT {low}"


def _places(summary: CoreSummary) -> Iterator[str]:
    """Where the parameters of every junction lie."""
    name = summary.name.lower()
    yield "/* Weight e of a junction is in row e / lanes, lane e % lanes; bias n is in row"
    addresses = summary.plan.ports.rewritable
    also = " Address n is in row n / lanes, lane n % lanes." if addresses else ""
    yield f" * bias_rows[n], lane bias_lanes[n].{also} */"
    yield f"struct {name}_junction {{"
    yield "  uint32_t weights, lanes, biases;"
    yield "  const uint32_t *bias_rows, *bias_lanes;"
    if addresses:
        yield "  uint32_t addresses;"
    yield "};"
    for number, junction in enumerate(summary.junctions):
        for kind, values in (("rows", junction.bias_rows), ("lanes", junction.bias_lanes)):
            yield f"static const uint32_t {name}_bias_{kind}_{number}[] = {{"
            for first in range(0, len(values), 16):
                yield "  " + " ".join(f"{value}," for value in values[first : first + 16])
            yield "};"
    yield f"static const struct {name}_junction {name}_junctions[] = {{"
    for number, junction in enumerate(summary.junctions):
        yield (
            f"  {{{junction.weights}, {junction.parallelism}, {junction.right}, "
            f"{name}_bias_rows_{number}, {name}_bias_lanes_{number}"
            + (f", {junction.addresses}" if addresses else "")
            + "},"
        )
    yield "};"


def _number(value: int) -> str:
    return _hex(value) if value >= 1 << 16 else f"{value}u"


def _hex(value: int) -> str:
    return f"0x{value:02x}u"
