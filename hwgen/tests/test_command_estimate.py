"""`presparse estimate`: its report, its sweeps, and wrong input."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from presparse.cli import main

NETWORK = "[network]\nlayers = [8, 4, 4]\nout_degree = [1, 2]\nparallelism = [4, 2]\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(NETWORK)
    return path


def run(path: Path, *arguments: str) -> dict[str, Any]:
    target = path.parent / "out.json"
    assert main(["estimate", str(path), *arguments, "--json", str(target)]) == 0
    document: dict[str, Any] = json.loads(target.read_text())
    return document


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a wrong command ends with."""
    assert main(["estimate", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    return output.err.strip()


def test_the_report(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = run(path, "--clock", "50")
    output = capsys.readouterr().out
    assert re.search(rf"DSP +{figures['dsp']} .* exact", output)
    assert figures["fits"] is True
    assert figures["samples_per_second"] == round(50e6 / figures["clocks_per_sample"])
    assert sum(unit["lut"] for unit in figures["units"].values()) == figures["lut"]
    assert f"{figures['samples_per_second']:,} samples/s" in output


def test_energy_falls_with_the_clocks_a_sample_takes(path: Path) -> None:
    slow, fast = run(path, "--clock", "10"), run(path, "--clock", "200")
    assert slow["energy_nj_per_sample"] > fast["energy_nj_per_sample"] > 0


def test_an_inference_core_is_smaller(path: Path) -> None:
    assert run(path, "--core", "inference")["lut"] < run(path)["lut"]


@pytest.mark.parametrize("what", ["z", "formats"])
def test_a_sweep_draws_its_points(path: Path, what: str) -> None:
    png = path.parent / "sweep.png"
    points = run(path, "--sweep", what, "--png", str(png))["points"]
    assert png.read_bytes().startswith(b"\x89PNG")
    assert len(points) > 3
    assert sum(point["here"] for point in points) == 1


def test_an_ecp5_is_counted_in_the_terms_of_the_7_series(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path.write_text(NETWORK + '[target]\ndevice = "lfe5u-85f"\n')
    assert run(path)["fits"] is None
    assert "presparse pnr measures lfe5u-85f" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--clock", "fast"), "must be a number of MHz, not 'fast'"),
        (("--clock", "0"), "must be above 0 and at most 1000, not 0"),
        (("--clock", "nan"), "must be above 0 and at most 1000, not nan"),
        (
            ("--png", "sweep.png"),
            "--picture draws a sweep: give --sweep z or --sweep formats with it",
        ),
        (("--sweep", "y"), "invalid choice: 'y'"),
        (("--json", "no/such/out.json"), "no/such"),
    ],
)
def test_wrong_input_is_one_line(
    path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert message in refusal(capsys, str(path), *arguments)
