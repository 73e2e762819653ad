"""The longest paths of a small routed design, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwgen.pnr.delay_file import read_delay_file
from hwgen.pnr.nextpnr import PlacementError
from hwgen.pnr.route_timing import RouteTiming

SAMPLE = Path(__file__).parent / "delays.sdf"
REGISTER = "$auto$ff.cc:337:slice$7"


def test_path_adds_up_cells_and_wires_apart() -> None:
    path = RouteTiming(read_delay_file(SAMPLE)).path("b")
    assert (path.start, path.end) == (REGISTER, "b")
    assert path.cell_ns == pytest.approx(0.525 + 0.447 + 0.403 + 0.030)
    assert path.wire_ns == pytest.approx(1.082 + 0.130)
    assert [(each.kind, each.ports, each.ns) for each in path.segments] == [
        ("cell", "Q", 0.525),
        ("wire", "A", 1.082),
        ("cell", "A>FCO", 0.447),
        ("wire", "FCI", 0.0),
        ("cell", "FCI>F", 0.403),
        ("wire", "DI", 0.130),
        ("cell", "DI", 0.030),
    ]


def test_a_carry_chain_is_one_level() -> None:
    assert RouteTiming(read_delay_file(SAMPLE)).path("b").levels == 1


def test_every_register_has_its_longest_path() -> None:
    timing = RouteTiming(read_delay_file(SAMPLE))
    assert timing.ends == {"b": (2617, ("b", "DI")), REGISTER: (1025, (REGISTER, "M"))}
    assert timing.start_of("b") == REGISTER
    assert timing.start_of(REGISTER) == "b"


def test_labels_stand_for_names() -> None:
    path = RouteTiming(read_delay_file(SAMPLE), {REGISTER: "first"}.get).path(REGISTER)
    assert path.end == "first"
    assert path.to_dict()["ns"] == 1.025


def test_inputs_without_any_timing_are_told() -> None:
    assert RouteTiming(read_delay_file(SAMPLE)).untimed == ("TRELLIS_FF.X",)


def test_a_combinational_loop_is_refused() -> None:
    delays = read_delay_file(SAMPLE)
    delays.wires["add$CCU2_COMB0", "A"] = (("add$CCU2_COMB1", "F"), 100)
    message = r"^the design must have no combinational loop, as at add\$CCU2_COMB[01]$"
    with pytest.raises(PlacementError, match=message):
        RouteTiming(delays)
