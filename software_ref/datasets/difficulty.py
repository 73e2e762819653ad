"""How hard a classification problem is, told from its training samples without any training.

With c_m and sigma_m the centroid and spread of class m, P(m) its share of the samples, N_L classes
and N_0 features::

    d(m,j)    distance |c_m - c_j|_2;  d_min(m) = min over j != m of d(m,j)
    sigma_m   square root of the mean, over features, of the variance within class m
    Q(a)      probability that a standard normal variable exceeds a

    V_lower   sum over m of P(m) Q(d_min(m) / (2 sigma_m))
    V_upper   sum over m of P(m) sum over j != m of Q(d(m,j) / (2 sigma_m))
    V_dist    mean over m of sigma_m / d_min(m)
    V_thresh  number of ordered pairs m != j with |c_m - c_j|_1 / N_0 < 0.05

Q(d / (2 sigma)) is how often the nearest-centroid rule takes a sample of class m for one of class j
where the class is a Gaussian of that spread in all directions. So V_lower and V_upper bound the
error of a problem that is like that. All four rise with difficulty. The spread of real data lies in
few of many directions, which makes both bounds far too small (1e-9 for MNIST): the metrics are for
comparing variants of a data set, above all with equally many features.

References
----------
Slides "Metrics to characterize dataset difficulty".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from software_ref.datasets.dataset import Dataset, as_floats
from software_ref.datasets.trainable import check_trainable

__all__ = ["ClassStatistics", "Difficulty", "class_statistics", "difficulty"]

_NEAR = 0.05
"""Mean difference of two centroids' features below which a pair counts in V_thresh."""


@dataclass(frozen=True, kw_only=True)
class Difficulty:
    """The four metrics; the higher, the harder."""

    v_lower: float
    """Lower bound on the error by the nearest class alone, 0 to 0.5."""
    v_upper: float
    """Union bound on the error over all other classes, 0 to (N_L - 1) / 2; may exceed 1."""
    v_dist: float
    """Mean ratio of a class's spread to the distance of the nearest other class, 0 to infinity:
    infinite where two centroids coincide."""
    v_thresh: int
    """Ordered pairs of classes whose centroids nearly coincide, 0 to N_L (N_L - 1), even."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassStatistics:
    """Moments of the training samples of each class, for N_L classes and N_0 features."""

    share: npt.NDArray[np.float64]
    """P(m), (N_L,), sum 1."""
    centroid: npt.NDArray[np.float64]
    """c_m, (N_L, N_0)."""
    sigma: npt.NDArray[np.float64]
    """sigma_m, (N_L,): of all n_m samples, not n_m - 1."""


def class_statistics(dataset: Dataset) -> ClassStatistics:
    """Measure the classes of the training samples.

    Raises
    ------
    ValueError
        A class has no training sample, or no feature varies.
    """
    check_trainable(dataset)
    centroid = np.empty((dataset.classes, dataset.features))
    sigma = np.empty(dataset.classes)
    for label in range(dataset.classes):
        x = as_floats(dataset.x_train[dataset.y_train == label])
        centroid[label] = x.mean(axis=0, dtype=np.float64)
        sigma[label] = np.sqrt(x.var(axis=0, dtype=np.float64).mean())
    counts = np.bincount(dataset.y_train, minlength=dataset.classes)
    return ClassStatistics(share=counts / counts.sum(), centroid=centroid, sigma=sigma)


def difficulty(dataset: Dataset) -> Difficulty:
    """Measure how hard a data set is.

    Constant features count in N_0, as the slides' formulas have it: they change no distance d, but
    lower sigma_m and raise V_thresh. Classes that no classifier can tell apart, such as the two
    Morse symbols of one code, have centroids that differ by chance alone: with n samples each
    their term of V_dist is about sqrt(n / (2 N_0)), so it grows with the number of samples, while
    their share of V_lower nears 0.5 P(m), which is the right error.

    Parameters
    ----------
    dataset : Dataset

    Returns
    -------
    Difficulty
        A class whose samples are all equal (sigma_m = 0) adds nothing, unless its centroid is also
        that of another class: then, as for any two equal centroids, Q is Q(0) = 0.5 and V_dist
        infinite. With a single class all four are 0.

    Raises
    ------
    ValueError
        A class has no training sample, or no feature varies.
    """
    from scipy.special import ndtr

    statistics = class_statistics(dataset)
    centroid, sigma = statistics.centroid, statistics.sigma
    lower = upper = ratio = 0.0
    near = 0
    for m in range(dataset.classes):
        others = np.delete(centroid, m, axis=0) - centroid[m]
        if len(others) == 0:
            continue
        distance = np.sqrt(np.square(others).sum(axis=1))
        ratios = _ratio(distance, 2 * sigma[m])
        tail = ndtr(-ratios)
        lower += statistics.share[m] * tail.max()
        upper += statistics.share[m] * tail.sum()
        ratio += 1 / (2 * ratios.min()) if ratios.min() > 0 else np.inf
        near += int((np.abs(others).mean(axis=1) < _NEAR).sum())
    return Difficulty(
        v_lower=float(lower),
        v_upper=float(upper),
        v_dist=float(ratio / dataset.classes),
        v_thresh=near,
    )


def _ratio(distance: npt.NDArray[np.float64], width: float) -> npt.NDArray[np.float64]:
    """distance / width, where 0 / 0 is 0 and any other distance / 0 infinite."""
    if width > 0:
        return distance / width
    return np.where(distance > 0, np.inf, 0.0)
