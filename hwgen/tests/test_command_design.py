"""`presparse design`: its table, the file of a row, and wrong input."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from presparse.cli import main
from software_ref.network_file import read_network_file

SMALL = ("--layers", "64-16-8", "--density", "50", "--clocks", "32")


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a wrong command ends with."""
    assert main(["design", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    return output.err.strip()


def test_the_row_chosen_is_what_check_and_estimate_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target, figures = tmp_path / "chosen.toml", tmp_path / "table.json"
    arguments = (*SMALL, "--choose", "2", "--output", str(target), "--json", str(figures))
    assert main(["design", *arguments]) == 0
    output = capsys.readouterr().out
    assert f"\nnetwork of row 2: {target}\n" in output
    designs = json.loads(figures.read_text())["designs"]
    row = re.search(r"^ *2  64-16-8 .*$", output, re.M)
    assert row is not None
    second = designs[1]
    for key in ("clocks_per_sample", "lut", "ff", "dsp"):
        assert f" {second[key]} " in row.group()
    estimated = tmp_path / "estimate.json"
    assert main(["check", str(target)]) == 0
    assert main(["estimate", str(target), "--json", str(estimated)]) == 0
    found = json.loads(estimated.read_text())
    for key in ("clocks_per_sample", "lut", "lutram", "ff", "dsp", "bram36", "fits"):
        assert found[key] == second[key]
    network = read_network_file(target).network
    assert list(network.out_degree) == second["out_degree"]
    assert network.density == second["density"]


def test_a_file_of_samples_gives_features_and_classes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    samples = {
        f"x_{part}": rng.integers(0, 256, (30, 12), dtype=np.uint8) for part in ("train", "test")
    }
    labels = {f"y_{part}": np.arange(30) % 5 for part in ("train", "test")}
    np.savez("own.npz", **samples, **labels)
    Path("made").mkdir()
    wish = ("--density", "40", "--clocks", "24", "--hidden", "20", "--rows", "3")
    assert main(["design", "--data", "own.npz", *wish, "--output", "made/own.toml"]) == 0
    output = capsys.readouterr().out
    assert len(re.findall(r"^\d  (?:12|16)-20-(?:5|8|16) ", output, re.M)) == 3
    assert "more inputs than the 12 features, or more outputs than the 5 classes" in output
    file = read_network_file("made/own.toml")
    assert (file.network.competing, file.data.name) == (5, "../own.npz")
    assert main(["train", "made/own.toml"]) == 0


def test_rows_are_as_many_as_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["design", *SMALL, "--rows", "2", "--sort", "lut"]) == 0
    output = capsys.readouterr().out
    assert re.findall(r"^ *(\d+)  64-16-8 ", output, re.M) == ["1", "2"]
    assert re.search(r"^2 of \d+ networks near 50 % and 32 clocks that fit XC7A100T$", output, re.M)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--density", "20", "--clocks", "8"), "give --layers, or --data with a data set"),
        ((*SMALL[:2], "--density", "0", "--clocks", "8"), "must be above 0 and at most 100, not 0"),
        ((*SMALL[:2], "--density", "x", "--clocks", "8"), "must be a percentage, not 'x'"),
        ((*SMALL[:4], "--clocks", "0"), "must be at least 1, not 0"),
        ((*SMALL, "--device", "xc7a15t"), "invalid choice: 'xc7a15t'"),
        ((*SMALL, "--choose", "2"), "give --output FILE.toml with it"),
        ((*SMALL, "--choose", "999", "--output", "x.toml"), "--choose must be at most the "),
        ((*SMALL, "--output", "no/such/x.toml"), "no/such"),
        ((*SMALL, "--hidden", "8"), "--layers names all"),
        (("--layers", "64", *SMALL[2:]), "must name an input and an output layer, not 64"),
        (("--layers", "64-0", *SMALL[2:]), "must be numbers from 1 with - between them"),
        (("--data", "iris", "digits", *SMALL[2:]), "at most one data set, not iris, digits"),
        (("--data", "nothing.npz", *SMALL[2:]), "nothing.npz"),
        (("--data", "digits", "--layers", "60-16-10", *SMALL[2:]), "must hold the 64 features"),
    ],
)
def test_wrong_input_is_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in refusal(capsys, *arguments)
    assert list(tmp_path.iterdir()) == []
