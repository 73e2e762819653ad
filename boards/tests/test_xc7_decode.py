"""Decoding a bitstream of a made-up device: frames, features, unknown bits, and what is refused."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from boards.bitstream.xc7_decode.database import Database
from boards.bitstream.xc7_decode.device_bits import DeviceBits, error_code
from boards.bitstream.xc7_decode.packets import decode
from boards.tests.tiny_device import DEVICE, PART, TinyDevice, frame_code

TILES = ("CLBLM_L_X0Y0", "DSP_L_X0Y0", "BRAM_L_X0Y0", "BRAM_L_X0Y5")


@pytest.fixture
def tiny(tmp_path: Path) -> TinyDevice:
    return TinyDevice(tmp_path / "database", pins=["A1", "B2", "C3"], tiles=TILES)


def database(tiny: TinyDevice) -> Database:
    return Database(tiny.family, DEVICE, PART)


def decoded(tiny: TinyDevice, data: bytes | None = None) -> DeviceBits:
    source = database(tiny)
    return DeviceBits(decode(tiny.bitstream() if data is None else data, source.part), source)


def test_features_come_back_from_every_row_and_bus(tiny: TinyDevice) -> None:
    value = np.random.default_rng(1).integers(0, 2, 64).astype(bool)
    tiny.put("CLBLM_L_X0Y0", "SLICEM_X0.CLUT.INIT", value, 2)
    ram = np.random.default_rng(2).integers(0, 2, 256).astype(bool)
    tiny.put("BRAM_L_X0Y5", "RAMB18_Y1.INIT_3F", ram, 3)
    tiny.set("DSP_L_X0Y0", "DSP48.DSP_1.ZMREG[0]")
    device = decoded(tiny)
    assert device.configuration.written == len(device.database.part.addresses)
    assert device.configuration.crc is None
    assert (device.vector("CLBLM_L_X0Y0", "SLICEM_X0.CLUT.INIT", 64) == value).all()
    assert (device.vector("BRAM_L_X0Y5", "RAMB18_Y1.INIT_3F", 256) == ram).all()
    assert device.has("DSP_L_X0Y0", "DSP48.DSP_1.ZMREG[0]")
    assert not device.has("DSP_L_X0Y0", "DSP48.DSP_0.ZMREG[0]")
    assert device.bits.sum() > value.sum() + ram.sum()
    assert device.unknown() == []
    assert device.wrong_codes() == []


def test_a_feature_needs_its_zeros_too(tiny: TinyDevice) -> None:
    tiny.set("RIOB33_X57Y1", "IOB_Y1.LVCMOS33_LVTTL.DRIVE.I12_I8")
    assert decoded(tiny).matching("RIOB33_X57Y1", "IOB_Y1.") == [
        "IOB_Y1.LVCMOS33_LVTTL.DRIVE.I12_I8"
    ]
    tiny.set("RIOB33_X57Y1", "IOB_Y1.LVCMOS18.DRIVE.I12_I8")
    assert decoded(tiny).matching("RIOB33_X57Y1", "IOB_Y1.") == ["IOB_Y1.LVCMOS18.DRIVE.I12_I8"]


def test_bits_of_no_feature_are_found(tiny: TinyDevice) -> None:
    tiny.bits |= {(0x000003, 100, 31), (0x00001A, 51, 4)}
    # One bit of a feature that needs two.
    tiny.set("RIOB33_X57Y1", "IOB_Y1.LVCMOS25_LVCMOS33_LVTTL.IN")
    partly = max(bit for bit in tiny.bits if bit[0] & 0x7F == 38)
    tiny.bits.discard(min(bit for bit in tiny.bits if bit[0] & 0x7F == 38))
    unknown = decoded(tiny).unknown()
    places = [(bit.frame, bit.word, bit.bit) for bit in unknown]
    assert (0x000003, 100, 31) in places
    assert (0x00001A, 51, 4) in places
    assert partly in places
    assert {bit.tile for bit in unknown if bit.frame == partly[0]} == {"RIOB33_X57Y1"}


def test_the_codes_of_frames_are_those_of_their_bits(tiny: TinyDevice) -> None:
    words = np.random.default_rng(3).integers(0, 1 << 32, (5, 101), dtype=np.uint64)
    frames = words.astype(np.uint32)
    assert error_code(frames).tolist() == [frame_code(row.tolist()) for row in frames]
    tiny.bits.add((0x000005, 7, 7))
    device = decoded(tiny, tiny.bitstream(code=False))
    assert device.wrong_codes() == [0x000005]


def test_a_crc_is_checked(tiny: TinyDevice) -> None:
    """One write of 0 to FAR, after the command that resets the CRC: CRC-32C of 37 bits."""
    head = [1 << 29 | 2 << 27 | 4 << 13 | 1, 7, 1 << 29 | 2 << 27 | 1 << 13 | 1, 0]
    crc = 0
    for bit in range(37):
        odd = (crc ^ 1 >> (bit - 32 if bit >= 32 else 5)) & 1
        crc = crc >> 1 ^ (0x82F63B78 if odd else 0)
    data = tiny.bitstream()
    at = data.index(b"\xaa\x99\x55\x66") + 4
    for value, holds in ((crc, True), (crc ^ 1, False)):
        check = [1 << 29 | 2 << 27 | 1, value]
        packets = struct.pack(">6I", *head, *check)
        found = decode(data[:at] + packets + data[at:], database(tiny).part)
        assert found.crc is holds


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: b"nothing of the kind", "has no sync word"),
        (lambda data: data[: len(data) // 2], "ends inside a packet"),
        (lambda data: data[: data.index(b"\xaa\x99\x55\x66") + 16], "writes none"),
        (
            lambda data: data.replace(struct.pack(">I", 0x3631093), struct.pack(">I", 0x362D093)),
            "device ID 03631093.*not for device ID 0362d093",
        ),
    ],
)
def test_what_is_no_bitstream_of_the_part_is_refused(
    tiny: TinyDevice, change, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        decode(change(tiny.bitstream()), database(tiny).part)


def test_another_revision_of_the_part_is_the_part(tiny: TinyDevice) -> None:
    source = database(tiny)
    assert decode(tiny.bitstream(idcode=0x13631093), source.part).for_part(source.part)


def test_a_database_that_lacks_something_is_refused(tiny: TinyDevice) -> None:
    (tiny.family / PART / "part.json").write_text("{}")
    with pytest.raises(ValueError, match="must have an idcode"):
        _ = database(tiny).part
    (tiny.family / DEVICE / "tilegrid.json").unlink()
    with pytest.raises(ValueError, match=r"must have the file .*tilegrid\.json"):
        _ = database(tiny).tiles
    with pytest.raises(ValueError, match="must have the tile X"):
        decoded(TinyDevice(tiny.folder / "other", pins=[], tiles=TILES)).has("X", "Y")
