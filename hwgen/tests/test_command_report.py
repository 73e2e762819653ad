"""`presparse report`: what it writes, and wrong input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from presparse.cli import main
from software_ref.tests.train_command import NETWORK, SURPLUS, write_points


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network file with its data beside it, in the folder that the command runs in."""
    monkeypatch.chdir(tmp_path)
    write_points(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(NETWORK)
    return path


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line that a wrong command ends with, without its start."""
    capsys.readouterr()
    assert main(["report", *map(str, arguments)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    return output.err.strip().removeprefix("presparse: error: ")


def test_a_page_of_a_network(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(path)]) == 0
    assert capsys.readouterr().out == "page: small.html, 0.1 MB\n"
    page = (path.parent / "small.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")


def test_a_page_of_a_trained_network(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = ["train", str(path), "--engine", "numpy", "--save", "run.npz", "--json", "run.json"]
    assert main(train) == 0
    capsys.readouterr()
    options = ["--resume", "run.npz", "--curves", "run.json", "--samples", "9"]
    outputs = ["--output", "a.html", "--json", "a.json"]
    assert main(["report", str(path), *options, "--test-samples", "8", *outputs]) == 0
    assert capsys.readouterr().out == f"note: {SURPLUS}\npage: a.html, 0.1 MB\n"
    document = json.loads((path.parent / "a.json").read_text())
    assert document["trained"]["ranges"]["samples"] == 9
    assert document["trained"]["confusion"]["samples"] == 8
    assert len(document["curves"]["series"]["golden, test"]) == 2
    assert len(document["network"]["junctions"][0]["weights"]) == 24


@pytest.mark.parametrize("option", ["--data", "--samples", "--test-samples"])
def test_samples_are_for_trained_weights(
    path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    value = path.parent if option == "--data" else 1
    message = f"{option} must be given with --resume, which samples are for"
    assert refusal(capsys, path, option, value) == message
    assert not (path.parent / "small.html").exists()


def test_wrong_files(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = path.parent / "run.npz"
    assert main(["train", str(path), "--engine", "numpy", "--save", str(saved)]) == 0
    missing = path.parent / "none" / "a.html"
    told = refusal(capsys, path, "--output", missing)
    assert told == f"cannot write {missing}: No such file or directory"
    told = refusal(capsys, path, "--output", path)
    assert told == f"--output must name a file of its own: {path} is an input"
    told = refusal(capsys, path, "--resume", saved, "--output", saved)
    assert told == f"--output must name a file of its own: {saved} is an input"
    told = refusal(capsys, path, "--resume", path)
    assert told == f"{path}: checkpoint must be an .npz file of integer arrays"
    told = refusal(capsys, path, "--curves", path.parent / "x.json")
    assert told.startswith("cannot read ")
    assert not (path.parent / "small.html").exists()
