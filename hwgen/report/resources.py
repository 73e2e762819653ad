"""What a core takes of its device, resource by resource and unit by unit."""

from __future__ import annotations

from typing import Any

from hwgen.estimate.model import core_units, estimate_core
from hwgen.families import family_of
from hwgen.parts.cost import Logic
from software_ref.devices import Device
from software_ref.plan.dsp_budget import divide_multipliers
from software_ref.plan.schedule import Schedule

__all__ = ["resources"]

TITLES = {
    "lut": "LUT",
    "memory_lut": "LUT as memory",
    "ff": "flip-flops",
    "dsp": "DSP blocks",
    "bram36": "BRAM36",
}


def resources(schedule: Schedule, device: Device) -> dict[str, Any]:
    """The estimate of `presparse estimate`, beside what the device has.

    Returns
    -------
    dict
        "device", "fits" and "fit_text"; "totals" with key, title, count, available (None where the
        device counts otherwise) and exact; "units" with name, "lut", "ff", "dsp" and "bram36".
    """
    multipliers = divide_multipliers(schedule)
    estimate = estimate_core(schedule, multipliers)
    family = family_of(device)
    available, fit = family.available(device), family.fit(estimate, device)
    used = estimate.to_dict() | {"memory_lut": estimate.lutram}
    units = []
    for name, terms in core_units(schedule, multipliers).items():
        exact = sum(terms.values(), Logic())
        lut, ff = estimate.units[name]
        bram36 = exact.bram18 / 2
        units.append({"name": name, "lut": lut, "ff": ff, "dsp": exact.dsp, "bram36": bram36})
    return {
        "device": device.title,
        "fits": fit.fits,
        "fit_text": fit.text,
        "totals": [
            {
                "key": key,
                "title": title,
                "count": used[key],
                "available": available.get(key),
                "exact": key in family.exact,
            }
            for key, title in TITLES.items()
        ],
        "units": units,
    }
