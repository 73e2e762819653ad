"""The tables of docs/registers.md: `python -m hwgen.bus.registers_page`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from hwgen.bus.axi_stream import PREDICTION_WORD, SAMPLE_HEADER
from hwgen.bus.core_registers import core_registers
from hwgen.bus.register_map import Register
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.console.markdown import markdown_table
from software_ref.network import Network
from software_ref.plan.payload import Payload
from software_ref.plan.ports import CorePorts
from software_ref.plan.schedule import Schedule

__all__ = ["tables"]

_ANY = Network(
    layers=(4, 2),
    out_degree=(1,),
    parallelism=(2,),
    connections=ConnectionOptions(kind="free"),
    rewire=RewireOptions(),
)
"""Addresses, fields and meanings are those of every network, but for what [rewire] adds."""


def tables() -> str:
    """Registers, their fields, and the fields of the streams' words, in Markdown."""
    registers = core_registers(CorePorts.of(Schedule(network=_ANY))).registers
    rows = [
        [f"`{_address(register)}`", f"`{register.name}`", str(register.access), register.meaning]
        for register in registers
    ]
    fields = [
        [f"`{register.name}`", f"`{field.name}`", _bits(field.low, field.bits), field.meaning]
        for register in registers
        for field in register.fields
    ]
    return "\n".join(
        [
            *markdown_table(["address", "register", "access", "what it is"], rows),
            "",
            "## Fields",
            "",
            "Only where the network file has `[rewire]` are there `CAPABILITIES.addresses` and "
            "`PARAMETER_SELECT.address`.",
            "",
            *markdown_table(["register", "field", "bits", "what it is"], fields),
            "",
            "## Words of the streams",
            "",
            *_words("`s_axis_samples_tuser`", SAMPLE_HEADER),
            "",
            *_words("`m_axis_predictions_tdata`", PREDICTION_WORD),
            "",
        ]
    )


def _words(title: str, payload: Payload) -> Iterator[str]:
    rows = [
        [f"`{field.name}`", _bits(place, field.bits), field.meaning]
        for place, field in payload.places()
    ]
    yield from markdown_table([f"field of {title}", "bits", "what it is"], rows)


def _address(register: Register) -> str:
    first = f"0x{register.offset:03X}"
    return f"{first} + 0x{register.stride:02X} {register.several}" if register.several else first


def _bits(low: int, bits: int) -> str:
    return str(low) if bits == 1 else f"{low + bits - 1}:{low}"


def main() -> None:
    """Print the tables."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    print(tables(), end="")


if __name__ == "__main__":
    main()
