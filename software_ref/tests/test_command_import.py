"""`presparse import`: the checkpoint, the errors, and the accuracies before and after."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from presparse.cli import main
from software_ref.checkpoint import load_checkpoint
from software_ref.golden import edges_of, initial_weight_values
from software_ref.loading import lags_of
from software_ref.network_file import read_network_file
from software_ref.tests.train_command import SURPLUS, small_network, train


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return small_network(tmp_path)


def arrays(path: Path) -> dict[str, Any]:
    """The weights that training starts from, as those of linear layers."""
    file = read_network_file(path)
    values = initial_weight_values(file.network, file.training.seed)
    return {
        f"fc{edges.shape.index}.weight": edges.matrix(weights)
        for edges, weights in zip(edges_of(file.network), values, strict=True)
    }


def test_a_state_becomes_a_checkpoint_that_training_goes_on_from(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, saved, figures = (path.with_name(name) for name in ("s.npz", "c.npz", "f.json"))
    np.savez(state, **arrays(path))
    command = ["import", str(path), str(state), "--save", str(saved), "--json", str(figures)]
    assert main(command) == 0
    note, title, header, *rows, accuracy, last = capsys.readouterr().out.splitlines()
    assert note == f"note: {SURPLUS}"
    assert title == "small: 56 weights, 12 biases in (1,3,8)"
    assert header.split()[:3] == ["junction", "quantity", "values"]
    assert [row.split()[:3] for row in rows] == [
        ["1", "weights", "24"],
        ["1", "biases", "8"],
        ["2", "weights", "32"],
        ["2", "biases", "4"],
    ]
    document = json.loads(figures.read_text())
    found = document["accuracy"]
    assert accuracy == (
        f"test accuracy of 20 samples: float {100 * found['before']:.2f} %, golden "
        f"{100 * found['after']:.2f} %, {found['changed']} predictions changed"
    )
    assert last == f"saved {saved}"
    assert 0 < document["quantised"][0]["largest_error"] <= 2**-9
    file = read_network_file(path)
    assert load_checkpoint(saved, file.network).lags == lags_of(file)
    # The state holds what training starts from, so it goes the same way.
    resumed, fresh = path.with_name("r.npz"), path.with_name("n.npz")
    train(path, "--no-float", "--engine", "numpy", "--resume", saved, "--save", resumed)
    train(path, "--no-float", "--engine", "numpy", "--save", fresh)
    assert (
        load_checkpoint(resumed, file.network).parameters
        == load_checkpoint(fresh, file.network).parameters
    )


def test_without_test_samples_no_data_is_needed(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = path.with_name("s.npz")
    np.savez(state, **arrays(path))
    path.with_name("points.npz").unlink()
    assert main(["import", str(path), str(state), "--test-samples", "0"]) == 0
    output = capsys.readouterr().out
    assert "accuracy" not in output
    assert "saved" not in output


def test_wrong_states_are_one_line_and_leave_no_file(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, saved = path.with_name("s.npz"), path.with_name("c.npz")
    wrong = arrays(path)
    matrix = wrong["fc1.weight"]
    right, left = np.argwhere(matrix == 0)[0].tolist()
    matrix[right, left] = 1
    np.savez(state, **wrong)
    assert main(["import", str(path), str(state), "--save", str(saved)]) == 2
    assert capsys.readouterr().err == (
        f"presparse: error: {state}: fc1.weight must be 0 where junction 1 has no edge, but right "
        f"neuron {right} has 1 from left neuron {left}\n"
    )
    assert main(["import", str(path), str(state), "--save", str(state)]) == 2
    assert capsys.readouterr().err == (
        f"presparse: error: --save must name a file of its own: {state} is an input\n"
    )
    assert not saved.exists()
