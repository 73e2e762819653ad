"""The example network on a ULX3S, from its TOML file to a bitstream, with tools from PyPI alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from presparse.cli import main
from software_ref.network_file import read_network_file
from software_ref.plan.schedule import Schedule

DIGITS = Path(__file__).parents[2] / "examples" / "digits.toml"
PREAMBLE = b"\xff\xff\xbd\xb3"
LFE5U_85 = b"\x41\x11\x30\x43"


@pytest.mark.long
def test_digits_become_a_bitstream_that_meets_its_clock(tmp_path: Path) -> None:
    folder, figures = tmp_path / "built", tmp_path / "figures.json"
    options = ["--board", "ulx3s", "--output", str(folder), "--json", str(figures)]
    assert main(["build", str(DIGITS), *options]) == 0
    document = json.loads(figures.read_text())
    assert document["timing_met"]
    assert document["fmax_mhz"] >= document["clock_mhz"]
    assert document["samples"] == 1797
    bitstream = Path(document["bitstream"]).read_bytes()
    assert PREAMBLE in bitstream
    assert LFE5U_85 in bitstream
    # Every multiplier of both junctions is on the chip, and the store is in block RAM.
    lanes = sum(t.shape.parallelism for t in Schedule.from_file(read_network_file(DIGITS)).timing)
    assert document["used"]["MULT18X18D"] >= 2 * lanes
    assert document["used"]["DP16KD"] > 64
    assert json.loads((folder / "digits.json").read_text())["board"]["name"] == "ulx3s"
