"""Less redundant data sets: principal components, the telling tokens, coarser or finer spectra.

Everything is fitted on the training samples alone and applied to all three splits.

References
----------
Slides "Dataset Redundancy": MNIST from 784 features to 200, Reuters from 2000 tokens to 400, TIMIT
from 39 coefficients to 13 and 117.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from software_ref.datasets.dataset import SPLITS, Dataset, as_floats
from software_ref.datasets.trainable import check_trainable, varying_features
from software_ref.network import LARGEST_LAYER

__all__ = [
    "METHODS",
    "check_feature_number",
    "principal_components",
    "rebin",
    "rebin_features",
    "reduce_features",
    "select_tokens",
]

CLIP = 2.0
"""Standard deviations of the first principal component that are kept to both sides of its mean."""


def reduce_features(dataset: Dataset, method: str, features: int) -> Dataset:
    """Return the data set with another number of features.

    Parameters
    ----------
    dataset : Dataset
    method : str
        One of `METHODS`: "pca" is `principal_components`; "tokens" is `select_tokens` by
        frequency and "chi2" by that test; "spectrum" is `rebin`.
    features : int
        Features of the result.

    Raises
    ------
    TypeError
        `features` is not an integer.
    ValueError
        No such method, or it cannot give so many features.
    """
    if method not in METHODS:
        raise ValueError(f"reduction method must be one of {', '.join(METHODS)}, not {method!r}")
    return METHODS[method](dataset, features)


def principal_components(dataset: Dataset, features: int) -> Dataset:
    """Replace the features by the first principal components of the training samples.

    One scale for all components takes their mean to 1/2, and `CLIP` standard deviations of the
    first one, to both sides, to 0 and 1; values beyond are clipped. So components keep their
    variances relative to one another. The map is as steep as that because a fixed-point format has
    few steps for the last components: docs/datasets.md has figures.

    Parameters
    ----------
    dataset : Dataset
        Constant features are harmless: they take part in no component.
    features : int
        Components to keep, 1 to the number of directions in which the training samples vary.

    Returns
    -------
    Dataset
        float32 features, in the order of falling variance.

    Raises
    ------
    TypeError
        `features` is not an integer.
    ValueError
        `features` is out of range.
    """
    from sklearn.decomposition import PCA

    x = as_floats(dataset.x_train).astype(np.float64)
    most = min(len(x) - 1, int(varying_features(x).sum()))
    if most == 0:
        raise ValueError(f"{dataset.name}: training samples must differ to have components")
    _check_features(dataset, features, most, "the most that the training samples can vary in")
    # Both solvers are exact and draw no random numbers; that of the covariance matrix is the
    # faster one where samples outnumber features.
    pca = PCA(features, svd_solver="covariance_eigh" if len(x) > x.shape[1] else "full")
    pca.fit(x)
    variance = pca.explained_variance_
    rank = int((variance > variance[0] * np.finfo(np.float64).eps * max(x.shape)).sum())
    _check_features(dataset, features, rank, "the directions in which the training samples vary")
    largest = CLIP * variance[0] ** 0.5

    def reduced(x: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        if len(x) == 0:
            return np.zeros((0, features), dtype=np.float32)
        moved = 0.5 + pca.transform(x.astype(np.float64)) / (2 * largest)
        clipped: npt.NDArray[np.float32] = np.clip(moved, 0, 1).astype(np.float32)
        return clipped

    return _mapped(dataset, reduced, f"first {features} principal components")


def select_tokens(
    dataset: Dataset, features: int, by: Literal["frequency", "chi2"] = "frequency"
) -> Dataset:
    """Keep the features that say most, as the data set has them and in its order.

    Parameters
    ----------
    dataset : Dataset
        Features that count or weigh something, 0 where a sample has none of it.
    features : int
        Features to keep, 1 to all.
    by : "frequency" or "chi2"
        The largest sums over the training samples, or the largest chi-squared statistics between
        feature and class (where constant features come last). Of equals the first are kept.

    Returns
    -------
    Dataset
        Values and their type are unchanged.

    Raises
    ------
    TypeError
        `features` is not an integer.
    ValueError
        `features` is out of range, `by` is another word, or a class has no training sample.
    """
    _check_features(dataset, features, dataset.features, "all there are")
    x = dataset.x_train
    if by == "frequency":
        score = x.sum(axis=0, dtype=np.int64 if x.dtype == np.uint8 else np.float64)
    elif by == "chi2":
        from sklearn.feature_selection import chi2

        check_trainable(dataset)
        score = np.where(varying_features(x), chi2(as_floats(x), dataset.y_train)[0], -1)
    else:
        raise ValueError(f"tokens must be selected by frequency or chi2, not {by!r}")
    kept = np.sort(np.argsort(-score, kind="stable")[:features])
    name = "most frequent" if by == "frequency" else "by chi-squared most telling"

    def selected(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.ascontiguousarray(x[:, kept])

    return _mapped(dataset, selected, f"{features} {name} features", floats=False)


def rebin(dataset: Dataset, features: int) -> Dataset:
    """Make spectra coarser or finer: `rebin_features` of all samples.

    Parameters
    ----------
    dataset : Dataset
        Features with an order, such as the values of a spectrum.
    features : int
        Features of the result, 1 or more.

    Returns
    -------
    Dataset
        float32 or float64 features.

    Raises
    ------
    TypeError
        `features` is not an integer.
    ValueError
        `features` is below 1.
    """
    return _mapped(
        dataset,
        lambda x: np.clip(rebin_features(x, features, where=dataset.name), 0, 1),
        f"spectra of {features} values",
    )


def rebin_features(
    x: npt.NDArray[Any], features: int, *, where: str
) -> npt.NDArray[np.float32] | npt.NDArray[np.float64]:
    """Make spectra coarser, by the means of bands, or finer, by linear interpolation.

    With F values before and N < F after, band i averages the values floor(i F / N) to
    floor((i + 1) F / N) - 1, so that widths differ by one at most. With N > F, value i is taken at
    place i (F - 1) / (N - 1), so that the ends stay.

    Parameters
    ----------
    x : float32 or float64 (n, F)
    features : int
        N, at least 1.
    where : str
        What to call the data set in a message.

    Returns
    -------
    float32 or float64 (n, N)
        Of the type of `x`; `x` itself where N = F.

    Raises
    ------
    TypeError
        `features` is not an integer.
    ValueError
        `features` is below 1.
    """
    check_feature_number(features, where=where)
    before = x.shape[1]
    if features == before:
        return x
    if features < before:
        bounds = np.arange(features + 1) * before // features
        sums = np.add.reduceat(x, bounds[:-1], axis=1)
        means: npt.NDArray[Any] = sums / np.diff(bounds).astype(x.dtype)
        return means
    places = np.linspace(0, before - 1, features)
    left = np.minimum(places.astype(np.int64), max(before - 2, 0))
    right = np.minimum(left + 1, before - 1)
    weight = (places - left).astype(x.dtype)
    finer: npt.NDArray[Any] = x[:, left] + (x[:, right] - x[:, left]) * weight
    return finer


def check_feature_number(features: object, *, where: str) -> None:
    """Raise TypeError or ValueError where a number of features is no integer from 1."""
    if isinstance(features, bool) or not isinstance(features, int):
        raise TypeError(f"{where}: features must be an integer, not {type(features).__name__}")
    if not 1 <= features <= LARGEST_LAYER:
        raise ValueError(f"{where}: features must be 1 to {LARGEST_LAYER}, not {features}")


METHODS: dict[str, Callable[[Dataset, int], Dataset]] = {
    "pca": principal_components,
    "tokens": select_tokens,
    "chi2": lambda dataset, features: select_tokens(dataset, features, by="chi2"),
    "spectrum": rebin,
}
"""Ways to reduce features, by name: functions of a data set and a number of features."""


def _mapped(
    dataset: Dataset,
    function: Callable[[npt.NDArray[Any]], npt.NDArray[Any]],
    what: str,
    *,
    floats: bool = True,
) -> Dataset:
    """The data set with a function applied to the features of each split."""
    changed: dict[str, Any] = {}
    for key in (f"x_{split}" for split in SPLITS):
        x = getattr(dataset, key)
        changed[key] = function(as_floats(x) if floats else x)
    return replace(dataset, **changed, provenance=f"{dataset.provenance}; {what}")


def _check_features(dataset: Dataset, features: object, most: int, why: str) -> None:
    if isinstance(features, bool) or not isinstance(features, int):
        raise TypeError(
            f"{dataset.name}: features must be an integer, not {type(features).__name__}"
        )
    if not 1 <= features <= most:
        raise ValueError(
            f"{dataset.name}: features must lie in 1 to {most} ({why}), not {features}"
        )
