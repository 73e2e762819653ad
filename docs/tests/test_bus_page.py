"""The code of docs/bus.md and docs/amaranth.md, compiled and run."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from amaranth.back import rtlil
from amaranth.sim import Simulator

from docs.tests.pages import ROOT
from hwgen.bus.design import AxiDesign
from hwgen.core.design import CoreDesign
from hwgen.testing.register_memory import RegisterMemory
from hwgen.testing.shapes import network
from software_ref.golden import GoldenTrainer, minimum_lags

COMPILER = shutil.which("gcc") or shutil.which("cc") or "cc"


def blocks(page: str, language: str) -> list[str]:
    """A page's blocks of code."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def core() -> CoreDesign:
    """A core of two junctions with the usual name."""
    return CoreDesign(network=network((6, 4, 2, 2), (4, 2, 1, 2), format=(1, 4)))


@pytest.fixture(scope="module")
def folder(core: CoreDesign, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that come with it."""
    found = tmp_path_factory.mktemp("bus")
    for name, text in AxiDesign(core=core).files().items():
        (found / name).write_text(text)
    return found


def test_the_c_is_c(folder: Path) -> None:
    (code,) = blocks("bus.md", "c")
    (folder / "driver.c").write_text(code)
    options = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only")
    run = subprocess.run(
        [COMPILER, *options, "driver.c"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_the_python_runs(core: CoreDesign, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = blocks("bus.md", "python")
    monkeypatch.syspath_prepend(str(folder))
    importlib.invalidate_caches()
    found: dict[str, Any] = {"memory": RegisterMemory(core)}
    try:
        exec(compile(code, "bus.md", "exec"), found)
    finally:
        sys.modules.pop("presparse_core_axi", None)
    assert found["weights"] == [0] * core.ports.junctions[0].weights
    assert found["core"].biases(0) == [1] * core.ports.junctions[0].right


def test_the_amaranth_design_counts_what_the_core_gets_right(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found: dict[str, Any] = {"__name__": "amaranth_page"}
    for code in blocks("amaranth.md", "python"):
        exec(compile(code, "amaranth.md", "exec"), found)
    design = found["design"]
    simulation = Simulator(found["scored"])
    simulation.add_clock(1e-8)
    simulation.add_testbench(found["testbench"])
    simulation.run()
    labels = np.array([0, 1, 1])
    beat = np.arange(design.ports.beats)
    features = np.zeros((3, design.network.layers[0]), dtype=np.int64)
    features[:, :: design.ports.beat_features] = 100 * labels[:, None] + beat
    golden = GoldenTrainer(design.network, design.parameters, minimum_lags(design.network)).infer(
        features
    )
    right = int((golden == labels).sum())
    out = capsys.readouterr().out
    assert re.fullmatch(rf"{right} of 3 right, \d+ steps\n", out), (out, right)
    text = rtlil.convert(found["OnAxi"](design), name="on_axi")
    assert "cell \\on_axi.bridge " in text and "cell \\on_axi.core " in text
