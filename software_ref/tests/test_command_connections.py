"""`presparse connections`: tables, counts, edges and the picture of patterns of any kind."""

from __future__ import annotations

import json
import os
from math import comb, log10
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from presparse.cli import main
from software_ref.connections.network_patterns import PATTERN_KINDS, network_patterns

EXAMPLES = Path(__file__).parents[2] / "examples"

NETWORK = """\
[network]
layers = [12, 12, 6]
out_degree = [2, 3]
parallelism = [4, 4]

[connections]
kind = "seed_per_sweep"
dither = true
seed = 5
"""


@pytest.fixture
def network_file(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(NETWORK)
    return path


def lines(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> list[str]:
    assert main(["connections", *map(str, arguments)]) == 0
    output = capsys.readouterr()
    assert output.err == ""
    printed: list[str] = output.out.splitlines()
    return printed


def test_the_table_counts_patterns(network_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lines(capsys, network_file) == [
        "small: 12-12-6, seed_per_sweep connections with dither, seed 5",
        "",
        "junction  left  right  d_out  d_in  edges  density  kind            patterns",
        "1           12     12      2     2     24  16.67 %  seed_per_sweep    236196",
        "2           12      6      3     6     36  50.00 %  seed_per_sweep         -",
        "",
        "no number of patterns: parallelism of junction 2 must divide its in_degree 6 or be a "
        "multiple of it for a closed form, not 4: rows straddle right neurons unevenly",
    ]


@pytest.mark.parametrize(
    ("kind", "number", "exact"),
    [
        ("free", "6.0e7", 60_466_176),
        ("shared_seed", "2916", 2916),
        ("planned", "2.7e11", 720**4),
        ("local", "1", 1),
        ("fully_connected", "1", 1),
    ],
)
def test_any_kind_may_be_counted(
    kind: str, number: str, exact: int, network_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document_path = network_file.with_suffix(".json")
    printed = lines(capsys, network_file, "--kind", kind, "--json", document_path)
    assert printed[3].split()[-2:] == [kind, number]
    first = json.loads(document_path.read_text())["junctions"][0]
    assert (first["patterns"], first["patterns_text"]) == (exact, number)


def test_json_holds_exact_figures_and_reasons(
    network_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out.json"
    lines(capsys, network_file, "--json", path)
    document = json.loads(path.read_text())
    junctions = document.pop("junctions")
    assert document == {
        "name": "small",
        "layers": [12, 12, 6],
        "kind": "seed_per_sweep",
        "dither": True,
        "seed": 5,
    }
    log10 = junctions[0].pop("patterns_log10")
    assert log10 == pytest.approx(5.373272538)
    assert junctions[0] == {
        "junction": 1,
        "left": 12,
        "right": 12,
        "out_degree": [2, 2],
        "in_degree": [2, 2],
        "edges": 24,
        "density": 1 / 6,
        "patterns": 236_196,
        "patterns_text": "236196",
        "reason": None,
    }
    assert [junctions[1][key] for key in ("patterns", "patterns_log10", "patterns_text")] == [
        None,
        None,
        None,
    ]
    assert junctions[1]["reason"].startswith("parallelism of junction 2 must divide")


def test_counts_too_long_for_readers_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out.json"
    lines(capsys, EXAMPLES / "mnist_original.toml", "--kind", "random", "--json", path)
    first, second = json.loads(path.read_text())["junctions"]
    assert (first["patterns"], first["patterns_text"]) == (None, "9.3e6651")
    # 6,652 digits, of which Python writes no integer: the first ten are enough.
    leading = comb(1024 * 64, 4096) // 10**6642
    assert first["patterns_log10"] == pytest.approx(6642 + log10(leading), abs=1e-6)
    assert second["patterns"] == comb(64 * 32, 1024)


def test_random_degrees_are_a_span(network_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pattern, _ = network_patterns("random", [12, 12, 6], [2, 3], seed=9)
    out_degrees, in_degrees = pattern.out_degrees, pattern.in_degrees
    printed = lines(capsys, network_file, "--kind", "random", "--seed", "9")
    assert printed[0] == "small: 12-12-6, random connections, seed 9"
    assert printed[3].split()[3:6] == [
        f"{out_degrees.min()}-{out_degrees.max()}",
        f"{in_degrees.min()}-{in_degrees.max()}",
        "24",
    ]


def test_one_reason_is_told_once(network_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = lines(capsys, network_file, "--kind", "structured")
    assert [line.split()[-1] for line in printed[3:5]] == ["-", "-"]
    assert printed[6:] == [
        "no number of patterns: pattern kind must not be structured for a closed form: none is "
        "known for the number of matrices of given row and column sums"
    ]


@pytest.mark.parametrize("kind", [None, *PATTERN_KINDS, "free"])
def test_the_edges_are_those_of_the_kind(
    kind: str | None, network_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "edges.npz"
    arguments: list[str | Path] = ["--kind", kind] if kind else []
    printed = lines(capsys, network_file, *arguments, "--npz", path)
    assert printed[-1] == f"edges: {path}"
    own = kind in {None, "clash_free", "free"}
    options: dict[str, Any] = {"parallelism": [4, 4], "dither": True} if own else {}
    if kind == "free":
        options["clash_free_kind"] = "free"
    expected = network_patterns(
        "clash_free" if own or kind is None else kind, [12, 12, 6], [2, 3], seed=5, **options
    )
    with np.load(path) as arrays:
        assert sorted(arrays) == ["layers", "left_1", "left_2", "right_1", "right_2"]
        assert arrays["layers"].tolist() == [12, 12, 6]
        for i, pattern in enumerate(expected, start=1):
            assert arrays[f"left_{i}"].tolist() == pattern.left_neurons.tolist()
            assert arrays[f"right_{i}"].tolist() == pattern.right_neurons.tolist()


def test_the_picture_is_a_png(
    network_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "patterns.png"
    assert lines(capsys, network_file, "--png", path)[-1] == f"picture: {path}"
    assert path.read_bytes().startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--kind", "planned", "--seed", "-1"],
            "argument --seed: must be at least 0, not -1 (see presparse connections --help)",
        ),
        (["--png", "none/a.png"], "cannot write none/a.png: No such file or directory"),
        (["--npz", "none/a.npz"], "cannot write none/a.npz: No such file or directory"),
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
    assert main(["connections", str(network_file), *arguments]) == 2
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", f"presparse: error: {message}\n")
    assert os.listdir(network_file.parent) == ["small.toml"]


def test_an_unknown_kind_is_told(network_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["connections", str(network_file), "--kind", "dense"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("presparse: error: argument --kind: invalid choice: 'dense'")
    assert "seed_per_sweep" in error


def test_a_kind_that_does_not_fit_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, target = tmp_path / "small.toml", tmp_path / "out.json"
    path.write_text(NETWORK.replace("[2, 3]", "[2, 4]"))
    target.write_text("old")
    assert main(["connections", str(path), "--kind", "planned", "--json", str(target)]) == 2
    assert capsys.readouterr().err == (
        "presparse: error: out_degree of junction 2 must divide its right neurons for a planned "
        "pattern: 6 / 4 is no whole number of neurons a window; nearest legal out_degree: 3 or 6\n"
    )
    assert target.read_text() == "old"
