"""Each feature mapped by its own range, fitted on the training samples alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from software_ref.datasets.feature_scale import fit_scale
from software_ref.datasets.npz import load_npz
from software_ref.loading import load_training_data
from software_ref.network_file import read_network_file
from software_ref.tests.train_command import NETWORK, points


def test_each_feature_by_its_own_range() -> None:
    x = np.array([[1, -100, 7], [3, 300, 7], [2, 0, 7]], dtype=np.int16)
    scale = fit_scale(x)
    assert (scale.low.tolist(), scale.high.tolist()) == ([1, -100, 7], [3, 300, 7])
    assert scale.apply(x).tolist() == [[0, 0, 0], [1, 1, 0], [0.5, 0.25, 0]]
    # Others are clipped, and a constant feature stays 0.
    assert scale.apply(np.array([[0, 100, 9]])).tolist() == [[0, 0.5, 0]]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    npst.arrays(np.float64, (4, 3), elements=st.floats(-1.7e308, 1.7e308, allow_subnormal=False))
)
def test_any_finite_features_end_in_0_to_1(x: np.ndarray) -> None:
    mapped = fit_scale(x).apply(x)
    assert np.isfinite(mapped).all()
    assert mapped.min() >= 0
    assert mapped.max() <= 1


def test_the_range_is_that_of_the_training_samples_that_are_left(tmp_path: Path) -> None:
    x = np.random.default_rng(2).normal(5, 3, (40, 3)) * [0.1, 1, 1000]
    path = tmp_path / "a.npz"
    np.savez(path, x_train=x, y_train=np.arange(40) % 2)
    dataset = load_npz(path, scale="feature", test=10, seed=3)
    plain = load_npz(path, scale=[-1e5, 1e5], test=10, seed=3)
    train, test = ((each - 0.5) * 2e5 for each in (plain.x_train, plain.x_test))
    low, high = train.min(axis=0), train.max(axis=0)
    assert np.allclose(dataset.x_train, (train - low) / (high - low))
    assert np.allclose(dataset.x_test, np.clip((test - low) / (high - low), 0, 1))
    assert dataset.scale is not None
    assert np.allclose(dataset.scale.low, low)
    assert np.allclose(dataset.scale.high, high)
    assert dataset.provenance == (
        "read from a.npz, 10 samples held out for the test with seed 3, each feature scaled by its "
        "range in training"
    )


def test_every_command_gets_the_same_features_however_many_samples_it_takes(
    tmp_path: Path,
) -> None:
    arrays = points()
    arrays["x_train"] = arrays["x_train"] * 9 - 4
    np.savez(tmp_path / "points.npz", **arrays)  # type: ignore[arg-type]
    path = tmp_path / "small.toml"
    path.write_text(NETWORK.replace("[training]", '[data.options]\nscale = "feature"\n[training]'))
    file = read_network_file(path)
    whole, few = (load_training_data(file, samples=n, test_samples=n) for n in (20, 3))
    assert np.array_equal(whole.train_features[:3], few.train_features)
    assert np.array_equal(whole.test_features[:3], few.test_features)
    assert whole.train_features.max() == 256
