"""An epoch side by side: what is compared, and how a fault planted in the core is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hwgen.core.design import CoreDesign
from hwgen.cosimulation import side_by_side
from hwgen.cosimulation.side_by_side import Cosimulation
from software_ref.golden import GoldenTrainer, Parameters, RunResult, SaturationCounts
from software_ref.network import Network
from software_ref.plan.core_options import CoreOptions

DESIGN = CoreDesign(network=Network(layers=(4, 4, 2), out_degree=(2, 2), parallelism=(2, 2)))
SAMPLES, RATE_EXPONENT, PERIOD = 7, 1, 9
RNG = np.random.default_rng(3)
FEATURES, LABELS = RNG.integers(0, 257, (SAMPLES, 4)), RNG.integers(0, 2, SAMPLES)
EDGE = 5
"""Of junction 2, whose rows have two lanes."""


class FaultyCore:
    """In place of the simulated core: it trains as it should, up to the sample `faulty`."""

    faulty = SAMPLES

    def __init__(self, design: CoreDesign, folder: Path, **_: Any):
        self.parameters = design.parameters
        self.saturations = SaturationCounts(ff=(1, 2), bp=(3, 0), up=(4, 5))  # of runs before
        self.simulation_seconds = 0.0
        self.sample_clocks = np.empty(0, np.int64)

    def run(
        self,
        features: NDArray[np.integer],
        labels: NDArray[np.integer],
        train: bool,
        rate_exponent: int,
        progress: object = None,
    ) -> RunResult:
        trainer = GoldenTrainer(DESIGN.network, self.parameters, DESIGN.schedule.lags)
        result = trainer.run(features, labels, train, rate_exponent)
        self.saturations += trainer.saturations
        self.sample_clocks = np.cumsum([0, 30, 2, *[PERIOD] * SAMPLES])[: len(labels)]
        first, second = trainer.parameters.weights
        if len(labels) > self.faulty:
            second = second.copy()
            second[EDGE] += 3
        self.parameters = Parameters(
            network=DESIGN.network, weights=(first, second), biases=trainer.parameters.biases
        )
        return result


@pytest.fixture
def cosimulation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cosimulation:
    monkeypatch.setattr(side_by_side, "RtlTrainer", FaultyCore)
    return Cosimulation(DESIGN, tmp_path)


def trained(samples: int, start: Parameters = DESIGN.parameters) -> Parameters:
    """What so many samples make of the parameters."""
    trainer = GoldenTrainer(DESIGN.network, start, DESIGN.schedule.lags)
    trainer.run(FEATURES[:samples], LABELS[:samples], True, RATE_EXPONENT)
    return trainer.parameters


def test_epochs_that_agree_follow_one_another(cosimulation: Cosimulation) -> None:
    for _ in range(2):
        epoch = cosimulation.run_epoch(FEATURES, LABELS, RATE_EXPONENT)
        assert epoch.agreement.bit_exact
        assert epoch.first_difference is None
        assert epoch.clocks_per_sample == PERIOD  # without the first samples' gaps
    assert cosimulation.rtl.parameters == trained(SAMPLES, trained(SAMPLES))


@pytest.mark.parametrize("faulty", [0, 1, 4, SAMPLES - 1])
def test_a_planted_fault_is_told_by_sample_junction_row_and_lane(
    cosimulation: Cosimulation, monkeypatch: pytest.MonkeyPatch, faulty: int
) -> None:
    assert cosimulation.run_epoch(FEATURES, LABELS, RATE_EXPONENT).agreement.bit_exact
    start = trained(SAMPLES)
    monkeypatch.setattr(FaultyCore, "faulty", faulty)
    epoch = cosimulation.run_epoch(FEATURES, LABELS, RATE_EXPONENT)
    final = int(trained(SAMPLES, start).weights[1][EDGE])
    where = f"weight of junction 2 in row 2, lane 1 (edge {EDGE})"
    assert epoch.agreement.differences == (
        f"parameters, golden against RTL: {where}: {final}, not {final + 3}",
    )
    right = int(trained(faulty + 1, start).weights[1][EDGE])
    wanted = f"after sample {faulty}: {where}: {right}, not {right + 3}"
    assert epoch.first_difference == wanted
    # The core goes on from its own parameters, those after all samples.
    assert cosimulation.rtl.parameters.weights[1][EDGE] == final + 3


class FaultyPredictor(FaultyCore):
    """It predicts as it should, but for one sample."""

    wrong: int | None = None

    def run(self, *arguments: Any, **options: Any) -> RunResult:
        result = super().run(*arguments, **options)
        if self.wrong is None:
            return result
        predictions = result.predictions.copy()
        predictions[self.wrong] ^= 1
        return replace(result, predictions=predictions, correct=predictions == LABELS)


@pytest.mark.parametrize("constant", [False, True])
def test_predictions_are_compared_and_constants_are_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, constant: bool
) -> None:
    monkeypatch.setattr(side_by_side, "RtlTrainer", FaultyPredictor)
    options = CoreOptions(training=False, constant=constant)
    both = Cosimulation(CoreDesign(network=DESIGN.network, options=options), tmp_path)
    found = both.predict(FEATURES, LABELS)
    assert found.agreement.bit_exact
    assert found.agreement.predictions == SAMPLES
    read = (0, 0) if constant else (16, 6)
    assert (found.agreement.weights, found.agreement.biases) == read
    assert found.clocks_per_sample == PERIOD

    right = GoldenTrainer(DESIGN.network, DESIGN.parameters, DESIGN.schedule.lags).infer(FEATURES)
    monkeypatch.setattr(FaultyPredictor, "wrong", 3)
    found = both.predict(FEATURES, LABELS)
    assert found.agreement.differences == (
        f"prediction of sample 3: golden {right[3]}, RTL {right[3] ^ 1}",
    )
    assert found.first_difference is None

    # A weight that should not have changed is seen where it can be read.
    monkeypatch.setattr(FaultyPredictor, "wrong", None)
    monkeypatch.setattr(FaultyPredictor, "faulty", 0)
    assert both.predict(FEATURES, LABELS).agreement.bit_exact is constant
