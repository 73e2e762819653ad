"""Checkpoints come back as they were saved, and only into the network they belong to."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from software_ref.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from software_ref.connections.options import ConnectionOptions
from software_ref.connections.rewire_options import RewireOptions
from software_ref.fixed_point import FixedFormat
from software_ref.golden import initial_parameters
from software_ref.network import Network

NETWORK = Network(layers=(8, 4, 4), out_degree=(1, 2), parallelism=(4, 2))
CHECKPOINT = Checkpoint(
    parameters=initial_parameters(NETWORK, 3), lags=(5, 2), epoch=7, samples=70_000
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "network.npz"
    save_checkpoint(path, CHECKPOINT)
    return path


def _rewrite(path: Path, **changes: Any) -> None:
    """Save the file again with some arrays changed, or left out where None."""
    with np.load(path) as archive:
        arrays = dict(archive) | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def _refusal(path: Path, message: str, network: Network = NETWORK) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(f'{path}: {message}')}$"):
        load_checkpoint(path, network)


def test_a_checkpoint_comes_back(path: Path) -> None:
    assert load_checkpoint(path, NETWORK) == CHECKPOINT
    assert load_checkpoint(str(path), NETWORK).parameters == CHECKPOINT.parameters
    with np.load(path) as archive:
        assert sorted(archive.files) == [
            *("biases_1", "biases_2", "epoch", "format", "lags", "left_1", "left_2"),
            *("samples", "weights_1", "weights_2"),
        ]
        assert {array.dtype for array in archive.values()} == {np.dtype(np.int64)}


def test_its_position_is_told_by_epoch_and_samples() -> None:
    assert CHECKPOINT.position == "epoch 7, 70000 samples"


def test_saving_replaces_the_file_and_leaves_no_other(path: Path) -> None:
    save_checkpoint(path, replace(CHECKPOINT, epoch=8))
    assert load_checkpoint(path, NETWORK).epoch == 8
    assert os.listdir(path.parent) == ["network.npz"]


def test_a_failed_save_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", fail)
    message = f"cannot write {path}: no space left"
    with pytest.raises(OSError, match=f"^{re.escape(message)}$"):
        save_checkpoint(path, replace(CHECKPOINT, epoch=8))
    assert load_checkpoint(path, NETWORK).epoch == 7
    assert os.listdir(path.parent) == ["network.npz"]


def test_a_missing_file_or_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_checkpoint(tmp_path / "none.npz", NETWORK)
    with pytest.raises(FileNotFoundError):
        save_checkpoint(tmp_path / "none" / "network.npz", CHECKPOINT)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + bytes(50)])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "network.npz"
    path.write_bytes(content)
    _refusal(path, "checkpoint must be an .npz file of integer arrays")


def test_damaged_and_foreign_archives_are_refused(path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    _refusal(path, "checkpoint must be an .npz file of integer arrays")
    damaged = bytearray(whole)
    damaged[whole.index(b"NUMPY") + 130] ^= 0xFF  # in the first array's values
    path.write_bytes(damaged)
    _refusal(path, "checkpoint must be an .npz file of integer arrays")
    with path.open("wb") as file:
        np.save(file, np.zeros(3, int))
    _refusal(path, "checkpoint must be an .npz file of integer arrays")
    np.savez(path, weights_1=np.array([None]))
    _refusal(path, "checkpoint must be an .npz file of integer arrays")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        *(
            ({name: np.zeros(8)}, f"{name} must be integers, not float64")
            for name in ("weights_1", "biases_1", "left_2", "format", "lags", "epoch", "samples")
        ),
        (
            {"weights_2": np.zeros(7, int)},
            "weights of junction 2 must have shape (8,), not (7,)",
        ),
        (
            {"biases_2": np.array([0, 0, 0, -2049])},
            "biases of junction 2 must be -2048 to 2047 in format (1,3,8), not -2049",
        ),
        ({"left_1": np.zeros(3, int)}, "left_1 must have shape (8,), not (3,)"),
        ({"lags": np.array([5])}, "lags must have shape (2,), not (1,)"),
        (
            {"lags": np.array([2, 2])},
            "lag of junction 1 must be at least 1 + the lag of junction 2 = 3, not 2",
        ),
        ({"epoch": np.array(-1)}, "epoch must be at least 0, not -1"),
        ({"samples": np.array(-1)}, "samples must be at least 0, not -1"),
        (
            {"format": np.array([3, 8, 10])},
            "format must be the network's (1,3,8), not (1,3,8), stored (1,3,10)",
        ),
        (
            {"format": np.array([2, 9, 9])},
            "format must be the network's (1,3,8), not (1,2,9)",
        ),
        (
            {"weights_3": np.zeros(8, int)},
            "checkpoint must have 2 junctions and no array weights_3",
        ),
    ],
)
def test_wrong_arrays_are_refused(path: Path, changes: dict[str, Any], message: str) -> None:
    _rewrite(path, **changes)
    _refusal(path, message)


@pytest.mark.parametrize("name", ["left_1", "left_2"])
def test_another_edge_in_any_junction_is_refused(path: Path, name: str) -> None:
    with np.load(path) as archive:
        left = archive[name]
    true = left[-1]
    left[-1] = true ^ 1
    _rewrite(path, **{name: left})
    _refusal(
        path,
        f"{name} must hold the network's connections: edge 7 starts at left neuron {true}, "
        f"not {left[-1]}",
    )


def test_missing_arrays_are_refused(path: Path) -> None:
    _rewrite(path, biases_1=None)
    message = rf"^{re.escape(str(path))}: checkpoint must have the array biases_1, not only \["
    with pytest.raises(ValueError, match=message):
        load_checkpoint(path, NETWORK)


def test_another_network_is_refused(path: Path) -> None:
    _refusal(
        path,
        "format must be the network's (1,2,9), not (1,3,8)",
        replace(NETWORK, format=FixedFormat(integer=2, fraction=9)),
    )
    other = replace(NETWORK, connections=ConnectionOptions(seed=2))
    message = (
        rf"^{re.escape(str(path))}: left_1 must hold the network's connections: edge \d starts at "
        r"left neuron \d, not \d$"
    )
    with pytest.raises(ValueError, match=message):
        load_checkpoint(path, other)


def test_given_patterns_are_kept(tmp_path: Path) -> None:
    class Pattern:
        def __init__(self, *left: int) -> None:
            self.left_neurons = np.array(left)

    patterns = [Pattern(7, 6, 5, 4, 3, 2, 1, 0), Pattern(0, 1, 2, 3, 0, 1, 2, 3)]
    path = tmp_path / "other.npz"
    save_checkpoint(path, CHECKPOINT, patterns)
    assert load_checkpoint(path, NETWORK, patterns) == CHECKPOINT
    with pytest.raises(ValueError, match="left_1 must hold the network's connections"):
        load_checkpoint(path, NETWORK)


MOVING = replace(
    NETWORK,
    out_degree=(2, 2),
    connections=ConnectionOptions(kind="free", dither=True),
    rewire=RewireOptions(share=1, junctions=(1,)),
)


def test_connections_that_moved_and_inputs_come_back(tmp_path: Path) -> None:
    path = tmp_path / "moving.npz"
    moved = initial_parameters(MOVING, 3).rewired(0, 4)
    assert moved.first_difference(initial_parameters(MOVING, 3)) is not None
    inputs = np.array([3, 3, 0, 9, 1, 1, 0, 2])
    state = Checkpoint(parameters=moved, lags=(5, 2), inputs=inputs)
    save_checkpoint(path, state)
    found = load_checkpoint(path, MOVING)
    assert found == state
    assert found.parameters.sha256 == moved.sha256 != initial_parameters(MOVING, 3).sha256
    assert found != replace(state, inputs=None)
    assert found != replace(state, inputs=inputs[::-1])
    with np.load(path) as archive:
        assert archive["left_1"].tolist() == moved.connections[0].left_neurons.tolist()
        assert archive["inputs"].tolist() == inputs.tolist()


def test_connections_that_no_step_leads_to_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "moving.npz"
    parameters = initial_parameters(MOVING, 3)
    save_checkpoint(path, Checkpoint(parameters=parameters, lags=(5, 2)))
    left, second = (each.left_neurons for each in parameters.connections)
    other = np.array([left[1], left[0], *left[2:]])
    _rewrite(path, left_1=other)
    refused = "left_1 must hold connections that rewiring can lead to: pattern of junction 1 must "
    read, found = left[0] % 4, left[1] % 4
    _refusal(
        path,
        f"{refused}read memory {read} at edge 0, but left neuron {left[1]} is in memory {found}",
        MOVING,
    )
    twice = np.where(np.arange(16) < 8, left, left[0])
    twice[8:] = np.where(left[8:] % 4 == left[0] % 4, left[0], left[8:])
    _rewrite(path, left_1=twice)
    _refusal(path, f"{refused}read each of the 2 words once a sweep", MOVING)
    _rewrite(path, left_1=left, left_2=second[::-1])
    with pytest.raises(ValueError, match="left_2 must hold the network's connections: edge "):
        load_checkpoint(path, MOVING)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.zeros(7, int), "inputs must have shape (8,), not (7,)"),
        (np.full(8, -1), "inputs must be features from 0, not -1"),
        (np.zeros(8), "inputs must be integers, not float64"),
    ],
)
def test_wrong_inputs_are_refused(path: Path, inputs: Any, message: str) -> None:
    _rewrite(path, inputs=inputs)
    _refusal(path, message)


def test_other_inputs_are_told() -> None:
    chosen = replace(CHECKPOINT, inputs=np.arange(8))
    chosen.check_same_inputs(np.arange(8), where="run.npz")
    CHECKPOINT.check_same_inputs(None, where="run.npz")
    for state, inputs, message in [
        (chosen, None, "run.npz has inputs that [data.inputs] chose, but the network file has no "),
        (CHECKPOINT, np.arange(8), "run.npz has no inputs that were chosen, but the network file "),
        (
            chosen,
            np.array([0, 1, 2, 4, 4, 5, 6, 7]),
            "run.npz: inputs must take the features ",
        ),
    ]:
        with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
            state.check_same_inputs(inputs, where="run.npz")
