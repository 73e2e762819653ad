"""LUT sites beside carry chains, in netlists written by hand."""

import json

import pytest

from hwgen.synthesis.netlist import Netlist
from hwgen.synthesis.packing import site_changes


def lut(output, *inputs):
    """A LUT as write_json has it."""
    pins = {f"I{place}": [net] for place, net in enumerate(inputs)}
    ways = dict.fromkeys(pins, "input") | {"O": "output"}
    return {
        "type": f"LUT{len(inputs)}",
        "parameters": {},
        "attributes": {},
        "port_directions": ways,
        "connections": pins | {"O": [output]},
    }


def carry(select, data):
    """A CARRY4 of which only the lowest bit is used."""
    return {
        "type": "CARRY4",
        "parameters": {},
        "attributes": {},
        "port_directions": {"S": "input", "DI": "input", "O": "output"},
        "connections": {
            "S": [select, "0", "0", "0"],
            "DI": [data, "0", "0", "0"],
            "O": [90, 91, 92, 93],
        },
    }


@pytest.fixture
def changes(tmp_path):
    """Site changes of a list of cells."""

    def build(*cells):
        named = {f"${index}": cell for index, cell in enumerate(cells)}
        module = {"ports": {}, "cells": named, "netnames": {}}
        path = tmp_path / "netlist.json"
        path.write_text(json.dumps({"modules": {"top": module}}))
        return site_changes(Netlist(path, "top"))

    return build


def test_two_luts_of_one_carry_bit_share_a_site(changes):
    assert changes(lut(10, 1, 2, 3), lut(11, 4, 5), carry(10, 11)) == {1: -1}


def test_lut_that_feeds_both_inputs_of_a_bit_shares_its_site(changes):
    assert changes(lut(10, 1, 2, 3, 11), lut(11, 4, 5), carry(10, 11)) == {1: -1}


def test_six_inputs_do_not_share_a_site(changes):
    assert changes(lut(10, 1, 2, 3), lut(11, 4, 5, 6), carry(10, 11)) == {}


@pytest.mark.parametrize("reused", [10, 11])
def test_lut_with_other_loads_keeps_its_site(changes, reused):
    assert changes(lut(10, 1, 2), lut(11, 1), carry(10, 11), lut(12, reused, 3)) == {}


def test_operand_on_the_bypass_wire_needs_no_site(changes):
    assert changes(lut(10, 1, 2), carry(10, 2)) == {}


def test_select_without_a_lut_needs_a_site(changes):
    assert changes(carry(1, "0")) == {0: 1}


def test_constant_select_needs_none(changes):
    assert changes(carry("0", "0")) == {}
