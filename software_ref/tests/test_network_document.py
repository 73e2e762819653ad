"""From a network file to its document and back: nothing is lost."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from software_ref.network_document import network_document, network_toml
from software_ref.network_file import NetworkFile, network_file_of, read_network_file

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(ROOT.glob("examples/**/*.toml"))


def again(file: NetworkFile) -> NetworkFile:
    """What is read from the text."""
    return network_file_of(tomllib.loads(network_toml(file)), file.path)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_come_back_as_they_were(path: Path) -> None:
    file = read_network_file(path)
    assert again(file) == file


def test_every_setting_comes_back() -> None:
    document = {
        "network": {"layers": [12, 8, 4], "out_degree": [2, 4], "parallelism": [4, 2]},
        "format": {"integer": 2, "fraction": 7, "stored_fraction": 9, "activation_fraction": 4},
        "activation": {"hidden": "relu", "relu_cap": 2.0},
        "connections": {"kind": "free", "seed": 3, "dither": True},
        "update": {"random_bits": 8, "seed": 5},
        "rewire": {"share": 0.2, "until": 0.5, "seed": 4, "junctions": [1]},
        "data": {
            "name": "morse",
            "train": 100,
            "test": 10,
            "options": {"noise_sigma": 0.5},
            "reduce": {"method": "pca", "features": 12},
            "inputs": {"method": "deviation", "seed": 6},
        },
        "training": {"epochs": 3, "seed": 2, "shuffle": True, "rate_exponent": [[0, 3], [2, 4]]},
        "target": {"device": "lfe5u-85f", "dsp_budget": 5, "pipeline": "medium", "clock_mhz": 50.0},
    }
    assert network_document(network_file_of(document)) == document


def test_usual_values_are_left_out() -> None:
    sizes = {"layers": [4, 2], "out_degree": [1], "parallelism": [2]}
    file = network_file_of({"network": {**sizes, "classes": 2}, "format": {"fraction": 8}})
    assert network_document(file) == {"network": sizes}


def test_files_of_samples_are_found_from_any_folder(tmp_path: Path) -> None:
    samples = tmp_path / "points.npz"
    np.savez(samples, x=np.zeros(1))
    file = network_file_of({"network": {"layers": [4, 2], "out_degree": [1], "parallelism": [2]}})
    file = replace(file, data=replace(file.data, name="points.npz"), path=tmp_path / "a.toml")
    assert network_document(file)["data"] == {"name": str(samples.resolve())}
    missing = replace(file, path=Path("elsewhere") / "a.toml")
    assert network_document(missing)["data"] == {"name": "points.npz"}
