"""`presparse profile`: figures, picture, the core's counters, and wrong input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hwgen.cosimulation.rtl_trainer import RtlTrainer
from presparse.cli import main
from software_ref.golden import SaturationCounts
from software_ref.tests.train_command import NETWORK, write_points


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A network file that saturates, with its data beside it."""
    write_points(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(NETWORK + "\n[format]\ninteger = 1\nfraction = 5\n")
    return path


def profile(path: Path, *arguments: object) -> dict[str, Any]:
    """Run `profile` with `--json`, and return what it holds."""
    target = path.parent / "profile.json"
    assert main(["profile", str(path), *map(str, arguments), "--json", str(target)]) == 0
    document: dict[str, Any] = json.loads(target.read_text())
    return document


def test_it_tells_ranges_and_recommends_a_format(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    png = path.parent / "profile.png"
    document = profile(path, "--every", 1, "--png", png, "--epochs", 3)
    assert png.read_bytes().startswith(b"\x89PNG")
    assert [epoch["epoch"] for epoch in document["epochs"]] == [0, 1, 2]
    first = document["epochs"][0]["junctions"][0]["quantities"]
    assert first["s"]["count"] == 60 * 8
    assert first["w"]["count"] == 24
    assert sum(first["update"]["powers"]) + first["update"]["zeros"] == 60 * 24
    out = capsys.readouterr().out
    recommended = document["recommended"]
    assert f"recommended: (1,{recommended['integer']},5)" in out
    assert recommended["legal"] is True


def test_few_samples_may_be_looked_at(path: Path) -> None:
    document = profile(path, "--every", 7, "--samples", 20)
    assert document["epochs"][0]["junctions"][1]["quantities"]["s"]["count"] == 3 * 4
    assert len(document["epochs"]) == 1


def test_the_cores_counters_are_equal(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = profile(path, "--rtl")
    assert document["rtl"] == {"compared": True, "differences": []}
    counts = document["epochs"][1]["saturations"]
    assert sum(counts["ff"]) + sum(counts["up"]) > 0  # equal, and not for want of any
    assert "saturation counters and parameters of golden model and hardware are equal" in (
        capsys.readouterr().out
    )


def test_a_wrong_counter_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = RtlTrainer.run

    def miscounted(self: RtlTrainer, *arguments: Any, **options: Any) -> Any:
        result = run(self, *arguments, **options)
        self.saturations += SaturationCounts(ff=(0, 1), bp=(0, 0), up=(0, 0))
        return result

    monkeypatch.setattr(RtlTrainer, "run", miscounted)
    assert main(["profile", str(path), "--rtl", "--epochs", "1"]) == 1
    assert "epoch 1: SaturationCounts(ff=" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--every", "0"], "argument --every: must be at least 1, not 0"),
        (["--saturation", "2"], "argument --saturation: must lie in 0 to 1, not 2"),
        (["--vanishing", "much"], "argument --vanishing: must be a number, not 'much'"),
        (["--png", "none/x.png"], "cannot write none/x.png: No such file or directory"),
    ],
)
def test_wrong_input_is_one_line(
    arguments: list[str], message: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profile", str(path), *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert captured.err.startswith(f"presparse: error: {message}")
