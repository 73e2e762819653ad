"""`presparse scatter`: the vector, its minimum, other windows, several seeds."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from presparse.cli import main
from software_ref.connections.network_patterns import network_patterns
from software_ref.connections.scatter import scatter_vector

EXAMPLES = Path(__file__).parents[2] / "examples"
SLIDES = EXAMPLES / "slides_8_4_4.toml"

NETWORK = """\
[network]
layers = [12, 12, 6, 6]
out_degree = [2, 3, 2]
parallelism = [4, 4, 3]
"""


@pytest.fixture
def network_file(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(NETWORK)
    return path


def lines(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[str]:
    assert main(["scatter", *map(str, arguments)]) == 0
    output = capsys.readouterr()
    assert output.err == ""
    printed: list[str] = output.out.splitlines()
    return printed


def document(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    path = Path(arguments[0]).parent / "out.json"
    lines(capsys, *arguments, "--json", path)
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def test_the_table_marks_the_minimum(capsys: pytest.CaptureFixture[str]) -> None:
    assert lines(capsys, SLIDES) == [
        "slides_8_4_4: 8-4-4, shared_seed connections, seed 2",
        "windows: natural",
        "",
        "scatter  matrix  windows  attainable  met  value",
        "S_1^f     4 x 2        2           8    8   1.00",
        "S_1^b     1 x 8        1           8    8   1.00",
        "S_2^f     4 x 2        2           8    4   0.50  <- minimum",
        "S_2^b     2 x 4        2           8    8   1.00",
        "S_1:2^f   4 x 4        4          16   16   1.00",
        "S_1:2^b   2 x 8        2          16   16   1.00",
    ]


def test_entries_that_tie_are_all_marked(
    network_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = lines(capsys, network_file, "--kind", "fully_connected")
    assert [line.endswith("1.00  <- minimum") for line in printed[4:]] == [True] * 8


def test_json_holds_every_seed(network_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, network_file, "--kind", "structured", "--seed", "4", "--seeds", "3")
    vectors = [
        scatter_vector(network_patterns("structured", [12, 12, 6, 6], [2, 3, 2], seed=seed))
        for seed in (4, 5, 6)
    ]
    assert (found["name"], found["kind"], found["dither"]) == ("small", "structured", None)
    assert (found["seeds"], found["window"], found["layers"]) == ([4, 5, 6], None, [12, 12, 6, 6])
    assert len(found["scatter"]) == 8
    means = {}
    for given, entries in zip(found["scatter"], zip(*vectors, strict=True), strict=True):
        values = [entry.value for entry in entries]
        means[given["name"]] = sum(values) / 3
        assert given == {
            "name": entries[0].name,
            "first": entries[0].first,
            "last": entries[0].last,
            "direction": entries[0].direction,
            "rows": entries[0].windowed.shape[0],
            "columns": entries[0].windowed.shape[1],
            "windows": entries[0].windows,
            "attainable": float(entries[0].attainable),
            "met": [entry.met for entry in entries],
            "values": values,
            "min": min(values),
            "mean": sum(values) / 3,
            "max": max(values),
        }
    least = min(means.values())
    assert found["minimum"] == {
        "mean": least,
        "names": [name for name, mean in means.items() if mean == least],
    }


def test_seeds_are_printed_as_a_spread(
    network_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = lines(capsys, network_file, "--kind", "structured", "--seeds", "6")
    entries = document(capsys, network_file, "--kind", "structured", "--seeds", "6")["scatter"]
    assert printed[0] == "small: 12-12-6-6, structured connections, seeds 1 to 6"
    assert printed[3].split() == [
        "scatter",
        "matrix",
        "windows",
        "attainable",
        "min",
        "mean",
        "max",
    ]
    for line, entry in zip(printed[4:], entries, strict=True):
        cells = line.removesuffix("  <- minimum").split()
        assert cells[0] == entry["name"]
        assert cells[-3:] == [f"{entry[key]:.2f}" for key in ("min", "mean", "max")]
    assert sum(line.endswith("<- minimum") for line in printed) >= 1


def test_windows_of_any_size(network_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = lines(capsys, network_file, "--window", "5")
    assert printed[1] == "windows: 5 neurons each"
    found = document(capsys, network_file, "--window", "5")
    assert found["window"] == 5
    # Layers of 12, 12, 6 and 6 neurons, and the whole network's first and last.
    assert [entry["windows"] for entry in found["scatter"]] == [3, 3, 3, 2, 2, 2, 3, 2]
    alone = document(capsys, network_file, "--window", "1")["scatter"]
    assert [entry["values"] for entry in alone[:6]] == [[1.0]] * 6


def test_all_ranges(network_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, network_file, "--all-ranges")["scatter"]
    assert [entry["name"] for entry in found[::2]] == [
        "S_1^f",
        "S_2^f",
        "S_3^f",
        "S_1:2^f",
        "S_2:3^f",
        "S_1:3^f",
    ]


def test_the_picture_is_a_png(
    network_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scatter.png"
    assert lines(capsys, network_file, "--seeds", "2", "--png", path)[-1] == f"picture: {path}"
    assert path.read_bytes().startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--window", "0"],
            "argument --window: must be at least 1, not 0 (see presparse scatter --help)",
        ),
        (
            ["--seeds", "0"],
            "argument --seeds: must be at least 1, not 0 (see presparse scatter --help)",
        ),
        (["--png", "none/a.png"], "cannot write none/a.png: No such file or directory"),
        (["--json", "small.toml"], "--json must name a file of its own: small.toml is an input"),
    ],
)
def test_wrong_arguments_are_told_before_any_work(
    arguments: list[str],
    message: str,
    network_file: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(network_file.parent)
    assert main(["scatter", network_file.name, *arguments]) == 2
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", f"presparse: error: {message}\n")
    assert os.listdir(network_file.parent) == ["small.toml"]
