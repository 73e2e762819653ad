"""Devices: figures that data sheets state in other words, part names, and what is refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from software_ref.devices import BLOCK_RAM, DEFAULT, DEVICES, ECP5, XC7, Device, Part

XC7A100T = DEVICES["xc7a100t"]
DOCUMENT = Path(__file__).parents[2] / "docs" / "command_line.md"


def test_every_device_is_found_by_its_name() -> None:
    assert {name: device.name for name, device in DEVICES.items()} == {n: n for n in DEVICES}
    assert DEVICES[DEFAULT.name] is DEFAULT


# From the data sheets' summaries: slices, kbit of block RAM, kbit of LUT memory, DSP slices.
@pytest.mark.parametrize(
    ("name", "slices", "block_kbit", "lut_kbit", "dsp"),
    [
        ("xc7a100t", 15_850, 4_860, 1_188, 240),
        ("xc7a35t", 5_200, 1_800, 400, 90),
        ("xc7z020", 13_300, 5_040, 1_088, 220),
    ],
)
def test_7_series(name: str, slices: int, block_kbit: int, lut_kbit: int, dsp: int) -> None:
    device = DEVICES[name]
    assert device.family is XC7
    assert (device.lut, device.ff, device.carry) == (4 * slices, 8 * slices, slices)
    assert device.dsp == dsp
    assert device.block_ram * BLOCK_RAM.bits == block_kbit * 1024
    assert round(device.lut_memory * 64 / 1024) == lut_kbit
    assert device.memory_bits == block_kbit * 1024 + device.lut_memory * 64


# Thousands of LUTs, kbit of block RAM, multipliers.
@pytest.mark.parametrize(
    ("name", "thousands", "block_kbit", "dsp"),
    [
        ("lfe5u-85f", 84, 3_744, 156),
        ("lfe5u-45f", 44, 1_944, 72),
        ("lfe5u-25f", 24, 1_008, 28),
    ],
)
def test_ecp5(name: str, thousands: int, block_kbit: int, dsp: int) -> None:
    device = DEVICES[name]
    assert device.family is ECP5
    assert round(device.lut / 1000) == thousands
    assert device.dsp == dsp
    assert device.block_ram * BLOCK_RAM.bits == block_kbit * 1024


def test_a_block_ram_holds_an_eighth_less_without_parity() -> None:
    assert (BLOCK_RAM.bits, BLOCK_RAM.data_bits) == (18 * 1024, 16 * 1024)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("xc7a100t", "xc7a100tcsg324-1"),
        ("xc7a35t", "xc7a35tcsg324-1"),
        ("xc7z020", "xc7z020clg400-1"),
        ("lfe5u-85f", "LFE5U-85F-6BG756C"),
        ("lfe5u-45f", "LFE5U-45F-6BG554C"),
        ("lfe5u-25f", "LFE5U-25F-6BG381C"),
    ],
)
def test_cores_are_measured_on_a_part(name: str, part: str) -> None:
    assert DEVICES[name].part.name == part


def test_a_part_may_have_another_package_and_speed() -> None:
    part = Part(device=XC7A100T, package="fgg484", speed="2")
    assert part.name == "xc7a100tfgg484-2"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lut_memory": 70_000}, r"^lut_memory must be at most lut \(63400\), not 70000$"),
        ({"dsp": -1}, "^dsp must not be negative, not -1$"),
        ({"block_ram": -270}, "^block_ram must not be negative, not -270$"),
    ],
)
def test_impossible_devices_are_refused(change: dict[str, int], message: str) -> None:
    figures = {f.name: getattr(XC7A100T, f.name) for f in dataclasses.fields(Device)}
    with pytest.raises(ValueError, match=message):
        Device(**(figures | change))


def test_the_document_lists_every_device() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text.partition("\n## Devices\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")][1:]
    rows = [line.strip("| ").split(" | ") for line in lines]
    expected = [
        [
            f"`{name}` (default)" if device is DEFAULT else f"`{name}`",
            *(f"{count:,}" for count in (device.lut, device.ff, device.dsp, device.block_ram)),
            device.part.name,
        ]
        for name, device in DEVICES.items()
    ]
    assert rows == expected
