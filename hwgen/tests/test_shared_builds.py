"""Several commands at once that are told the same folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from boards.families import ecp5 as ecp5_boards
from boards.families import xc7 as xc7_boards
from hwgen.bus import files as bus_files
from hwgen.families import xc7
from presparse.cli import main
from software_ref.console.shared_folder import only_user
from software_ref.experiments import report
from software_ref.experiments.report import Report, write_report

PATIENCE = 600.0
TINY = """
[network]
layers = [4, {hidden}, 4]
out_degree = [2, 2]
parallelism = [4, {hidden}]
classes = 3
[format]
integer = 2
fraction = 3
[data]
name = "iris"
[training]
shuffle = true
"""


def network(folder: Path, hidden: int = 4) -> Path:
    """A file of a tiny network."""
    path = folder / f"hidden{hidden}.toml"
    path.write_text(TINY.format(hidden=hidden), encoding="utf-8")
    return path


def test_simulations_in_one_folder_do_not_disturb_one_another(tmp_path: Path) -> None:
    """Whether their networks are the same or not."""
    folder = tmp_path / "build"
    runs = []
    for number, hidden in enumerate((4, 4, 8)):
        figures = tmp_path / f"{number}.json"
        options = ("--epochs", "3", "--build", folder, "--json", figures)
        command = [sys.executable, "-m", "presparse.cli", "simulate", network(tmp_path, hidden)]
        process = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        runs.append((process, figures))
    for process, _ in runs:
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
    found = [json.loads(figures.read_text(encoding="utf-8")) for _, figures in runs]
    assert [figures["bit_exact"] for figures in found] == [True] * 3
    assert found[0]["correct"] == found[1]["correct"]
    assert [figures["weights_compared"] for figures in found] == [16, 16, 24]
    # Each network was built once, and no run has left anything.
    builds = [path for path in (folder / "simulation").iterdir() if path.is_dir()]
    assert len(builds) == 2
    assert all((path / "simulator").is_file() for path in builds)


def assert_taken(folder: Path) -> None:
    """Another process would wait for this folder."""
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from software_ref.console.shared_folder import only_user\n"
        "with only_user(Path(sys.argv[1])): pass"
    )
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as other:
        assert other.stderr is not None
        assert other.stderr.readline().startswith("presparse: waiting for another presparse")
        other.kill()


@pytest.mark.parametrize(
    ("command", "work"),
    [
        ("synth --build", (xc7.Xc7, "synthesise")),
        ("pnr --build", (xc7, "write_plan")),
        ("generate --output", (bus_files, "write_core")),
        ("build --board nexys4 --plan-only --output", (xc7_boards, "write_archive")),
        ("build --board ulx3s --output", (ecp5_boards, "build_ecp5")),
    ],
)
def test_a_command_has_its_folder_for_itself_while_it_writes(
    command: str,
    work: tuple[ModuleType | type, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()

    def begin(*_: object, **__: object) -> None:
        assert_taken(folder)
        raise ValueError("stopped here")

    monkeypatch.setattr(*work, begin)
    name, *options = command.split()
    assert main([name, str(network(tmp_path)), *options, str(folder)]) == 2
    assert capsys.readouterr().err == "presparse: error: stopped here\n"
    with only_user(folder):  # and is free afterwards
        assert capsys.readouterr().err == ""


def test_the_files_of_a_report_belong_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw(*_: object, **__: object) -> None:
        assert_taken(tmp_path)
        raise ValueError("stopped here")

    monkeypatch.setattr(report, "write_picture", draw)
    names = {kind: tmp_path / f"name.{kind}" for kind in ("png", "json", "markdown")}
    with pytest.raises(ValueError, match=r"^stopped here$"):
        write_report(Report(tables=(), findings=(), verdict="", draw=lambda figure: None), **names)
