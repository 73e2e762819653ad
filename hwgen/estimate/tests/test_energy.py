"""Energy of a sample, by hand and part by part."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hwgen.estimate.energy import ENERGY, EnergyModel
from hwgen.estimate.model import Estimate

NOTHING = Estimate(lut=0, ff=0, lutram=0, dsp=0, bram36=0, clocks_per_sample=10, units={})


def test_static_power_counts_for_the_time_of_a_sample() -> None:
    """100 mW for 10 clocks of 10 ns: 10 nJ; at half the clock twice that."""
    assert ENERGY.static_mw == 100
    assert ENERGY.sample_nj(NOTHING, 100) == pytest.approx(10)
    assert ENERGY.sample_nj(NOTHING, 50) == pytest.approx(20)
    assert ENERGY.sample_nj(replace(NOTHING, clocks_per_sample=30), 100) == pytest.approx(30)


@pytest.mark.parametrize("resource", ["lut", "ff", "dsp", "bram36"])
def test_every_resource_counts_every_clock(resource: str) -> None:
    """200 of 3 pJ for 10 clocks: 6 nJ, at any clock."""
    energies = {f"{name}_pj": 0.0 for name in ("lut", "ff", "dsp", "bram36")}
    model = EnergyModel(**energies | {f"{resource}_pj": 3.0}, static_mw=0.0)
    estimate = replace(NOTHING, **{resource: 200})
    assert model.sample_nj(estimate, 100) == pytest.approx(6)
    assert model.sample_nj(estimate, 25) == pytest.approx(6)
