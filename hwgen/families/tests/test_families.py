"""Families: every device has one, and options are for those that take them."""

from __future__ import annotations

import argparse

import pytest

from hwgen.families import FAMILIES, family_of
from hwgen.families.options import check_options
from software_ref.devices import DEVICES


def test_every_device_has_a_family() -> None:
    for device in DEVICES.values():
        assert family_of(device).data is device.family
    assert {device.family.name for device in DEVICES.values()} == FAMILIES.keys()


def check(family: str, **given: object) -> None:
    arguments = argparse.Namespace(**{"seed": None, "chipdb": None, "engine": None, **given})
    check_options(arguments, FAMILIES[family], FAMILIES.values(), noun="devices", name="it")


def test_a_family_takes_its_own_options() -> None:
    check("xc7", chipdb="a.bin", seed=0)
    check("ecp5", seed=0)
    check("ecp5", chipdb=False)


@pytest.mark.parametrize(
    ("family", "given", "message"),
    [
        ("ecp5", {"engine": "vivado"}, "--engine is for the 7-series devices; it needs none"),
        ("ecp5", {"chipdb": "a.bin"}, "--chipdb is for the 7-series devices; it needs none"),
    ],
)
def test_it_refuses_the_others(family: str, given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        check(family, **given)
