"""The roofline: points from what commands wrote, roofs from what a chip has."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import roofline
from benchmarks.roofline import Routed, roofs
from software_ref.console.errors import ToolError
from software_ref.devices import DEVICES

EXAMPLE = Path(__file__).parents[2] / "examples" / "slides_8_4_4.toml"


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    path = tmp_path / "figures.json"
    board = {"board": "nexys4", "part": "xc7a100tcsg324-1", "tools": ["Yosys", "nextpnr"]}
    path.write_text(json.dumps({"network": str(EXAMPLE), "fmax_mhz": 90.0, **board}))
    return path


def test_a_point_is_what_was_routed(figures: Path) -> None:
    design = Routed.read(figures)
    assert design.name == "slides_8_4_4 on nexys4"
    assert design.clocks == 9
    assert design.samples == pytest.approx(10e6)
    weights = design.weights
    assert 2 * weights < design.multiplications < 3 * weights


def test_a_design_that_was_not_routed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    path.write_text(json.dumps({"network": str(EXAMPLE), "fmax_mhz": None}))
    with pytest.raises(ToolError, match="must be the JSON of a build or pnr that routed"):
        Routed.read(path)


def test_roofs_fall_with_the_weights() -> None:
    found = roofs(DEVICES["xc7a100t"], 100.0, 12, np.array([960.0, 9600.0]))
    assert found["240 DSP blocks"].tolist() == [10e6, 1e6]
    assert found["270 block RAMs"][0] == pytest.approx(1e8 * 270 * 72 / (48 * 960))


def test_it_draws_and_prints(
    figures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    picture = tmp_path / "roofline.png"
    monkeypatch.setattr(sys, "argv", ["roofline", str(figures), "--picture", str(picture)])
    roofline.main()
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "slides_8_4_4 on nexys4" in capsys.readouterr().out
