"""The harness connects every port of a core, and folds all outputs into one bit."""

from __future__ import annotations

import re

import pytest

from hwgen.core.design import CoreDesign
from hwgen.pnr.harness import harness_verilog
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions
from software_ref.plan.ports import Signal

PORTS = [
    Signal("a", True, "", 3),
    Signal("b", True, "", 1),
    Signal("y", False, "", 18),
]


def design(training: bool = True) -> CoreDesign:
    network = Network(layers=(8, 4, 4), out_degree=(1, 2), parallelism=(4, 2))
    return CoreDesign(network=network, options=CoreOptions(training=training))


@pytest.mark.parametrize("training", [True, False])
def test_every_port_of_the_core_is_connected(training: bool) -> None:
    core = design(training)
    header = re.search(rf"^module {core.name}\((.*)\);", core.verilog, re.MULTILINE)
    assert header is not None
    ports = core.ports.wires()
    assert {port.name for port in ports} | {"clk"} == set(header.group(1).split(", "))
    text = harness_verilog(core.name, ports)
    assert set(re.findall(r"\.(\w+)\(", text)) == set(header.group(1).split(", "))
    body = core.verilog[header.end() :].split("\nendmodule")[0]
    for port in ports:
        width = rf"(?:signed )?\[{port.bits - 1}:0\] " if port.bits > 1 else ""
        way = "input" if port.is_input else "output"
        assert re.search(rf"^  {way} {width}{port.name};", body, re.MULTILINE), port


def test_inputs_take_consecutive_bits() -> None:
    text = harness_verilog("core", PORTS)
    assert ".a(drive[2:0])" in text
    assert ".b(drive[3:3])" in text
    assert ".y(result[17:0])" in text


def test_outputs_fold_by_four_until_one_bit_is_left() -> None:
    text = harness_verilog("core", PORTS)
    folds = re.findall(r"fold(\d)\[(\d+)\] <= \^fold(\d)\[(\d+):(\d+)\];", text)
    levels = {level: [f for f in folds if f[0] == level] for level in "123"}
    assert [len(level) for level in levels.values()] == [5, 2, 1]
    assert [(f[3], f[4]) for f in levels["1"]] == [
        ("3", "0"),
        ("7", "4"),
        ("11", "8"),
        ("15", "12"),
        ("17", "16"),
    ]
    assert "assign serial_out = fold3[0];" in text


def test_a_single_output_bit_needs_no_folding() -> None:
    text = harness_verilog("core", [PORTS[0], Signal("y", False, "", 1)])
    assert "assign serial_out = fold0[0];" in text
    assert "fold1" not in text


@pytest.mark.parametrize("ports", [PORTS[:2], PORTS[2:]])
def test_a_core_without_inputs_or_outputs_is_refused(ports: list[Signal]) -> None:
    message = r"^module lone must have inputs and outputs to be placed in a harness$"
    with pytest.raises(ValueError, match=message):
        harness_verilog("lone", ports)
