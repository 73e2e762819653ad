"""Golden model and exported Verilog on the same samples, epoch by epoch, bit against bit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen.core.design import CoreDesign
from hwgen.cosimulation.difference import Agreement, compare_results, first_differing_sample
from hwgen.cosimulation.rtl_trainer import RtlTrainer
from hwgen.simulation.job import Stalls
from software_ref.golden import GoldenTrainer, Parameters, minimum_lags
from software_ref.golden.samples import Progress

__all__ = ["Cosimulation", "EpochAgreement"]

WARM_UP = 2
"""Samples at a run's start that the steady state does not count."""


@dataclass(frozen=True, kw_only=True, eq=False)
class EpochAgreement:
    """What the comparison of one epoch, or of predictions, found."""

    agreement: Agreement
    """What was compared, and what differs."""
    first_difference: str | None
    """The first sample whose drained parameters differ, with junction, row, lane and values."""
    clocks_per_sample: float
    """Clocks between two samples in the steady state; exactly the period without stalls."""
    correct: float
    """Share of correct predictions."""
    predictions: NDArray[np.int64]
    """Classes that the core predicted: int64 (n,)."""
    golden_seconds: float
    """Wall-clock time of the golden model."""
    rtl_seconds: float
    """Wall-clock time of the simulation, parameter reads and writes included."""


class Cosimulation:
    """Runs the golden model and the core's Verilog side by side, from the Verilog's parameters.

    Parameters
    ----------
    design
        The core.
    folder
        Where Verilog and simulator are built.
    lags
        The golden model's update lags; by default the core's, and only these can agree.
    stalls
        Random gaps in the core's streams.
    reset_clocks
        As RtlTrainer has it.
    """

    def __init__(
        self,
        design: CoreDesign,
        folder: Path,
        *,
        lags: Sequence[int] | None = None,
        stalls: Stalls | None = None,
        reset_clocks: int = 1,
    ):
        self.design = design
        self.rtl = RtlTrainer(design, folder, stalls=stalls, reset_clocks=reset_clocks)
        # Where nothing is trained, the golden model's lags say nothing, but must be legal.
        own = design.schedule.lags if design.options.training else minimum_lags(design.network)
        self.lags = tuple(lags or own)

    def rewire(self, epoch: int, epochs: int) -> None:
        """Move connections between an epoch, from 0, and the next of so many."""
        self.rtl.rewire(epoch, epochs)

    def run_epoch(
        self,
        features: NDArray[np.integer],
        labels: NDArray[np.integer],
        rate_exponent: int,
        progress: Progress | None = None,
    ) -> EpochAgreement:
        """Train both on a sequence of samples, drain, and compare.

        `progress` is called for the golden model's samples, then for the core's.
        """
        start = self.rtl.parameters
        found = self._compare(features, labels, True, rate_exponent, progress)
        if not found.agreement.bit_exact:
            final = self.rtl.parameters
            located = self._locate(start, features, labels, rate_exponent)
            self.rtl.parameters = final
            found = replace(found, first_difference=located)
        return found

    def predict(
        self,
        features: NDArray[np.integer],
        labels: NDArray[np.integer],
        progress: Progress | None = None,
    ) -> EpochAgreement:
        """Let both predict samples, drain, and compare; `progress` is that of `run_epoch`."""
        return self._compare(features, labels, False, 0, progress)

    def _compare(
        self,
        features: NDArray[np.integer],
        labels: NDArray[np.integer],
        train: bool,
        rate_exponent: int,
        progress: Progress | None,
    ) -> EpochAgreement:
        before = self.rtl.saturations
        golden = GoldenTrainer(self.design.network, self.rtl.parameters, self.lags)
        began = time.perf_counter()
        wanted = golden.run(features, labels, train, rate_exponent, progress=progress)
        golden_seconds = time.perf_counter() - began
        rtl_before = self.rtl.simulation_seconds
        found = self.rtl.run(features, labels, train, rate_exponent, progress=progress)
        rtl_seconds = self.rtl.simulation_seconds - rtl_before
        readable = self.design.ports.parameter_port
        agreement = compare_results(
            (wanted, golden.parameters, golden.saturations),
            (
                found,
                self.rtl.parameters if readable else None,
                self.rtl.saturations - before,
            ),
        )
        gaps = np.diff(self.rtl.sample_clocks)[WARM_UP:]
        return EpochAgreement(
            agreement=agreement,
            first_difference=None,
            clocks_per_sample=float(gaps.mean()) if len(gaps) else float("nan"),
            correct=float(found.correct.mean()) if len(found.correct) else 0.0,
            predictions=found.predictions,
            golden_seconds=golden_seconds,
            rtl_seconds=rtl_seconds,
        )

    def _locate(
        self,
        start: Parameters,
        features: NDArray[np.integer],
        labels: NDArray[np.integer],
        rate_exponent: int,
    ) -> str | None:
        def golden_after(samples: int) -> Parameters:
            trainer = GoldenTrainer(self.design.network, start, self.lags)
            trainer.run(features[:samples], labels[:samples], True, rate_exponent)
            return trainer.parameters

        def rtl_after(samples: int) -> Parameters:
            self.rtl.parameters = start
            self.rtl.run(features[:samples], labels[:samples], True, rate_exponent)
            return self.rtl.parameters

        found = first_differing_sample(len(labels), golden_after, rtl_after)
        return None if found is None else f"after sample {found[0]}: {found[1]}"
