"""Delays from a recorded piece of a routed design."""

from __future__ import annotations

from pathlib import Path

import pytest

from hwgen.pnr.delay_file import read_delay_file
from hwgen.pnr.nextpnr import PlacementError

SAMPLE = Path(__file__).parent / "delays.sdf"
REGISTER = "$auto$ff.cc:337:slice$7"


def test_names_lose_their_backslashes() -> None:
    assert read_delay_file(SAMPLE).cells.keys() == {
        REGISTER,
        "add$CCU2_COMB0",
        "add$CCU2_COMB1",
        "b",
        "$gbuf$clk",
    }


def test_the_longest_of_three_delays_counts() -> None:
    found = read_delay_file(SAMPLE)
    assert found.cells[REGISTER].through == {("CLK", "Q"): 525}
    assert found.wires["add$CCU2_COMB0", "A"] == ((REGISTER, "Q"), 1082)


def test_setup_is_the_longer_of_both_edges() -> None:
    found = read_delay_file(SAMPLE)
    assert found.cells["b"].setup == {"DI": 30}
    assert found.cells["b"].clocks == {"CLK"}
    assert found.cells["b"].type == "TRELLIS_FF"


def test_other_units_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "delays.sdf"
    path.write_text(SAMPLE.read_text().replace("1ps", "1ns"))
    with pytest.raises(PlacementError, match=r"delays\.sdf must give delays in picoseconds$"):
        read_delay_file(path)
