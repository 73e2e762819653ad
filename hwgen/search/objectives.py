"""What a search may want: quantities of a finished trial, each to be large or to be small."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hwgen.estimate import Estimate
from hwgen.estimate.energy import ENERGY
from software_ref.network_file import NetworkFile

__all__ = ["OBJECTIVES", "Objective", "core_figures"]


@dataclass(frozen=True, kw_only=True)
class Objective:
    """A quantity."""

    name: str
    """Its name on the command line."""
    key: str
    """Its name among a trial's figures."""
    title: str
    """The head of its column."""
    what: str
    """What it is, in a few words."""
    rises: bool = False
    """Whether more of it is better."""
    text: Callable[[float], str] = "{:,g}".format
    """How a figure is written."""

    @property
    def direction(self) -> str:
        """As Optuna has it."""
        return "maximize" if self.rises else "minimize"

    def value(self, figures: Mapping[str, Any]) -> float:
        """Its figure of a trial."""
        return float(figures[self.key])


OBJECTIVES = {
    each.name: each
    for each in (
        Objective(
            name="accuracy",
            key="accuracy",
            title="validation %",
            what="share of right predictions of the validation samples",
            rises=True,
            text=lambda share: f"{100 * share:.2f}",
        ),
        Objective(
            name="parameters", key="parameters", title="parameters", what="weights and biases"
        ),
        Objective(name="clocks", key="clocks", title="clocks", what="clocks a sample"),
        Objective(name="lut", key="lut", title="LUT", what="LUTs by the estimate"),
        Objective(name="ff", key="ff", title="FF", what="flip-flops by the estimate"),
        Objective(name="dsp", key="dsp", title="DSP", what="DSP blocks by the estimate"),
        Objective(name="bram", key="bram36", title="BRAM36", what="block RAMs by the estimate"),
        Objective(
            name="energy",
            key="energy_nj",
            title="nJ",
            what="energy of a sample by the rough model of `presparse estimate`",
            text=lambda energy: f"{energy:,.0f}",
        ),
        Objective(
            name="epochs",
            key="epochs_to",
            title="epochs to it",
            what="epochs to the accuracy that --reach names; one more than all where it is missed",
        ),
        Objective(
            name="time",
            key="clocks_to",
            title="clocks to it",
            what="clocks of training to that accuracy: epochs, samples and clocks a sample",
            text=lambda clocks: f"{clocks:,.0f}",
        ),
    )
}
"""By name."""
ENERGY_MHZ = 100.0
"""Clock that the energy of a sample is told at."""


def core_figures(file: NetworkFile, estimate: Estimate) -> dict[str, float]:
    """Figures that are known before any training."""
    network = file.network
    return {
        "parameters": network.weights + network.biases,
        "weights": network.weights,
        "density": network.density,
        "clocks": estimate.clocks_per_sample,
        "lut": estimate.lut,
        "ff": estimate.ff,
        "dsp": estimate.dsp,
        "bram36": estimate.bram36,
        "energy_nj": round(ENERGY.sample_nj(estimate, ENERGY_MHZ), 1),
    }
