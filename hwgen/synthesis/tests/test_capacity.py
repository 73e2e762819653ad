"""Cores too large for any synthesis to help are refused at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hwgen.synthesis import check_capacity
from presparse.cli import main
from software_ref.devices import DEVICES
from software_ref.fixed_point import FixedFormat
from software_ref.network import Network
from software_ref.plan.schedule import Schedule

XC7A100T = DEVICES["xc7a100t"]


def schedule(fraction: int) -> Schedule:
    fmt = FixedFormat(integer=3, fraction=fraction)
    return Schedule(
        network=Network(layers=(8, 4, 4), out_degree=(1, 2), parallelism=(4, 2), format=fmt)
    )


def test_a_small_core_is_let_through() -> None:
    check_capacity(schedule(11), XC7A100T)


def test_tables_larger_than_the_device_are_named() -> None:
    # 2**18 words of 15 + 13 and of 15 bits; 135 block RAMs of 36,864 and 19,000 LUTs of 64 bits.
    message = "XC7A100T cannot hold format (1,3,14): the core's memories have 11,274,752 bits"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}") as error:
        check_capacity(schedule(14), XC7A100T)
    assert "the device 6,192,640; the largest are the sigmoid of junction 1, 7,340,032" in str(
        error.value
    )


def test_the_command_ends_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wide.toml"
    path.write_text(
        "[network]\nlayers = [8, 4, 4]\nout_degree = [1, 2]\nparallelism = [4, 2]\n"
        "[format]\nfraction = 14\n"
    )
    assert main(["synth", str(path), "--json", str(tmp_path / "out.json")]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert "XC7A100T cannot hold format (1,3,14)" in output.err
    assert [file.name for file in tmp_path.iterdir()] == ["wide.toml"]
