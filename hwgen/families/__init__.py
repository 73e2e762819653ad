"""What differs between families of FPGAs when a core is measured: each family in one file."""

from hwgen.families.ecp5 import Ecp5
from hwgen.families.family import Family, Fit, Placement, PlacementTask
from hwgen.families.xc7 import Xc7
from software_ref.devices import Device

__all__ = ["FAMILIES", "Family", "Fit", "Placement", "PlacementTask", "family_of"]

FAMILIES: dict[str, Family] = {each.data.name: each for each in (Xc7(), Ecp5())}
"""Every family, by the name that devices give it."""


def family_of(device: Device) -> Family:
    """The family of a device."""
    return FAMILIES[device.family.name]
