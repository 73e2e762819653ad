"""Redundancy tools: principal components, tokens and spectra against small computations."""

import re
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from software_ref.datasets import Dataset, load_dataset
from software_ref.datasets.redundancy import (
    METHODS,
    principal_components,
    rebin,
    rebin_features,
    reduce_features,
    select_tokens,
)

RNG = np.random.default_rng(11)
MIXED = np.clip(RNG.normal(0.5, 0.1, (40, 3)) @ RNG.uniform(0, 0.5, (3, 5)), 0, 1)
LABELS = np.arange(40) % 3


def dataset(x: Any = MIXED, y: Any = LABELS, **changes: Any) -> Dataset:
    """Training samples and five fixed test samples of the same kind."""
    x = np.asarray(x)
    arrays: dict[str, Any] = {
        "x_test": np.linspace(0, 255 if x.dtype == np.uint8 else 1, 5 * x.shape[1])
        .reshape(5, -1)
        .astype(x.dtype),
        "y_test": np.zeros(5, dtype=int),
    } | changes
    return Dataset(
        name="tiny", x_train=x, y_train=np.asarray(y), classes=3, provenance="made up", **arrays
    )


def test_principal_components_by_the_covariance_matrix() -> None:
    data = dataset(x_validation=MIXED[:4] / 2, y_validation=LABELS[:4])
    reduced = principal_components(data, 2)
    mean = MIXED.mean(axis=0)
    values, vectors = np.linalg.eigh((MIXED - mean).T @ (MIXED - mean))
    axes = vectors[:, np.argsort(-values)[:2]]
    train = (MIXED - mean) @ axes
    reach = 2 * np.sqrt((train**2).sum(axis=0) / (len(train) - 1)).max()
    for split in ("train", "validation", "test"):
        before, after = getattr(data, f"x_{split}"), getattr(reduced, f"x_{split}")
        expected = np.clip(0.5 + (before - mean) @ axes / (2 * reach), 0, 1)
        for column in (0, 1):
            # An axis has no sign; the other one turns the component round.
            straight = np.abs(after - expected)[:, column].max()
            assert min(straight, np.abs(after - (1 - expected))[:, column].max()) < 1e-6
        assert after.dtype == np.float32
    first, second = reduced.x_train.std(axis=0)
    assert second / first == pytest.approx(np.sqrt(values[-2] / values[-1]), rel=0.05)
    assert reduced.provenance == "made up; first 2 principal components"
    assert reduced.y_train is data.y_train


def test_principal_components_are_the_same_every_time() -> None:
    data = load_dataset("digits", options={}, data_dir=None, base_dir=None)
    first, second = principal_components(data, 20), principal_components(data, 20)
    assert np.array_equal(first.x_test, second.x_test)
    # Nested: fewer components are the first of more.
    assert np.allclose(principal_components(data, 5).x_test, first.x_test[:, :5], atol=1e-6)


def test_principal_components_of_fewer_samples_than_features() -> None:
    x = np.random.default_rng(2).uniform(size=(4, 30))
    reduced = principal_components(dataset(x, [0, 1, 2, 0]), 3)
    distances = np.linalg.norm(x[:, np.newaxis] - x, axis=2)
    centred = x - x.mean(axis=0)
    largest = np.linalg.svd(centred)[1][0] / np.sqrt(len(x) - 1)
    moved = reduced.x_train * 4 * largest
    assert np.allclose(np.linalg.norm(moved[:, np.newaxis] - moved, axis=2), distances, atol=1e-5)


def test_pixels_count_in_256ths() -> None:
    pixels = RNG.integers(0, 256, (40, 4)).astype(np.uint8)
    test = RNG.integers(0, 256, (5, 4)).astype(np.uint8)
    floats = dataset(pixels / 256, x_test=test / 256)
    bytes_ = dataset(pixels, x_test=test)
    for method in ("pca", "spectrum"):
        assert np.allclose(
            reduce_features(bytes_, method, 2).x_test, reduce_features(floats, method, 2).x_test
        )


@pytest.mark.parametrize(
    ("x", "features", "message"),
    [
        (MIXED, 4, "1 to 3 (the directions in which the training samples vary), not 4"),
        (MIXED, 6, "1 to 5 (the most that the training samples can vary in), not 6"),
        (MIXED, 0, "1 to 5 (the most that the training samples can vary in), not 0"),
        (MIXED[:3], 3, "1 to 2 (the most that the training samples can vary in), not 3"),
    ],
)
def test_more_components_than_directions_are_refused(x: Any, features: int, message: str) -> None:
    message = f"tiny: features must lie in {message}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        principal_components(dataset(x, LABELS[: len(x)]), features)


def test_constant_features_take_part_in_no_component() -> None:
    wider = np.insert(MIXED, 2, 0.75, axis=1)
    plain, padded = (
        principal_components(dataset(x, x_test=x[:5]), 2).x_train for x in (MIXED, wider)
    )
    assert np.allclose(plain, padded, atol=1e-6)


def test_most_frequent_tokens_by_hand() -> None:
    x = np.array([[3, 0, 1, 2], [0, 0, 1, 1], [0, 1, 1, 0]], dtype=np.uint8)
    data = dataset(x, [0, 1, 2], x_validation=x[:1] + 4, y_validation=np.array([0]))
    # Sums 3, 1, 3, 3: the first two of the three best, in the order they had.
    kept = select_tokens(data, 2)
    assert kept.x_train.tolist() == [[3, 1], [0, 1], [0, 1]]
    assert kept.x_validation.tolist() == [[7, 5]]
    assert kept.x_test.tolist() == data.x_test[:, [0, 2]].tolist()
    assert kept.x_train.dtype == np.uint8
    assert kept.provenance == "made up; 2 most frequent features"


def test_most_telling_tokens_by_the_chi_squared_statistic() -> None:
    rng = np.random.default_rng(4)
    x = rng.integers(0, 3, (60, 6)) / 4
    y = np.arange(60) % 3
    x[:, 2] += y / 8
    x[:, 4] = 0.5  # says nothing
    x[:, 5] = 0  # is never there
    statistic = []
    for column in x.T:
        observed = [column[y == label].sum() for label in range(3)]
        expected = column.sum() / 3
        statistic.append(sum((o - expected) ** 2 for o in observed) / expected if expected else -1)
    order = np.argsort(-np.array(statistic))
    for features in (1, 2, 3):
        kept = reduce_features(dataset(x, y), "chi2", features)
        assert np.array_equal(kept.x_train, x[:, sorted(order[:features])])
    assert 2 in order[:1]
    # Constant features come last, a constant of 0.5 no better than one of 0.
    assert np.array_equal(select_tokens(dataset(x, y), 4, by="chi2").x_train, x[:, :4])


def test_chi_squared_needs_samples_of_every_class() -> None:
    with pytest.raises(ValueError, match=r"^tiny: every class must have a training sample, but "):
        select_tokens(dataset([[0.0], [1.0]], [0, 1]), 1, by="chi2")


@pytest.mark.parametrize("x", [np.zeros((40, 5)), MIXED[:1]])
def test_equal_samples_have_no_components(x: Any) -> None:
    with pytest.raises(ValueError, match=r"^tiny: training samples must differ to have components"):
        principal_components(dataset(x, LABELS[: len(x)]), 1)


@pytest.mark.parametrize("features", [0, 6])
def test_a_number_of_tokens_out_of_range_is_refused(features: int) -> None:
    message = f"tiny: features must lie in 1 to 5 (all there are), not {features}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        select_tokens(dataset(), features)


def test_tokens_are_selected_in_no_other_way() -> None:
    message = "tokens must be selected by frequency or chi2, not 'luck'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        select_tokens(dataset(), 2, by="luck")  # type: ignore[arg-type]


def test_bands_by_hand() -> None:
    x = np.array([[0.0, 1.0, 2.0, 4.0, 6.0, 9.0, 9.0]])
    assert rebin_features(x, 7, where="") is x
    assert rebin_features(x, 3, where="").tolist() == [[0.5, 3.0, 8.0]]
    assert rebin_features(x, 1, where="").tolist() == [[31 / 7]]
    assert rebin_features(x[:, :3], 5, where="").tolist() == [[0, 0.5, 1, 1.5, 2]]
    assert rebin_features(x[:, 3:4], 3, where="").tolist() == [[4, 4, 4]]
    assert rebin_features(x[:, :2].astype(np.float32), 4, where="").dtype == np.float32


@given(before=st.integers(1, 40), features=st.integers(1, 60))
def test_bands_and_interpolation_on_a_straight_line(before: int, features: int) -> None:
    places = [Fraction(i) for i in range(before)]
    result = rebin_features(np.arange(before, dtype=np.float64)[np.newaxis], features, where="")[0]
    if features <= before:
        bounds = [i * before // features for i in range(features + 1)]
        expected = [sum(places[a:b]) / (b - a) for a, b in pairwise(bounds)]
        widths = np.diff(bounds)
        assert widths.max() - widths.min() <= 1
    else:
        expected = [Fraction(i * (before - 1), features - 1) for i in range(features)]
    assert np.allclose(result, [float(value) for value in expected], atol=1e-12)


def test_spectra_of_a_data_set_stay_in_range() -> None:
    x = np.tile(np.array([0.0, 1.0, 1.0, 0.3]), (3, 1))
    finer = rebin(dataset(x, [0, 1, 2]), 11)
    assert finer.x_train[0].tolist() == pytest.approx(
        np.interp(np.linspace(0, 3, 11), range(4), x[0]).tolist()
    )
    assert finer.x_train.max() <= 1
    assert finer.provenance == "made up; spectra of 11 values"
    assert rebin(dataset(x, [0, 1, 2]), 2).x_train[0].tolist() == [0.5, 0.65]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_the_number_asked_for(method: str) -> None:
    reduced = reduce_features(dataset(), method, 2)
    assert reduced.features == 2
    assert (len(reduced.x_train), len(reduced.x_test), len(reduced.x_validation)) == (40, 5, 0)
    with pytest.raises(TypeError, match=r"^tiny: features must be an integer, not float$"):
        reduce_features(dataset(), method, 2.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^tiny: features must "):
        reduce_features(dataset(), method, 0)


def test_an_unknown_method_is_refused() -> None:
    message = "reduction method must be one of pca, tokens, chi2, spectrum, not 'svd'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        reduce_features(dataset(), "svd", 2)
