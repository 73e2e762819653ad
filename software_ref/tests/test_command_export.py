"""`presparse export`: the file, what is printed of it, and how it is held against NumPy."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from presparse.cli import main
from software_ref.checkpoint import Checkpoint, save_checkpoint
from software_ref.exchange import onnx_check
from software_ref.golden import initial_parameters
from software_ref.network_file import read_network_file
from software_ref.tests.train_command import small_network

ROOT = Path(__file__).parents[2]

needs_onnx = pytest.mark.skipif(
    not all(map(find_spec, ("onnx", "onnxruntime"))),
    reason="the extra onnx is not installed",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return small_network(tmp_path)


def export(path: Path, *arguments: object) -> int:
    return main(["export", str(path), *map(str, arguments)])


def refused(capsys: pytest.CaptureFixture[str], path: Path, *arguments: object) -> str:
    assert export(path, *arguments) == 2
    output, error = capsys.readouterr()
    assert output == ""
    return error.removeprefix("presparse: error: ").removesuffix("\n")


@needs_onnx
def test_a_trained_network_is_exported_and_verified(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, target = path.with_name("state.npz"), path.with_name("small.onnx")
    file = read_network_file(path)
    parameters = initial_parameters(file.network, 9)
    save_checkpoint(state, Checkpoint(parameters=parameters, lags=(3, 1), epoch=5, samples=300))
    figures = path.with_name("figures.json")
    assert export(path, "--resume", state, "--output", target, "--verify", "--json", figures) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    document = json.loads(figures.read_text())
    assert lines == [
        f"small: 12-8-4, (1,3,8), 56 weights, {state} after epoch 5",
        "input       int32 (samples, 12): raw integers, 0 to 256",
        "outputs     int32 (samples, 4): raw integers, 256 stands for 1",
        "prediction  int64 (samples): 0 to 2",
        f"onnx: {target}, {target.stat().st_size / 1000:.0f} kB",
    ]
    share = f"{100 * document['verified']['accuracy']:.2f}"
    assert last == (
        f"20 test samples in ONNX Runtime: all predictions ({share} % right) and all raw outputs "
        "are those of the golden model"
    )
    assert document == {
        "name": "small",
        "format": "onnx",
        "file": str(target),
        "bytes": target.stat().st_size,
        "epoch": 5,
        "input": "raw",
        "features": 12,
        "inputs": None,
        "outputs": 4,
        "classes": 3,
        "verified": {
            "samples": 20,
            "predictions": 0,
            "outputs": 0,
            "accuracy": document["verified"]["accuracy"],
        },
    }
    samples = np.zeros((1, 12), np.int32)
    # The state's parameters, not the initial ones of the network file.
    found = onnx_check.check_onnx(target, parameters, samples, np.zeros(1, np.int64))
    assert found.equal
    other = initial_parameters(file.network, file.training.seed)
    assert not onnx_check.check_onnx(target, other, samples, np.zeros(1, np.int64)).equal


@needs_onnx
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_samples_as_the_user_has_them_are_verified(
    kind: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--input", kind, "--features", 10, "--test-samples", 7)
    assert export(path, "--output", path.with_name("m.onnx"), *options, "--verify") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(", not trained")
    assert lines[1] == f"input       {kind} (samples, 10): values, 0 to 1"
    assert lines[-1].startswith("7 test samples in ONNX Runtime: all predictions (")


@needs_onnx
def test_a_model_that_differs_has_its_own_status(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_onnx = onnx_check.run_onnx

    def wrong(*arguments: Any) -> Any:
        outputs, predictions = run_onnx(*arguments)
        outputs[3, 1:3] += 1
        predictions[5] = 1 - predictions[5] % 2
        return outputs, predictions

    monkeypatch.setattr(onnx_check, "run_onnx", wrong)
    assert export(path, "--output", path.with_name("m.onnx"), "--verify") == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("20 test samples in ONNX Runtime: 1 predictions (")
    assert last.endswith(" % right) and 2 raw outputs differ from those of the golden model")


@needs_onnx
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--features", "13"), "features must be 1 to the 12 inputs of the network, not 13"),
        (
            ("--verify", "--features", "9"),
            "the model must take the 10 features of points.npz: x_test, not 9",
        ),
        (
            ("--verify", "--input", "uint8"),
            "the model takes pixels, uint8, but points.npz: x_test holds float64",
        ),
        (
            ("--verify", "--test-samples", "21"),
            "points.npz: the number of test samples must be at most the 20 there are, not 21",
        ),
    ],
)
def test_wrong_input_leaves_no_file(
    options: tuple[str, ...], message: str, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = path.with_name("m.onnx")
    assert refused(capsys, path, "--output", target, *options) == message
    assert not target.exists()


def test_what_is_missing_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = path.with_name("m.onnx")
    assert refused(capsys, path, "--output", path) == (
        f"--output must name a file of its own: {path} is an input"
    )
    monkeypatch.setitem(sys.modules, "onnx", None)
    message = refused(capsys, path, "--output", target)
    assert message.startswith("an ONNX file needs onnx, which cannot be imported (")
    assert message.endswith("); install it with pip install onnx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    message = refused(capsys, path, "--output", target, "--verify")
    assert message.startswith("--verify needs onnxruntime, which cannot be imported (")
    assert not target.exists()


@needs_onnx
@pytest.mark.real_data
@pytest.mark.parametrize("kind", ["raw", "uint8"])
def test_10_000_images_are_predicted_alike(
    kind: str, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, state = str(ROOT / "examples" / "mnist_accurate.toml"), str(tmp_path / "state.npz")
    train = ["--data", str(data_dir), "--samples", "3000", "--test-samples", "0", "--no-float"]
    assert main(["train", path, *train, "--save", state]) == 0
    target = tmp_path / "m.onnx"
    options = ("--resume", state, "--data", data_dir, "--input", kind, "--verify")
    assert export(Path(path), "--output", target, *options) == 0
    assert "10000 test samples in ONNX Runtime: all predictions (" in capsys.readouterr().out
