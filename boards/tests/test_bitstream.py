"""Networks on a ULX3S, from their TOML files to bitstreams, with tools from PyPI alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from boards.tests.small_board import SMALL, written
from presparse.cli import main
from software_ref.network_file import read_network_file
from software_ref.plan.schedule import Schedule

EXAMPLES = Path(__file__).parents[2] / "examples"
PREAMBLE = b"\xff\xff\xbd\xb3"
LFE5U_85 = b"\x41\x11\x30\x43"


def built(path: Path, folder: Path, *options: str) -> dict[str, Any]:
    """Build, check what every bitstream has, and return the figures."""
    figures = folder.with_suffix(".json")
    where = ["--board", "ulx3s", "--output", str(folder), "--json", str(figures)]
    assert main(["build", str(path), *where, *options]) == 0
    document: dict[str, Any] = json.loads(figures.read_text())
    assert document["timing_met"]
    assert document["fmax_mhz"] >= document["clock_mhz"]
    bitstream = Path(document["bitstream"]).read_bytes()
    assert PREAMBLE in bitstream
    assert LFE5U_85 in bitstream
    # Every multiplier of all junctions is on the chip.
    lanes = sum(t.shape.parallelism for t in Schedule.from_file(read_network_file(path)).timing)
    assert document["used"]["MULT18X18D"] >= 2 * lanes
    assert json.loads((folder / f"{path.stem}.json").read_text())["board"]["name"] == "ulx3s"
    return document


@pytest.mark.slow
def test_a_small_network_becomes_a_bitstream_that_meets_its_clock(tmp_path: Path) -> None:
    path = written(tmp_path, "small", SMALL)
    document = built(path, tmp_path / "built", "--samples", "64")
    assert document["samples"] == 64
    assert document["used"]["DP16KD"] >= 1


@pytest.mark.slow
def test_digits_become_a_bitstream_that_meets_its_clock(tmp_path: Path) -> None:
    document = built(EXAMPLES / "digits.toml", tmp_path / "built")
    assert document["samples"] == 1797
    assert document["used"]["DP16KD"] > 64  # the store is in block RAM
