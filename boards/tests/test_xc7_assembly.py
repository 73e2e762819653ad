"""A bitstream of a made-up device against the features that were asked for, bit by bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from boards.bitstream.xc7_check.assembly import check_assembly
from boards.bitstream.xc7_check.findings import Findings
from boards.bitstream.xc7_decode.database import Database
from boards.bitstream.xc7_decode.device_bits import DeviceBits
from boards.bitstream.xc7_decode.packets import decode
from boards.tests.tiny_device import DEVICE, PART, TinyDevice

TILE, PIN = "CLBLM_L_X0Y0", "RIOB33_X57Y1"
TEXT = f"""\
# made by hand
{TILE}.SLICEM_X0.ALUT.INIT[63:0] = 64'b{(1 << 40 | 5):064b}
{TILE}.SLICEL_X1.DLUT.INIT[07]

{PIN}.IOB_Y1.LVCMOS33_LVTTL.DRIVE.I12_I8  # needs a bit that is 0
{PIN}.IOB_Y1.PULLTYPE.NONE
{PIN}.SOME_WIRE.THAT_NEEDS_NO_BIT
NOWHERE_X0Y0.AT_ALL
"""


@pytest.fixture
def tiny(tmp_path: Path) -> TinyDevice:
    made = TinyDevice(tmp_path / "database", pins=["A1"], tiles=[TILE])
    for bit in (0, 2, 40):
        made.set(TILE, f"SLICEM_X0.ALUT.INIT[{bit:02}]")
    made.set(TILE, "SLICEL_X1.DLUT.INIT[07]")
    made.set(PIN, "IOB_Y1.LVCMOS33_LVTTL.DRIVE.I12_I8")
    made.set(PIN, "IOB_Y1.PULLTYPE.NONE")
    return made


def found(tiny: TinyDevice, text: str = TEXT) -> Findings:
    source = Database(tiny.family, DEVICE, PART)
    file = tiny.folder / "board.fasm"
    file.write_text(text, encoding="utf-8")
    return check_assembly(DeviceBits(decode(tiny.bitstream(), source.part), source), file)


def test_every_feature_is_there_and_nothing_else(tiny: TinyDevice) -> None:
    findings = found(tiny)
    assert findings.differences == []
    assert findings.compared == {"features asked for": 6}
    assert findings.notes == ["2 features of board.fasm need no bit"]


def test_a_bit_less_and_a_bit_more_are_named(tiny: TinyDevice) -> None:
    tiny.set(TILE, "SLICEM_X0.ALUT.INIT[40]", on=False)
    tiny.set(TILE, "SLICEM_X0.BLUT.INIT[11]")
    less, more = map(str, found(tiny).differences)
    assert less == ("feature SLICEM_X0.ALUT.INIT[40] at CLBLM_L_X0Y0: is not there, must be there")
    assert more.startswith("bit that no feature asked for at CLBLM_L_X0Y0, frame 0000000")


def test_a_bit_that_must_be_0_is_named(tiny: TinyDevice) -> None:
    tiny.set(PIN, "IOB_Y1.LVCMOS18.DRIVE.I12_I8")
    assert [each.what for each in found(tiny).differences] == [
        "feature IOB_Y1.LVCMOS33_LVTTL.DRIVE.I12_I8",
        "bit that no feature asked for",
    ]


def test_a_file_of_another_form_is_refused(tiny: TinyDevice) -> None:
    with pytest.raises(ValueError, match=r"must have features of the form TILE\.FEATURE, not 'x'"):
        found(tiny, "x")
