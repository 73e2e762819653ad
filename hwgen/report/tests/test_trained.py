"""What is told of trained weights, against the trainers themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hwgen.report.trained import BINS, PROFILED, Trained
from presparse.cli import main
from software_ref.checkpoint import load_checkpoint
from software_ref.golden import GoldenTrainer
from software_ref.loading import load_training_data
from software_ref.network_file import NetworkFile, read_network_file
from software_ref.plan.schedule import Schedule
from software_ref.tests.train_command import NETWORK, SAMPLES, write_points


@pytest.fixture
def trained_file(tmp_path: Path) -> tuple[NetworkFile, Path]:
    """A network file that saturates, and what was trained of it."""
    write_points(tmp_path)
    path, saved = tmp_path / "small.toml", tmp_path / "run.npz"
    path.write_text(NETWORK + "\n[format]\ninteger = 1\nfraction = 5\n")
    assert main(["train", str(path), "--engine", "numpy", "--save", str(saved)]) == 0
    return read_network_file(path), saved


Case = tuple[NetworkFile, Path]


def test_predictions_are_those_of_the_trained_parameters(trained_file: Case) -> None:
    file, saved = trained_file
    found = Trained.load(file, saved)
    data = load_training_data(file)
    checkpoint = load_checkpoint(saved, file.network)
    golden = GoldenTrainer(file.network, checkpoint.parameters, Schedule.from_file(file).lags)
    predictions = golden.infer(data.test_features)
    counts = np.zeros((3, 3), np.int64)
    for label, prediction in zip(data.test_labels, predictions, strict=True):
        counts[label, prediction] += 1
    assert (found.confusion.counts == counts).all()
    assert found.checkpoint.epoch == 2
    assert Trained.load(file, saved, test_samples=5).confusion.samples == 5
    assert Trained.load(file, saved, test_samples=0).confusion.accuracy is None


def test_ranges_are_of_a_training_that_goes_on(trained_file: Case) -> None:
    """As `train --resume` would: in the next epoch's order, and at its rate."""
    file, saved = trained_file
    found = Trained.load(file, saved)
    assert found.profiled == SAMPLES
    assert found.rate_exponent == 2
    ranges = found.document()["ranges"]
    rows = {(row["junction"], row["quantity"]): row for row in ranges["quantities"]}
    assert rows[1, "s"]["count"] == SAMPLES * 8
    assert sum(row["saturated"] for row in ranges["quantities"]) > 0
    assert Trained.load(file, saved, samples=7).profiled == 7
    go_on = saved.with_name("on.npz")
    options = ["--epochs", "3", "--engine", "numpy", "--save", str(go_on)]
    assert main(["train", str(file.path), "--resume", str(saved), *options]) == 0
    weights = load_checkpoint(go_on, file.network).parameters.weights[0]
    assert rows[1, "w"]["minimum"] == weights.min() / 2**5
    assert rows[1, "w"]["maximum"] == weights.max() / 2**5


def test_ranges_are_over_a_thousand_samples_where_there_are_more(trained_file: Case) -> None:
    file, saved = trained_file
    write_points(saved.parent, PROFILED + 10)
    assert Trained.load(file, saved).profiled == PROFILED
    assert Trained.load(file, saved, samples=PROFILED + 1).profiled == PROFILED + 1


def test_histograms_count_every_weight_once(trained_file: Case) -> None:
    file, saved = trained_file
    checkpoint = load_checkpoint(saved, file.network)
    histograms = Trained.load(file, saved).document()["histograms"]
    raws = [
        raw
        for pair in zip(checkpoint.parameters.weights, checkpoint.parameters.biases, strict=True)
        for raw in pair
    ]
    assert len(histograms) == len(raws)
    for histogram, raw in zip(histograms, raws, strict=True):
        values = raw / 2**5
        counts = histogram["counts"]
        assert len(counts) <= BINS + 1
        edges = histogram["first"] + histogram["width"] * np.arange(len(counts) + 1)
        assert 0 in edges or edges[0] > 0 or edges[-1] < 0
        assert counts == np.histogram(values, edges)[0].tolist()
        assert sum(counts) == histogram["count"] == len(raw)
        assert histogram["at_ends"] == np.count_nonzero((raw == -64) | (raw == 63))


def test_classes_have_the_names_that_the_samples_have(tmp_path: Path, trained_file: Case) -> None:
    file, saved = trained_file
    with np.load(tmp_path / "points.npz") as arrays:
        names = np.array(["ash", "elm", "oak"])
        np.savez(
            tmp_path / "trees.npz",
            **{k: names[v] if k.startswith("y") else v for k, v in arrays.items()},
        )
    named = replace(file, data=replace(file.data, name="trees.npz"))
    assert Trained.load(named, saved).document()["confusion"]["classes"] == ["ash", "elm", "oak"]


def test_a_checkpoint_of_another_network_is_refused(trained_file: Case) -> None:
    file, saved = trained_file
    network = replace(file.network, connections=replace(file.network.connections, seed=9))
    with pytest.raises(ValueError, match=r"run\.npz: left_1 must hold the network's connections"):
        Trained.load(replace(file, network=network), saved)
