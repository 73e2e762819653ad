"""Predictions one by one: outputs against the specification's reference, and the CSV file."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from software_ref.golden import inference
from software_ref.golden.inference import output_activations
from software_ref.predictions import Predictions
from software_ref.tests.random_case import Case


@pytest.mark.parametrize("seed", range(12))
def test_outputs_are_those_of_the_specification(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inference, "BATCH_VALUES", 1 if seed % 2 else 300)  # several batches
    case = Case(seed)
    case.train[:] = False
    counted: list[int] = []
    outputs = output_activations(case.parameters, case.features, progress=counted.append)
    assert outputs.tolist() == case.reference().outputs
    assert sum(counted) == len(case.labels)


def test_only_competing_outputs_are_kept() -> None:
    case = next(c for c in map(Case, range(100)) if c.network.competing < c.network.layers[-1])
    found = Predictions.of(case.parameters, case.features, case.labels)
    outputs = output_activations(case.parameters, case.features)
    assert found.outputs is not None
    assert found.outputs.tolist() == outputs[:, : case.network.competing].tolist()
    assert found.predictions.tolist() == case.trainer().infer(case.features).tolist()


def test_the_file_has_a_line_for_every_sample(tmp_path: Path) -> None:
    labels, predictions = np.array([0, 1, 1]), np.array([0, 0, 1])
    outputs = np.array([[200, 3], [130, 120], [1, 255]])
    path = tmp_path / "p.csv"
    Predictions(labels=labels, predictions=predictions, classes=2, outputs=outputs).write_csv(path)
    with path.open(newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["index", "label", "prediction", "output_0", "output_1"]
    assert [[int(cell) for cell in line] for line in lines[1:]] == [
        [0, 0, 0, 200, 3],
        [1, 1, 0, 130, 120],
        [2, 1, 1, 1, 255],
    ]


def test_hardware_gives_no_outputs_and_samples_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    found = Predictions(
        labels=np.array([2, 0]), predictions=np.array([2, 1]), classes=3, indices=np.array([7, 3])
    )
    found.write_csv(path)
    assert path.read_text() == "index,label,prediction\n7,2,2\n3,0,1\n"
    assert found.accuracy == 0.5


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^predictions must be as many as the 2 labels, not 1$"):
        Predictions(labels=np.array([0, 1]), predictions=np.array([0]), classes=2)
