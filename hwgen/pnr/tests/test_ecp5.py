"""ECP5 parts: what nextpnr calls them, and that it counts what the table of devices says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hwgen.pnr.ecp5 import part_arguments
from hwgen.pnr.nextpnr import run_nextpnr_ecp5
from software_ref.devices import DEVICES, ECP5, Device, Part

EMPTY = {"ports": {}, "cells": {}, "netnames": {}, "attributes": {"top": 1}}
ROW = re.compile(r"Info: \s+(\w+): +\d+/ *(\d+) ")


@pytest.mark.parametrize("name", [name for name, each in DEVICES.items() if each.family is ECP5])
def test_nextpnr_counts_the_same(tmp_path: Path, name: str) -> None:
    device = DEVICES[name]
    (tmp_path / "empty.json").write_text(json.dumps({"creator": "", "modules": {"top": EMPTY}}))
    arguments = [*part_arguments(device.part), "--json", "empty.json", "--pack-only"]
    log = run_nextpnr_ecp5(arguments, tmp_path, name="pack")
    available = {kind: int(count) for kind, count in ROW.findall(log.read_text())}
    assert device.lut == available["TRELLIS_COMB"]
    assert device.ff == available["TRELLIS_FF"]
    assert device.lut_memory == available["TRELLIS_RAMW"]
    assert device.block_ram == available["DP16KD"]
    assert device.dsp == available[ECP5.dsp_block]
    assert 2 * device.carry == device.lut  # a CCU2C takes the place of two LUTs


def _part(name: str, package: str) -> Part:
    device = DEVICES["lfe5u-85f"]
    figures = {"lut": 1, "lut_memory": 0, "ff": 1, "carry": 1, "block_ram": 1, "dsp": 1}
    other = Device(name=name, family=device.family, package=package, speed="7", **figures)
    return other.part


@pytest.mark.parametrize(
    ("name", "package", "arguments"),
    [
        ("lfe5u-12f", "BG256", "--12k --package CABGA256 --speed 7"),
        ("lfe5um-25f", "MG285", "--um-25k --package CSFBGA285 --speed 7"),
        ("lfe5um5g-45f", "BG554", "--um5g-45k --package CABGA554 --speed 7"),
        ("lfe5u-25f", "TG144", "--25k --package TQFP144 --speed 7"),
    ],
)
def test_nextpnr_s_names(name: str, package: str, arguments: str) -> None:
    assert " ".join(part_arguments(_part(name, package))) == arguments


@pytest.mark.parametrize(
    ("name", "package", "message"),
    [
        ("lfe3-35", "BG256", "device for nextpnr-ecp5 must be an LFE5U, not LFE3-35"),
        (
            "lfe5u-25f",
            "CABGA381",
            "package of LFE5U-25F must start with BG or MG or TG, not 'CABGA381'",
        ),
    ],
)
def test_other_parts_are_refused(name: str, package: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        part_arguments(_part(name, package))
