"""Chosen inputs and connections that moved, wherever a trained state is used."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import presparse
from presparse.cli import main
from software_ref.checkpoint import Checkpoint, load_checkpoint
from software_ref.core_plan import CorePlan
from software_ref.golden import initial_parameters
from software_ref.golden.inference import output_activations
from software_ref.loading import load_training_data
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.tests.train_command import NETWORK, refused, small_network, train

LEARNING = (
    NETWORK.replace("epochs = 2", "epochs = 4\nshuffle = true")
    + """
[connections]
kind = "free"
[rewire]
share = 1
until = 1
[data.inputs]
method = "deviation"
"""
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A network file, and its state after all epochs."""
    path = small_network(tmp_path_factory.mktemp("learnt"), LEARNING)
    state = path.with_name("state.npz")
    train(path, "--engine", "numpy", "--save", state)
    return path, state


def loaded(trained: tuple[Path, Path]) -> tuple[NetworkFile, Checkpoint]:
    path, saved = trained
    file = read_network_file(path)
    state = load_checkpoint(saved, file.network)
    drawn = initial_parameters(file.network, 1).connections[0]
    assert (state.parameters.connections[0].left_neurons != drawn.left_neurons).any()
    return file, state


def test_the_checkpoint_predicts_as_the_training_did(trained: tuple[Path, Path]) -> None:
    path, saved = trained
    file, state = loaded(trained)
    data = load_training_data(file)
    assert data.inputs is not None
    assert state.inputs is not None
    assert state.inputs.tolist() == data.inputs.tolist()
    outputs = output_activations(state.parameters, data.test_features)[:, :3]
    document = json.loads((path.parent / "out.json").read_text())
    accuracy = (outputs.argmax(axis=1) == data.test_labels).mean()
    assert document["epochs"][-1]["test_accuracy"] == accuracy
    network = presparse.load(path)
    samples = np.load(path.with_name("points.npz"))
    found = network.predictions(saved, (samples["x_test"], samples["y_test"]))
    assert found.found.outputs is not None
    assert found.found.outputs.tolist() == outputs.tolist()
    assert network.predictions(saved).found.outputs.tolist() == outputs.tolist()  # type: ignore[union-attr]
    assert CorePlan.from_file(file, start=state).patterns is state.parameters.connections


def test_training_goes_on_and_refuses_other_inputs(
    trained: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, saved = trained
    more = train(path, "--resume", saved, "--epochs", 5, "--engine", "numpy")
    assert [row["epoch"] for row in more["epochs"]] == [4]
    capsys.readouterr()
    for text, message in [
        (
            LEARNING.replace('"deviation"', '"deviation"\nseed = 2'),
            f"{saved}: inputs must take the features that [data.inputs] chooses by the training "
            "samples, but input ",
        ),
        (
            LEARNING[: LEARNING.index("[data.inputs]")],
            f"{saved} has inputs that [data.inputs] chose, but the network file has no such table",
        ),
        (
            LEARNING.replace("[rewire]\nshare = 1\nuntil = 1\n", ""),
            f"{saved}: left_1 must hold the network's connections: edge ",
        ),
    ]:
        other = small_network(tmp_path, text)
        assert refused(capsys, other, "--resume", saved).startswith(message)


def test_a_state_without_training_holds_the_inputs(
    trained: tuple[Path, Path], tmp_path: Path
) -> None:
    state = tmp_path / "none.npz"
    assert main(["train", str(trained[0]), "--samples", "0", "--save", str(state)]) == 0
    file, after = loaded(trained)
    before = load_checkpoint(state, file.network)
    assert before.inputs is not None
    assert after.inputs is not None
    assert before.inputs.tolist() == after.inputs.tolist()
    assert before.parameters == initial_parameters(file.network, 1)


@pytest.mark.skipif(
    not all(map(find_spec, ("onnx", "onnxruntime"))), reason="the extra onnx is not installed"
)
@pytest.mark.parametrize("kind", ["raw", "float64"])
def test_the_exported_model_has_them(
    trained: tuple[Path, Path], tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path, saved = trained
    model, figures = tmp_path / "small.onnx", tmp_path / "figures.json"
    options = ["--output", model, "--input", kind, "--json", figures, "--verify"]
    assert main(["export", str(path), "--resume", str(saved), *map(str, options)]) == 0
    document: dict[str, Any] = json.loads(figures.read_text())
    assert document["verified"]["outputs"] == 0
    assert document["verified"]["samples"] == 20
    assert document["inputs"] == loaded(trained)[1].inputs.tolist()  # type: ignore[union-attr]
    assert document["features"] is None
    capsys.readouterr()
    few = [*options, "--features", "3"]
    assert main(["export", str(path), "--resume", str(saved), *map(str, few)]) == 2


def test_connections_and_scatter_look_at_them(
    trained: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, saved = trained
    edges, figures = tmp_path / "edges.npz", tmp_path / "figures.json"
    resume = ["--resume", str(saved)]
    assert main(["connections", str(path), *resume, "--npz", str(edges)]) == 0
    title = f"small: 12-8-4, free connections, seed 1, of {saved} after epoch 4\n"
    assert capsys.readouterr().out.startswith(title)
    left = loaded(trained)[1].parameters.connections[0].left_neurons
    assert np.load(edges)["left_1"].tolist() == left.tolist()
    assert main(["scatter", str(path), *resume, "--json", str(figures)]) == 0
    assert capsys.readouterr().out.startswith(title)
    for option in (["--kind", "random"], ["--seed", "2"]):
        assert main(["connections", str(path), *resume, *option]) == 2
        error = capsys.readouterr().err
        assert error == f"presparse: error: --resume must be given without {option[0]}\n"
    assert main(["scatter", str(path), *resume, "--seeds", "2"]) == 2
    assert "--resume must be given without --seeds" in capsys.readouterr().err
