"""Units of cells in small netlists written by hand."""

import json

import pytest

from hwgen.synthesis.netlist import Netlist, common_unit


def cell(kind, *, scope=None, **pins):
    """A cell with single-bit pins; output pins are O and Q."""
    return {
        "type": kind,
        "parameters": {},
        "attributes": {} if scope is None else {"scopename": scope},
        "port_directions": {pin: "output" if pin in ("O", "Q") else "input" for pin in pins},
        "connections": {pin: [net] for pin, net in pins.items()},
    }


@pytest.fixture
def units_of(tmp_path):
    """Makes a netlist of units a, a.x and b; returns the units of its cells by name."""

    def build(cells, names):
        scopes = {
            scope: {"type": "$scopeinfo", "parameters": {}, "attributes": {}, "connections": {}}
            for scope in ("a", "a.x", "b")
        }
        netnames = {name: {"hide_name": 0, "bits": [net]} for name, net in names.items()}
        module = {"ports": {}, "cells": scopes | cells, "netnames": netnames}
        path = tmp_path / "netlist.json"
        path.write_text(json.dumps({"modules": {"top": module}}))
        netlist = Netlist(path, "top")
        pairs = zip(netlist.cells, netlist.units, strict=True)
        return {found.name: ".".join(unit) for found, unit in pairs}

    return build


def test_own_name_and_attribute_tell_the_unit(units_of):
    cells = {
        "a.x.words.0.0": cell("RAM32M"),
        "$flatten\\a.\\x.$mul$1": cell("DSP48E1"),
        "$1": cell("FDRE", scope="a x", Q=5),
        "$2": cell("FDRE", scope="a lane[0]", Q=6),
    }
    assert list(units_of(cells, {}).values()) == ["a.x", "a.x", "a.x", "a"]


def test_named_net_tells_the_unit_of_its_driver(units_of):
    cells = {"$1": cell("SRL16E", D=2, Q=3), "$2": cell("FDRE", D=3, Q=4)}
    found = units_of(cells, {"a.x.late": 3, "late": 3, "top_register": 4})
    assert found == {"$1": "a.x", "$2": ""}


def test_net_between_units_belongs_to_the_one_that_feeds_its_driver(units_of):
    cells = {"$1": cell("FDRE", scope="b", Q=2), "$2": cell("LUT1", I0=2, O=3)}
    assert units_of(cells, {"b.out": 3, "a.x.in": 3})["$2"] == "b"


def test_register_behind_a_memory_belongs_to_it(units_of):
    cells = {"a.x.words.0.0": cell("RAM32M", O=2), "$1": cell("FDRE", D=2, Q=3)}
    assert units_of(cells, {"b.in": 3})["$1"] == "a.x"


def test_nameless_lut_belongs_to_what_it_feeds(units_of):
    cells = {
        "$1": cell("LUT1", I0=9, O=2),
        "$2": cell("LUT1", I0=2, O=3),
        "$3": cell("FDRE", scope="a x", D=3, Q=4),
    }
    assert set(units_of(cells, {}).values()) == {"a.x"}


def test_lut_that_feeds_two_units_belongs_to_their_parent(units_of):
    cells = {
        "$1": cell("LUT1", I0=9, O=2),
        "$2": cell("FDRE", scope="a x", D=2, Q=3),
        "$3": cell("FDRE", scope="a", D=2, Q=4),
    }
    assert units_of(cells, {})["$1"] == "a"


def test_lut_that_feeds_strangers_belongs_to_what_feeds_it(units_of):
    cells = {
        "$0": cell("FDRE", scope="a x", Q=9),
        "$1": cell("LUT1", I0=9, O=2),
        "$2": cell("FDRE", scope="a", D=2, Q=3),
        "$3": cell("FDRE", scope="b", D=2, Q=4),
    }
    assert units_of(cells, {})["$1"] == "a.x"


def test_lut_between_strangers_is_shared(units_of):
    cells = {
        "$1": cell("LUT1", I0=9, O=2),
        "$2": cell("FDRE", scope="a", D=2, Q=3),
        "$3": cell("FDRE", scope="b", D=2, Q=4),
    }
    assert units_of(cells, {})["$1"] == ""


def test_common_unit():
    assert common_unit([]) == ()
    assert common_unit([("a", "x"), ("a", "y", "z")]) == ("a",)
    assert common_unit([("a", "x"), ("b",)]) == ()
