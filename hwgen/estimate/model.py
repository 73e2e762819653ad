"""The estimate of a core: terms of all units, a fitted coefficient to each, and the sum."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from hwgen.core.network import NetworkCore
from hwgen.parts.cost import Logic, Terms
from software_ref.plan.dsp_budget import DspUnits, LutProducts, lut_products
from software_ref.plan.schedule import Schedule

__all__ = ["Coefficients", "Estimate", "core_units", "estimate_core", "merged_unit", "unit_kind"]

CROSSBARS = {"feed_crossbar": "feedforward", "learn_crossbar": "update"}
"""Units that a synthesiser merges with another."""

Coefficients = dict[str, dict[str, tuple[float, float]]]
"""Coefficient of LUTs and of FFs by kind of unit and by term."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a core will take, in the terms of `presparse synth`."""

    lut: int
    """LUT sites."""
    ff: int
    """Flip-flops."""
    lutram: int
    """LUTs (of those) that are memory."""
    dsp: int
    """DSP48E1 blocks, exact."""
    bram36: float
    """Block RAMs of 36 kbit, exact."""
    clocks_per_sample: int
    """Step period P, exact."""
    units: dict[str, tuple[int, int]]
    """LUTs and FFs of every unit, as `presparse synth` names them."""
    lut_products: tuple[LutProducts, ...] = ()
    """Units whose products are not all made by DSP blocks."""

    def to_dict(self) -> dict[str, Any]:
        """All figures as JSON holds them."""
        return {
            "clocks_per_sample": self.clocks_per_sample,
            "lut": self.lut,
            "lutram": self.lutram,
            "ff": self.ff,
            "dsp": self.dsp,
            "bram36": self.bram36,
            "lut_products": {
                each.name: {"count": each.count, "lanes": each.lanes} for each in self.lut_products
            },
            "units": {name: {"lut": lut, "ff": ff} for name, (lut, ff) in self.units.items()},
        }


def estimate_core(
    schedule: Schedule,
    dsp: Sequence[DspUnits],
    coefficients: Coefficients | None = None,
) -> Estimate:
    """Estimate a core.

    Parameters
    ----------
    schedule
        The core's schedule.
    dsp
        For each junction, the DSP blocks of its units (`divide_multipliers`).
    coefficients
        Those fitted by `benchmarks.estimate` by default.
    """
    fitted = coefficients if coefficients is not None else fitted_coefficients()
    units = {}
    exact = Logic()
    for name, terms in core_units(schedule, dsp).items():
        factors = fitted.get(unit_kind(name), {})
        lut = ff = 0.0
        for term, logic in terms.items():
            of_lut, of_ff = factors.get(term, (1.0, 1.0))
            lut += of_lut * (logic.lut - logic.lutram) + logic.lutram
            ff += of_ff * logic.ff
            exact += logic
        units[name] = (round(lut), round(ff))
    return Estimate(
        lut=sum(lut for lut, _ in units.values()),
        ff=sum(ff for _, ff in units.values()),
        lutram=exact.lutram,
        dsp=exact.dsp,
        bram36=exact.bram18 / 2,
        clocks_per_sample=schedule.period,
        units=units,
        lut_products=lut_products(schedule, dsp),
    )


def core_units(schedule: Schedule, dsp: Sequence[DspUnits]) -> dict[str, Terms]:
    """Terms of every unit, by its name in the core: `junction_1.update`."""
    units: dict[str, Terms] = {}
    for instance, terms in NetworkCore.costs(schedule, dsp).items():
        name = instance.rpartition(".")[2]
        named = {f"{name}_{term}": logic for term, logic in terms.items()}
        unit = merged_unit(instance)
        units[unit] = units.get(unit, {}) | (named if name in CROSSBARS else terms)
    return units


def merged_unit(name: str) -> str:
    """The unit that a crossbar's cells are counted with: its registers are those of multipliers."""
    junction, dot, unit = name.rpartition(".")
    return junction + dot + CROSSBARS.get(unit, unit)


def unit_kind(name: str) -> str:
    """What a unit is, whatever junction it belongs to: "update", "start", "junction"."""
    return name.rpartition(".")[2].rstrip("0123456789").rstrip("_")


@cache
def fitted_coefficients() -> Coefficients:
    """Those of the package."""
    text = files("hwgen.estimate").joinpath("coefficients.json").read_text(encoding="utf-8")
    return {
        unit: {term: (lut, ff) for term, (lut, ff) in terms.items()}
        for unit, terms in json.loads(text).items()
    }
