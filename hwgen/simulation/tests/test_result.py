"""Results on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hwgen.simulation.job import AccessParameters, Drain, Job, Play, ReadParameters
from hwgen.simulation.run import Simulation
from hwgen.simulation.tests.stub_core import predictions, random_samples


def test_a_result_is_saved_whole(simulation: Simulation, tmp_path: Path) -> None:
    features, labels = random_samples(5, seed=1)
    access = AccessParameters(
        write=[1, 0], junction=[0] * 2, bias=[0] * 2, row=[0] * 2, lane=[1] * 2, data=[9, 0]
    )
    operations = [Play(samples=range(5)), Drain(), access, ReadParameters()]
    result = simulation.run(Job(operations=operations, features=features, labels=labels))
    path = tmp_path / "result.npz"
    result.save(path)
    assert list(tmp_path.iterdir()) == [path]
    with np.load(path) as arrays:
        assert arrays["operation_saturations"].shape == (4, 2, 3)
        assert arrays["operation_steps"].tolist() == [o.steps for o in result.operations]
        assert np.array_equal(arrays["play0_predictions"], predictions(features))
        assert np.array_equal(arrays["play0_sample_clocks"], result.plays[0].sample_clocks)
        assert arrays["weights0_1"][:2].tolist() == [5, 9]
        assert arrays["biases0_2"].tolist() == [0, 0, 0]
        assert arrays["values0"].tolist() == [0, 9]
        assert arrays["errors0"].tolist() == [False, False]
