"""Waveforms of a run: named signals, from one sample on, with the values that the run had."""

from __future__ import annotations

import json
import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from hwgen.cosimulation import waves
from presparse.cli import main

TINY = Path(__file__).parents[3] / "examples" / "slides_8_4_4.toml"
SAMPLES, FIRST = 12, 8


def signals(header: str) -> dict[str, str]:
    """Identifier of every signal, by its dotted name."""
    scopes: list[str] = []
    found = {}
    for line in header.splitlines():
        words = line.split()
        if words[:1] == ["$scope"]:
            scopes.append(words[2])
        elif words[:1] == ["$upscope"]:
            scopes.pop()
        elif words[:1] == ["$var"]:
            found[".".join([*scopes, words[4]])] = words[3]
    return found


def changes(body: str, identifier: str) -> list[tuple[int, int]]:
    """Time and new value of a signal, in order."""
    time, found = 0, []
    for line in body.splitlines():
        if line.startswith("#"):
            time = int(line[1:])
        elif (bits := re.fullmatch(rf"b?([01]+) ?{re.escape(identifier)}", line)) is not None:
            found.append((time, int(bits[1], 2)))
    return found


@pytest.mark.slow  # two simulators are built
def test_waveforms_begin_with_a_sample_and_have_the_cores_signals(tmp_path: Path) -> None:
    path, figures = tmp_path / "run.vcd", tmp_path / "figures.json"
    options = ["--samples", str(SAMPLES), "--wave", str(path), "--from", str(FIRST)]
    assert main(["simulate", str(TINY), *options, "--json", str(figures)]) == 0
    header, body = path.read_text().split("$enddefinitions $end")
    names = signals(header)
    core = next(name.removesuffix(".samples__valid") for name in names if "core.samples__v" in name)
    for name in ("clk", "busy", "steps", "predictions__payload", "sequencer.timer"):
        assert f"{core}.{name}" in names
    # The last beat of sample 7 has just been taken: its step comes next, and after those of four
    # more samples others until the end of the drain.
    steps = changes(body, names[f"{core}.steps"])
    assert [value for _, value in steps] == list(range(FIRST - 1, steps[-1][1] + 1))
    assert steps[-1][1] > SAMPLES
    period = json.loads(figures.read_text())["period"]
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(steps[1:])]
    assert set(gaps) == {2 * period}
    assert sorted(each.name for each in tmp_path.iterdir()) == ["figures.json", "run.vcd"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--wave", "run.png"], "--wave must name a file that ends in .vcd or .fst, not 'run.png'"),
        (["--wave", "run.fst"], "an FST file needs GTKWave's vcd2fst: install it "),
        (["--from", "3"], "--from says where --wave begins: give --wave FILE with it"),
        (
            ["--wave", "run.vcd", "--samples", "3", "--from", "3"],
            "--from must be below the 3 samples, not 3",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(
    options: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert main(["simulate", str(TINY), *options]) == 2
    assert capsys.readouterr().err.startswith(f"presparse: error: {message}")


def test_an_fst_file_is_made_by_the_converter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded, target = tmp_path / "waves.vcd", tmp_path / "run.fst"
    recorded.write_text("$end\n")
    script = tmp_path / "vcd2fst"
    script.write_text('#!/bin/sh\ntest "$2" != bad || { echo no room; exit 3; }\ncp "$1" "$2"\n')
    script.chmod(0o755)
    monkeypatch.setattr(waves, "CONVERTER", str(script))
    waves._convert(recorded, target, ".fst")
    assert target.read_text() == "$end\n"
    with pytest.raises(waves.SimulatorError, match=r"vcd2fst failed: no room$"):
        waves._convert(recorded, Path("bad"), ".fst")
