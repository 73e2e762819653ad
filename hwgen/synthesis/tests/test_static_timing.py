"""Delays of single cells from Yosys' library, and paths through small netlists."""

import json

import pytest

from hwgen.synthesis import SynthesisError
from hwgen.synthesis.cell_timing import CellTiming, read_cell_timing
from hwgen.synthesis.netlist import Netlist
from hwgen.synthesis.static_timing import StaticTiming

REGISTERED = ("DSP48E1", (("AREG", "1"), ("BREG", "1"), ("MREG", "1"), ("PREG", "1")))
PIPELINED = ("DSP48E1", (("AREG", "0"), ("BREG", "0"), ("MREG", "1"), ("PREG", "1")))
BARE = ("DSP48E1", (("AREG", "0"), ("BREG", "0"), ("MREG", "0"), ("PREG", "0")))

REGISTER = CellTiming({}, {("Q", 0): 303}, {("D", 0): 0, ("R", 0): 404}, frozenset({"C"}))
LOGIC = CellTiming({(("I0", 0), ("O", 0)): 238, (("I1", 0), ("O", 0)): 127}, {}, {}, frozenset())


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    plain = [(kind, ()) for kind in ("FDRE", "LUT6", "CARRY4", "RAM64M", "RAM32M", "RAMB36E1")]
    dsps = [
        (
            kind,
            (
                *((name, f"{int(value):032b}") for name, value in parameters),
                *((name, "0" * 32) for name in ("ADREG", "CREG", "DREG")),
            ),
        )
        for kind, parameters in (REGISTERED, PIPELINED, BARE)
    ]
    found = read_cell_timing([*plain, *dsps], tmp_path_factory.mktemp("cells"))
    names = [kind for kind, _ in plain] + ["registered", "pipelined", "bare"]
    return dict(zip(names, (found[each] for each in [*plain, *dsps]), strict=True))


def test_register_delays(library):
    register = library["FDRE"]
    assert register.arrival == {("Q", 0): 303}
    assert register.setup == {("D", 0): 0, ("CE", 0): 109, ("R", 0): 404}
    assert register.clocks == {"C"}


def test_carry_delays(library):
    assert library["CARRY4"].through[("CI", 0), ("CO", 3)] == 114
    assert not library["CARRY4"].clocks


def test_memory_delays(library):
    memory = library["RAM64M"]
    assert memory.through[("ADDRA", 0), ("DOA", 0)] == 642
    assert memory.through[("ADDRB", 5), ("DOB", 0)] == 127  # not in the library
    assert memory.arrival["DOC", 0] == 1158
    assert library["RAM32M"].through[("ADDRA", 4), ("DOA", 1)] == 238
    assert library["RAMB36E1"].arrival["DOADO", 31] == 2454
    assert library["RAMB36E1"].setup["ADDRARDADDR", 15] == 566


def test_dsp_delays_follow_its_registers(library):
    assert not library["registered"].through
    assert library["registered"].arrival["P", 0] < library["bare"].through[("A", 0), ("P", 47)]
    assert library["registered"].setup["A", 0] < library["pipelined"].setup["A", 0]
    assert not library["bare"].arrival


def netlist(tmp_path, cells, names=(), ports=()):
    """A netlist of registers and two-input LUTs from (kind, {pin: net}) pairs."""
    entries = {
        f"${index}": {
            "type": kind,
            "parameters": {},
            "attributes": {},
            "port_directions": {pin: "output" if pin in "OQ" else "input" for pin in pins},
            "connections": {pin: [net] for pin, net in pins.items()},
        }
        for index, (kind, pins) in enumerate(cells)
    }
    module = {
        "ports": {f"p{net}": {"direction": way, "bits": [net]} for net, way in dict(ports).items()},
        "cells": entries,
        "netnames": {name: {"hide_name": 0, "bits": [net]} for name, net in dict(names).items()},
    }
    path = tmp_path / "netlist.json"
    path.write_text(json.dumps({"modules": {"top": module}}))
    return Netlist(path, "top")


TIMING = {("FDRE", ()): REGISTER, ("LUT2", ()): LOGIC}


def test_longest_path_takes_the_slower_branch(tmp_path):
    cells = [
        ("FDRE", {"C": 1, "D": 2, "Q": 3}),
        ("LUT2", {"I0": 3, "I1": 3, "O": 4}),
        ("LUT2", {"I0": 3, "I1": 4, "O": 5}),
        ("FDRE", {"C": 1, "D": 5, "R": "0", "Q": 6}),
    ]
    paths = StaticTiming(netlist(tmp_path, cells, {"start": 3, "end": 6}), TIMING)
    path = paths.worst_in(())
    assert path.ns == (303 + 238 + 127) / 1000
    assert (path.start, path.end) == ("start (FDRE >Q)", "end (FDRE D)")
    assert [cell.arrival_ns for cell in path.cells] == [0.303, 0.541, 0.668, 0.668]


def test_setup_time_counts(tmp_path):
    cells = [
        ("FDRE", {"C": 1, "D": 2, "Q": 3}),
        ("LUT2", {"I0": 3, "I1": "1", "O": 4}),
        ("FDRE", {"C": 1, "D": 4, "R": 3, "Q": 6}),
    ]
    paths = StaticTiming(netlist(tmp_path, cells), TIMING)
    assert paths.worst_in(()).ns == (303 + 404) / 1000
    assert paths.worst_in(()).end.endswith("(FDRE R)")


def test_paths_from_and_to_ports_are_told_apart(tmp_path):
    cells = [
        ("LUT2", {"I0": 2, "I1": 2, "O": 3}),
        ("FDRE", {"C": 1, "D": 3, "Q": 4}),
        ("LUT2", {"I0": 2, "I1": 4, "O": 5}),
    ]
    ports = {1: "input", 2: "input", 5: "output"}
    paths = StaticTiming(netlist(tmp_path, cells, ports=ports), TIMING)
    assert paths.worst_in(()) is None
    assert (paths.input_ns, paths.output_ns, paths.through_ns) == (0.238, 0.430, 0.238)


def test_pin_without_setup_time_is_told(tmp_path):
    cells = [("FDRE", {"C": 1, "D": 2, "CE": 4, "Q": 4})]
    paths = StaticTiming(netlist(tmp_path, cells), TIMING)
    assert paths.untimed == ("FDRE.CE",)
    assert paths.worst_in(()).ns == 0.303


def test_combinational_loop_is_an_error(tmp_path):
    cells = [
        ("LUT2", {"I0": 3, "I1": 2, "O": 4}),
        ("LUT2", {"I0": 4, "I1": 4, "O": 3}),
    ]
    message = r"^the netlist must have no combinational loop, as at round$"
    with pytest.raises(SynthesisError, match=message):
        StaticTiming(netlist(tmp_path, cells, {"round": 4}), TIMING)
