"""What each kind of cell takes up."""

import dataclasses

import pytest

from hwgen.synthesis import DEVICES, XC7A100T, Resources, SynthesisError


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("LUT1", Resources(lut=1)),
        ("LUT6", Resources(lut=1)),
        ("INV", Resources(lut=1)),
        ("RAM32M", Resources(lut=4, lutram=4)),
        ("RAM64M", Resources(lut=4, lutram=4)),
        ("RAM32X1D", Resources(lut=2, lutram=2)),
        ("RAM64X1D", Resources(lut=2, lutram=2)),
        ("RAM128X1D", Resources(lut=4, lutram=4)),
        ("RAM256X1S", Resources(lut=4, lutram=4)),
        ("SRL16E", Resources(lut=1, srl=1)),
        ("SRLC32E", Resources(lut=1, srl=1)),
        ("FDSE", Resources(ff=1)),
        ("CARRY4", Resources(carry=1)),
        ("DSP48E1", Resources(dsp=1)),
        ("RAMB36E1", Resources(bram36=1.0)),
        ("RAMB18E1", Resources(bram36=0.5)),
        ("MUXF7", Resources()),
        ("MUXF8", Resources()),
    ],
)
def test_cell_counts(kind, expected):
    assert Resources.count([kind]) == expected


def test_foreign_cell_is_an_error():
    message = r"^the netlist must hold 7-series cells only, not 'SB_LUT4'$"
    with pytest.raises(SynthesisError, match=message):
        Resources.count(["LUT6", "SB_LUT4"])


@pytest.mark.parametrize(
    ("full", "over"),
    [
        (Resources(lut=63_400), Resources(lut=63_401)),
        (Resources(lutram=18_000, srl=1_000), Resources(lutram=18_000, srl=1_001)),
        (Resources(ff=126_800), Resources(ff=126_801)),
        (Resources(dsp=240), Resources(dsp=241)),
        (Resources(bram36=135.0), Resources(bram36=135.5)),
        (Resources(carry=15_850), Resources(carry=15_851)),
    ],
)
def test_device_is_full_at_its_last_resource(full, over):
    assert full.fits(XC7A100T)
    assert not over.fits(XC7A100T)


def test_percentages():
    half = Resources(
        lut=31_700, lutram=9_000, srl=500, ff=63_400, dsp=120, bram36=67.5, carry=7_925
    )
    assert set(half.percent(XC7A100T).values()) == {50.0}


def test_devices_have_their_own_names():
    assert DEVICES == {"xc7a100t": XC7A100T}


def test_device_refuses_more_memory_than_luts():
    with pytest.raises(ValueError, match=r"^memory_lut must be at most lut \(63400\), not 70000$"):
        dataclasses.replace(XC7A100T, memory_lut=70_000)


def test_device_refuses_negative_resources():
    with pytest.raises(ValueError, match=r"^dsp must not be negative, not -1$"):
        dataclasses.replace(XC7A100T, dsp=-1)
