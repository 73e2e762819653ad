"""The programs of docs/exchange.md run as they stand there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from docs.tests.pages import ROOT
from presparse.cli import main
from software_ref.checkpoint import load_checkpoint
from software_ref.network_file import read_network_file

EXAMPLE = Path("examples") / "digits.toml"
PROGRAMS = re.findall(
    r"^```python\n(.+?)^```", (ROOT / "docs" / "exchange.md").read_text("utf-8"), re.M | re.S
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "examples").mkdir()
    shutil.copy(ROOT / EXAMPLE, tmp_path / EXAMPLE)
    monkeypatch.chdir(tmp_path)


def run(package: str) -> dict[str, object]:
    """Run the program that imports a package; its variables."""
    pytest.importorskip(package, reason=f"{package} is not installed")
    (program,) = (each for each in PROGRAMS if f"import {package}\n" in each)
    variables: dict[str, object] = {}
    exec(program, variables)
    return variables


def test_a_model_runs() -> None:
    pytest.importorskip("onnx", reason="the extra onnx is not installed")
    assert main(["export", str(EXAMPLE), "--output", "digits.onnx"]) == 0
    variables = run("onnxruntime")
    assert variables["outputs"].shape == (1, 10)  # type: ignore[attr-defined]


def test_weights_are_trained_in_pytorch_and_come_back(capsys: pytest.CaptureFixture[str]) -> None:
    variables = run("torch")
    accuracies = variables["imported"].accuracies(  # type: ignore[attr-defined]
        variables["data"].test_features,  # type: ignore[attr-defined]
        variables["data"].test_labels,  # type: ignore[attr-defined]
    )
    assert accuracies.after > 0.9
    output = capsys.readouterr().out
    assert str(accuracies) in output
    # The checkpoint is that of the state which the program saved beside it.
    state = load_checkpoint("trained.npz", read_network_file(EXAMPLE).network)
    assert main(["import", str(EXAMPLE), "trained.pt", "--save", "again.npz"]) == 0
    again = load_checkpoint("again.npz", read_network_file(EXAMPLE).network)
    assert again.parameters == state.parameters
