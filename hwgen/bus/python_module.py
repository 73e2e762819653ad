"""The Python module of a core's registers: a driver with what it must know."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

from hwgen.bus import driver
from hwgen.bus.core_summary import CoreSummary
from hwgen.bus.register_map import RegisterMap
from hwgen.export.header import made_by
from software_ref.plan.payload import Payload

__all__ = ["python_module"]


def python_module(summary: CoreSummary, registers: RegisterMap, payloads: Sequence[Payload]) -> str:
    """A module with a function `open_core`, tables of registers and words, and figures of the core.

    Parameters
    ----------
    summary
        The core.
    registers
        Its registers.
    payloads
        Words of the streams.
    """
    docstring, _, code = inspect.getsource(driver).partition('"""\n\n')
    del docstring
    lines = [
        f'"""Registers of {summary.name}, a {summary.kind}, and a driver that needs Python alone.',
        "",
        made_by(),
        '"""',
        "",
        code.rstrip(),
        "",
        "",
        *(f"{name.upper()} = {value}" for name, value in summary.numbers()),
        "",
        *_registers(registers),
        "",
        *_words(payloads),
        "",
        *_junctions(summary),
        "",
        "",
        "def open_core(memory: Memory) -> Driver:",
        '    """A driver for the core at `memory`, which must be this one."""',
        "    found = Driver(memory, REGISTERS, JUNCTIONS, (MAGIC, IDENTITY, VERSION_WANTED))",
        "    found.check()",
        "    return found",
        "",
    ]
    return "\n".join(lines)


def _registers(registers: RegisterMap) -> Iterator[str]:
    yield "REGISTERS = {"
    for register in registers.registers:
        yield f"    # {register.access}: {register.meaning}"
        yield f'    "{register.name}": Register('
        yield f"        {register.offset:#05x},"
        yield f"        {register.stride},"
        yield "        {"
        for field in register.fields:
            yield f'            "{field.name}": Field({field.low}, {field.bits}, {field.signed}),'
        yield "        },"
        yield "    ),"
    yield "}"


def _words(payloads: Sequence[Payload]) -> Iterator[str]:
    yield "WORDS = {"
    for payload in payloads:
        yield f'    "{payload.name}": {{'
        for place, field in payload.places():
            yield f'        "{field.name}": Field({place}, {field.bits}, {field.signed}),'
        yield "    },"
    yield "}"


def _junctions(summary: CoreSummary) -> Iterator[str]:
    yield "JUNCTIONS = ("
    for junction in summary.junctions:
        yield "    Junction("
        yield f"        {junction.weights},"
        yield f"        {junction.parallelism},"
        yield f"        {junction.bias_rows},"
        yield f"        {junction.bias_lanes},"
        if junction.addresses:
            yield f"        {junction.addresses},"
        yield "    ),"
    yield ")"
