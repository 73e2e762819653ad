"""What each kind of cell takes up."""

import dataclasses

import pytest

from hwgen.synthesis import Resources, SynthesisError
from software_ref.devices import DEVICES

XC7A100T = DEVICES["xc7a100t"]


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


def test_a_device_without_dsp_blocks_is_full_of_them_at_the_first():
    device = dataclasses.replace(XC7A100T, dsp=0)
    assert Resources().fits(device) and Resources().percent(device)["dsp"] == 0
    assert not Resources(dsp=1).fits(device) and Resources(dsp=1).percent(device)["dsp"] == 100
