"""`presparse experiment`: the list, resuming, and wrong input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from presparse.cli import main
from software_ref.experiments.registry import EXPERIMENTS
from software_ref.experiments.training_task import TrainingTask

QUICK = ("experiment", "density", "--quick", "--sets", "digits", "--jobs", "1")


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line that a refused command prints, without its prefix."""
    assert main([*map(str, arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    return captured.err.removeprefix("presparse: error: ").rstrip()


def test_without_a_name_it_lists_the_experiments(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert names == list(EXPERIMENTS)
    assert max(map(len, lines)) <= 80


def test_a_second_run_only_adds_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [*QUICK, "--results", str(tmp_path)]
    assert main([*arguments, "--seeds", "1"]) == 0
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "runs").iterdir()}
    seeds: list[int] = []
    run = TrainingTask.run

    def counted(self: TrainingTask, data_dir: Path | None) -> dict[str, object]:
        seeds.append(self.options.seed)
        return run(self, data_dir)

    monkeypatch.setattr(TrainingTask, "run", counted)
    assert main([*arguments, "--seeds", "2"]) == 0
    assert set(seeds) == {2}
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    assert json.loads((tmp_path / "density_quick.json").read_text())["seeds"] == [1, 2]
    out = capsys.readouterr().out
    assert "±" in out
    assert f"wrote {tmp_path / 'density_quick.png'}" in out


def test_a_quick_run_leaves_full_results_and_gives_no_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full = [tmp_path / f"density.{ending}" for ending in ("png", "json", "md")]
    for path in full:
        path.write_text("hours of work")
    assert main([*QUICK, "--results", str(tmp_path), "--seeds", "1"]) == 0
    assert all(path.read_text() == "hours of work" for path in full)
    out = capsys.readouterr().out
    banner = (
        "QUICK RUN: at most 1,000 training and 300 test samples (of Morse one training sample in "
        "100), 2 epochs and some of the points. It shows that the experiment runs; its accuracies "
        "say nothing of the claim."
    )
    assert out.splitlines()[2] == banner
    assert (tmp_path / "density_quick.md").read_text().splitlines()[0] == f"> {banner}"
    # The verdict of a full run.
    for text in (out, (tmp_path / "density_quick.md").read_text()):
        assert "holds" not in text
        assert "does not hold" not in text


def test_an_interruption_says_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = TrainingTask.run
    calls: list[int] = []

    def interrupted(self: TrainingTask, data_dir: Path | None) -> dict[str, object]:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return run(self, data_dir)

    monkeypatch.setattr(TrainingTask, "run", interrupted)
    assert main([*QUICK, "--results", str(tmp_path), "--seeds", "2"]) == 130
    assert capsys.readouterr().err == (
        f"presparse: interrupted with 1 of 4 runs finished and kept in {tmp_path / 'runs'}; the "
        "same command goes on from there\n"
    )
    assert not (tmp_path / "density_quick.json").exists()
    monkeypatch.setattr(TrainingTask, "run", run)
    assert main([*QUICK, "--results", str(tmp_path), "--seeds", "2"]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["densty"], "unknown experiment 'densty'; did you mean density?"),
        (["density", "--sets", "cifar"], "--sets must be some of mnist,reuters,"),
        (["density", "--sets", "a,,b"], "argument --sets: must be names with commas between"),
        (["density", "--seeds", "0"], "argument --seeds: must be at least 1, not 0"),
        (["density", "--sets", "mnist", "--quick"], "mnist needs --data DIR"),
        (["density", "--data", "none"], "--data must name a folder; there is no folder none"),
    ],
)
def test_wrong_input_is_one_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refused(capsys, "experiment", *arguments, "--jobs", "1", "--results", tmp_path / "r")
    assert line.startswith(message)


def test_results_must_be_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "file"
    path.write_text("kept")
    line = refused(capsys, *QUICK, "--results", path)
    assert line == f"cannot keep results in {path / 'runs'}: Not a directory"
    assert path.read_text() == "kept"


def test_a_cluster_without_dask_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    line = refused(capsys, *QUICK, "--results", tmp_path, "--scheduler", "tcp://localhost:1")
    assert line == "--scheduler needs Dask, which is not installed: pip install distributed"
