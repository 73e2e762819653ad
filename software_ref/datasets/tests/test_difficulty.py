"""Difficulty metrics: against the formulas written out, by hand, and at their limits."""

import math
from itertools import permutations
from statistics import NormalDist, correlation, fmean
from typing import Any

import numpy as np
import pytest

from software_ref.datasets import Dataset, load_dataset
from software_ref.datasets.difficulty import class_statistics, difficulty
from software_ref.datasets.morse import MorseOptions, load_morse


def dataset(x: Any, y: Any, classes: int) -> Dataset:
    x = np.asarray(x)
    return Dataset(
        name="tiny",
        x_train=x,
        y_train=np.asarray(y),
        x_test=x[:0],
        y_test=np.zeros(0, dtype=int),
        classes=classes,
        provenance="",
    )


def formulas(data: Dataset) -> tuple[float, float, float, int]:
    """The slides' formulas on plain numbers."""
    rows = [[float(value) for value in row] for row in data.x_train]
    groups = [
        [row for row, label in zip(rows, data.y_train, strict=True) if label == m]
        for m in range(data.classes)
    ]
    centroid = [[fmean(column) for column in zip(*group, strict=True)] for group in groups]
    sigma = [
        math.sqrt(fmean((value - c) ** 2 for row in group for value, c in zip(row, mean)))  # noqa: B905
        for group, mean in zip(groups, centroid, strict=True)
    ]

    def tail(value: float) -> float:
        return 1 - NormalDist().cdf(value)

    lower = upper = dist = 0.0
    for m, group in enumerate(groups):
        share = len(group) / len(rows)
        distances = [math.dist(centroid[m], c) for j, c in enumerate(centroid) if j != m]
        lower += share * tail(math.sqrt(min(distances) ** 2 / (4 * sigma[m] ** 2)))
        upper += share * sum(tail(math.sqrt(d**2 / (4 * sigma[m] ** 2))) for d in distances)
        dist += sigma[m] / min(distances) / len(groups)
    near = sum(
        fmean(abs(a - b) for a, b in zip(first, second, strict=True)) < 0.05
        for first, second in permutations(centroid, 2)
    )
    return lower, upper, dist, near


def test_metrics_equal_the_formulas_on_random_classes() -> None:
    rng = np.random.default_rng(5)
    y = rng.integers(0, 6, 200)
    centre = rng.uniform(0.4, 0.5, (6, 7))
    x = np.clip(centre[y] + rng.normal(0, 0.05, (200, 7)) * (1 + y[:, np.newaxis]) / 3, 0, 1)
    data = dataset(x, y, 6)
    measured, expected = difficulty(data), formulas(data)
    assert measured.v_lower == pytest.approx(expected[0], rel=1e-9)
    assert measured.v_upper == pytest.approx(expected[1], rel=1e-9)
    assert measured.v_dist == pytest.approx(expected[2], rel=1e-9)
    assert measured.v_thresh == expected[3]
    assert 0 < expected[3] < 30
    assert measured.v_upper > 1.5 * measured.v_lower


def test_metrics_of_bundled_data_equal_the_formulas() -> None:
    data = load_dataset("iris", options={}, data_dir=None, base_dir=None)
    measured, expected = difficulty(data), formulas(data)
    assert measured.v_lower == pytest.approx(expected[0], rel=1e-9)
    assert measured.v_upper == pytest.approx(expected[1], rel=1e-9)
    assert measured.v_dist == pytest.approx(expected[2], rel=1e-9)
    assert measured.v_thresh == expected[3]


def test_metrics_by_hand() -> None:
    # Class 0: 0.25 and 0.75, so centroid 0.5 and sigma 0.25; class 1: always 1, so sigma 0.
    measured = difficulty(dataset([[0.25], [0.75], [1.0], [1.0]], [0, 0, 1, 1], 2))
    assert measured.v_lower == pytest.approx(0.5 * (1 - NormalDist().cdf(1.0)), rel=1e-12)
    assert measured.v_upper == measured.v_lower
    assert measured.v_dist == pytest.approx(0.25 / 0.5 / 2)
    assert measured.v_thresh == 0


def test_class_statistics_by_hand() -> None:
    x = np.array([[0, 128], [64, 0], [64, 128]], dtype=np.uint8)
    statistics = class_statistics(dataset(x, [1, 0, 1], 2))
    assert statistics.share.tolist() == [1 / 3, 2 / 3]
    assert statistics.centroid.tolist() == [[0.25, 0], [0.125, 0.5]]
    assert statistics.sigma.tolist() == [0, pytest.approx(0.125 / math.sqrt(2))]


def test_equal_centroids_are_a_coin_flip() -> None:
    measured = difficulty(dataset([[0.0], [1.0], [0.25], [0.75]], [0, 0, 1, 1], 2))
    assert (measured.v_lower, measured.v_upper) == (0.5, 0.5)
    assert measured.v_dist == math.inf
    assert measured.v_thresh == 2


def test_equal_classes_of_one_point_each_are_a_coin_flip_too() -> None:
    measured = difficulty(dataset([[0.5], [0.5], [1.0]], [0, 1, 2], 3))
    assert measured.v_lower == pytest.approx(0.5 * 2 / 3)
    assert measured.v_dist == math.inf
    assert measured.v_thresh == 2


def test_a_single_class_is_no_problem_at_all() -> None:
    measured = difficulty(dataset([[0.0], [1.0]], [0, 0], 1))
    assert (measured.v_lower, measured.v_upper, measured.v_dist, measured.v_thresh) == (0, 0, 0, 0)


def test_the_threshold_is_a_mean_over_features() -> None:
    # The centroids differ by 0.08 in one feature of 2, then of 1.
    assert difficulty(dataset([[0.5, 0.0], [0.58, 0.0]], [0, 1], 2)).v_thresh == 2
    assert difficulty(dataset([[0.5], [0.58]], [0, 1], 2)).v_thresh == 0


def test_a_class_without_samples_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^tiny: every class must have a training sample, but "):
        difficulty(dataset([[0.0], [1.0]], [0, 1], 3))


def test_classes_of_one_morse_code_are_told_by_their_distance() -> None:
    options = MorseOptions(train_per_class=800, test_per_class=0)
    statistics = class_statistics(load_morse(options))
    same = statistics.centroid[42] - statistics.centroid[53]
    ratio = statistics.sigma[42] / np.linalg.norm(same)
    # A chance of the order of sqrt(n / (2 N_0)) = 2.5, where all other classes are far.
    assert 0.7 < ratio / math.sqrt(800 / 128) < 1.4
    others = np.delete(statistics.centroid - statistics.centroid[42], [42, 53], axis=0)
    assert np.linalg.norm(others, axis=1).min() > 3 * np.linalg.norm(same)


def test_metrics_rise_with_the_noise_of_morse() -> None:
    few = {"train_per_class": 200, "test_per_class": 0}
    quiet, noisy, moved = (
        difficulty(load_morse(MorseOptions(**few, **knobs)))  # type: ignore[arg-type]
        for knobs in ({}, {"noise_sigma": 4}, {"leading_spaces": True})
    )
    for metric in ("v_lower", "v_upper", "v_dist", "v_thresh"):
        assert getattr(quiet, metric) < getattr(noisy, metric) < getattr(moved, metric)


ACCURACY = (
    *(97.64, 96.05, 87.91, 71.52, 54.19),
    *(90.35, 82.42, 66.85, 50.17, 35.43),
    *(65.09, 59.27, 47.44, 36.08, 26.22),
    *(81.24, 79.72, 73.50, 64.22, 54.43),
)
"""Published test accuracies (%) of a 64-1024-64 network, by variant and noise sigma 0 to 4."""


def test_metrics_correlate_with_the_published_accuracy_on_morse() -> None:
    moved: dict[str, Any] = {"leading_spaces": True}
    confused = moved | {"dash": (3, 9)}
    variants: list[dict[str, Any]] = [{}, moved, confused, confused | {"dilation": 4}]
    metrics = [
        difficulty(
            load_morse(
                MorseOptions(train_per_class=200, test_per_class=0, noise_sigma=sigma, **variant)
            )
        )
        for variant in variants
        for sigma in range(5)
    ]
    # Of 5,000 samples a class instead of 200: -0.58, -0.65, -0.64 and -0.63.
    for name in ("v_lower", "v_upper", "v_dist", "v_thresh"):
        assert correlation([getattr(each, name) for each in metrics], ACCURACY) < -0.5, name
