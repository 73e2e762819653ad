"""The benchmark of the trainers: all of them run, and the ratio is that of their turns."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median

import pytest

from benchmarks import training


def test_the_trainers_take_turns_and_are_held_against_one_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.json"
    words = ["--samples", "20", "--repeats", "3", "--json", str(target)]
    monkeypatch.setattr(sys, "argv", ["training", *words])
    monkeypatch.setattr(training, "WARM_UP", 2)
    # Ticks in place of times: every trainer takes the longer the later its turn is.
    ticks = iter(range(1, 100))
    monkeypatch.setattr(training.time, "process_time", lambda: next(ticks) ** 2 / 1000)
    training.main()
    document = json.loads(target.read_text())
    speeds = document["samples_per_second"]
    assert list(speeds) == ["golden, numpy", "golden, compiled", "float64, numpy", "float32, C"]
    assert all(len(each) == 3 for each in speeds.values())
    ratios = [
        golden / float32
        for golden, float32 in zip(speeds["golden, compiled"], speeds["float32, C"], strict=True)
    ]
    assert document["compiled_to_float"] == ratios
    assert len(set(ratios)) == 3
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"golden, compiled / float32, C: {median(ratios):.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f})"
    )
