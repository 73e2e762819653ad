"""What a training starts from where its user says nothing."""

from __future__ import annotations

import pytest

from software_ref.activation_functions import ACTIVATIONS
from software_ref.mlp.options import OPTIMISERS, MlpOptions
from software_ref.mlp.recommended import OPTIMISER, RATES, recommended


@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_every_activation_and_optimiser_has_legal_settings(hidden: str) -> None:
    assert set(RATES[hidden]) == set(OPTIMISERS)
    for optimiser in OPTIMISERS:
        options = MlpOptions(hidden=hidden, **recommended(hidden, 100, optimiser))
        assert (options.optimiser, options.rate) == (optimiser, RATES[hidden][optimiser])
    assert recommended(hidden, 100) == recommended(hidden, 100, OPTIMISER[hidden])


@pytest.mark.parametrize(
    ("samples", "epochs"),
    [(1, 100), (640, 100), (641, 96), (1294, 49), (4256, 16), (4257, 15), (60_000, 15)],
)
def test_few_samples_are_gone_through_more_often(samples: int, epochs: int) -> None:
    assert recommended("relu", samples)["epochs"] == epochs
