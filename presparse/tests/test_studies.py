"""Data sets, scatter and experiments from Python: the figures of the commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import presparse
from presparse.cli import main

DIGITS = Path(__file__).parents[2] / "examples" / "digits.toml"


def test_a_data_set_is_told_as_the_command_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "d.json"
    assert main(["dataset", "iris", "--json", str(path)]) == 0
    found = presparse.dataset("iris")
    assert json.loads(path.read_text()) == json.loads(json.dumps(found.document))
    assert str(found) in capsys.readouterr().out
    assert found.plot()._repr_png_() and "train" in found._repr_html_()
    assert presparse.dataset("digits", reduce=("pca", 12)).dataset.features == 12
    with pytest.raises(presparse.Error, match=r"^data reduce method|^data\.reduce method must be"):
        presparse.dataset("digits", reduce=("pcb", 12))


def test_scatter_is_that_of_the_command(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    options = ["--kind", "structured", "--seeds", "3", "--json", str(path)]
    assert main(["scatter", str(DIGITS), *options]) == 0
    found = presparse.load(DIGITS).scatter(kind="structured", seeds=3)
    assert json.loads(path.read_text()) == json.loads(json.dumps(found.document))
    assert found.minimum == found.document["minimum"]["mean"]
    assert "<- minimum" in str(found) and found.plot()._repr_png_()


def test_an_experiment_writes_its_files(tmp_path: Path) -> None:
    found = presparse.experiment(
        "lags", quick=True, seeds=1, sets=["digits"], results=tmp_path, jobs=1
    )
    assert {path.name for path in found.result.files} <= {each.name for each in tmp_path.iterdir()}
    assert found.result.claim in str(found)
    with pytest.raises(presparse.Error, match=r"densities"):
        presparse.experiment("densities")
