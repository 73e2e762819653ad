"""Where hardware and golden model part: the first sample, junction, row and lane that differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from software_ref.golden import Parameters, RunResult, SaturationCounts

__all__ = ["Agreement", "compare_results", "first_differing_sample"]


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How two runs of the same samples compare."""

    differences: tuple[str, ...]
    """One line for each kind of result that differs; empty where all bits agree."""
    predictions: int
    """Predictions compared."""
    weights: int
    """Weights compared."""
    biases: int
    """Biases compared."""
    addresses: int = 0
    """Addresses compared, of a core whose connections move."""

    @property
    def bit_exact(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def compare_results(
    golden: tuple[RunResult, Parameters, SaturationCounts],
    rtl: tuple[RunResult, Parameters | None, SaturationCounts],
) -> Agreement:
    """Hold every prediction, weight, bias and saturation counter against one another.

    The RTL's parameters are None where nothing reads them.
    """
    (golden_run, golden_parameters, golden_counts), (rtl_run, rtl_parameters, rtl_counts) = (
        golden,
        rtl,
    )
    differences = []
    wanted, found = golden_run.predictions, rtl_run.predictions
    if len(wanted) != len(found):
        differences.append(f"predictions: golden made {len(wanted)}, RTL {len(found)}")
    elif not np.array_equal(wanted, found):
        sample = int(np.flatnonzero(wanted != found)[0])
        differences.append(
            f"prediction of sample {sample}: golden {wanted[sample]}, RTL {found[sample]}"
        )
    elif not np.array_equal(golden_run.correct, rtl_run.correct):
        sample = int(np.flatnonzero(golden_run.correct != rtl_run.correct)[0])
        differences.append(
            f"correctness of sample {sample}: golden {golden_run.correct[sample]}, "
            f"RTL {rtl_run.correct[sample]}"
        )
    if rtl_parameters is not None:
        parameters = golden_parameters.first_difference(rtl_parameters)
        if parameters is not None:
            differences.append(f"parameters, golden against RTL: {parameters}")
    for name in ("ff", "bp", "up"):
        counts = getattr(golden_counts, name), getattr(rtl_counts, name)
        if counts[0] != counts[1]:
            differences.append(f"saturations {name}: golden {counts[0]}, RTL {counts[1]}")
    return Agreement(
        differences=tuple(differences),
        predictions=len(found),
        weights=sum(map(len, rtl_parameters.weights)) if rtl_parameters else 0,
        biases=sum(map(len, rtl_parameters.biases)) if rtl_parameters else 0,
        addresses=_addresses(rtl_parameters),
    )


def _addresses(parameters: Parameters | None) -> int:
    """Addresses that were read with parameters, which their connections stand for."""
    if parameters is None or parameters.patterns is None:
        return 0
    return sum(each.shape.weights for each in parameters.patterns if each.shape.depth > 1)


def first_differing_sample(
    samples: int,
    golden_after: Callable[[int], Parameters],
    rtl_after: Callable[[int], Parameters],
) -> tuple[int, str] | None:
    """Find the first sample after which, drained, the parameters differ.

    Parameters
    ----------
    samples
        Samples of the sequence.
    golden_after, rtl_after
        Parameters after a drained run of the first n samples.

    Returns
    -------
    The sample's number from 0, and junction, row, lane and both values; None where the parameters
    agree after all samples.

    Notes
    -----
    Bisection: once two trainings have parted they do not meet again, so the runs needed are as many
    as the number of samples has bits.
    """
    difference = golden_after(samples).first_difference(rtl_after(samples))
    if difference is None:
        return None
    agree, differ = 0, samples
    while differ - agree > 1:
        middle = (agree + differ) // 2
        found = golden_after(middle).first_difference(rtl_after(middle))
        if found is None:
            agree = middle
        else:
            differ, difference = middle, found
    return differ - 1, difference
