"""The map of a core: the same for every core but for what it has, and as docs/registers.md says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from hwgen.bus.core_registers import core_registers
from hwgen.bus.design import AxiDesign
from hwgen.bus.registers_page import tables
from rtl_tests.core_kinds import NETWORKS, design

PAGE = Path(__file__).parents[3] / "docs" / "registers.md"


def test_the_page_is_made_from_the_map() -> None:
    assert tables() in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NETWORKS)
def test_addresses_and_bits_are_those_of_every_core(name: str) -> None:
    any_core = {each.name: each for each in core_registers(design("tiny").ports).registers}
    for register in core_registers(design(name).ports).registers:
        other = any_core[register.name]
        assert (register.offset, register.access) == (other.offset, other.access)
        places = [(field.name, field.low, field.bits) for field in register.fields]
        assert places == [(field.name, field.low, field.bits) for field in other.fields]


def test_a_field_has_the_bits_that_the_core_uses() -> None:
    ports = design("relu").ports
    registers = core_registers(ports)
    (row,) = registers["PARAMETER_ROW"].fields
    (data,) = registers["PARAMETER_DATA"].fields
    assert (row.width, data.width) == (ports.row_width, ports.data_width)
    assert registers["SATURATED_UPDATE"].count == len(ports.junctions) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label_width": 16}, "label must have at most 15 bits for AXI, not 16"),
        ({"rate_exponent_width": 9}, "rate_exponent must have at most 8 bits for AXI, not 9"),
        ({"data_width": 33}, "data must have at most 32 bits for AXI, not 33"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        core_registers(replace(design("tiny").ports, **change))


def test_a_core_without_a_parameter_port_has_no_registers_for_it() -> None:
    inference = design("inference")
    options = replace(inference.options, constant=True)
    core = replace(inference, name="constant", options=options)
    assert not core.ports.parameter_port
    wrapped = AxiDesign(core=core)
    registers = wrapped.top.registers
    assert not any(register.name.startswith("PARAMETER_") for register in registers.registers)
    files = wrapped.files()
    assert "parameter" not in files["constant_axi.v"].partition("module ")[2]
    assert "PARAMETER_DATA" not in files["constant_axi.h"]
    assert "JUNCTIONS = (\n)\n" in files["constant_axi.py"]
