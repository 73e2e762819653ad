"""A device that the package does not know: one entry in the table is all it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hwgen.core.design import CoreDesign
from hwgen.families import FAMILIES
from hwgen.synthesis import SynthesisError
from presparse.cli import main
from software_ref.devices import DEVICES, ECP5, XC7, Device
from software_ref.network_file import read_network_file

NETWORK = """
[network]
layers = [8, 4, 4]
out_degree = [1, 2]
parallelism = [4, 2]
[target]
device = "toy"
"""
# Each of the core's units has 4 or 2 lanes: DSP blocks for one of four, and few LUTs.
FIGURES = {"lut": 4_000, "lut_memory": 500, "ff": 6_000, "carry": 800, "block_ram": 10, "dsp": 5}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network file for a small device of the 7 series, where no tool is installed."""
    toy = Device(name="toy", family=XC7, package="csg324", speed="2", **FIGURES)
    monkeypatch.setitem(DEVICES, "toy", toy)
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "small.toml"
    path.write_text(NETWORK)
    return path


def run(command: str, path: Path, *options: str) -> dict[str, Any]:
    figures = path.parent / "figures.json"
    assert main([command, str(path), *options, "--json", str(figures)]) == 0
    document: dict[str, Any] = json.loads(figures.read_text())
    return document


def refusal(capsys: pytest.CaptureFixture[str], command: str, path: Path) -> str:
    assert main([command, str(path)]) == 2
    return capsys.readouterr().err


def test_a_network_file_may_name_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = read_network_file(path)
    assert file.target.dsp_blocks == 5
    assert run("check", path)["network"]["layers"] == [8, 4, 4]
    path.write_text(f"{NETWORK}dsp_budget = 6\n")
    message = "target dsp_budget must be at most 5, all DSP blocks of toy, not 6\n"
    assert refusal(capsys, "check", path).endswith(message)


def test_its_core_has_as_many_multipliers_in_dsp_blocks(path: Path) -> None:
    folder = path.parent / "made"
    folder.mkdir()
    assert main(["generate", str(path), "--output", str(folder)]) == 0
    (written,) = folder.glob("*.json")
    multipliers = json.loads(written.read_text())["multipliers"]
    design = CoreDesign.from_file(read_network_file(path))
    assert [each["dsp"].keys() for each in multipliers] == [each.keys() for each in design.dsp]
    used = sum(sum(each["dsp"].values()) for each in multipliers)
    assert 0 < used <= 5 < sum(design.network.parallelism) * 2


def test_estimates_are_held_against_it(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = run("estimate", path)
    assert figures["fits"] is True
    assert figures["dsp"] <= 5
    out = capsys.readouterr().out
    assert f"{100 * figures['lut'] / 4_000:.1f} %" in out
    assert "of TOY" in out and "\nfits TOY\n" in out
    less = Device(
        name="toy", family=XC7, package="x", speed="2", **{**FIGURES, "lut": figures["lut"] - 1}
    )
    monkeypatch.setitem(DEVICES, "toy", less)
    assert run("estimate", path)["fits"] is False
    assert "\ndoes not fit TOY\n" in capsys.readouterr().out


def test_memories_beyond_it_are_refused(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text(NETWORK + "[format]\nfraction = 12\n")
    message = refusal(capsys, "synth", path)
    assert "TOY cannot hold format (1,3,12): the core's memories have " in message
    assert f"the device {10 * 18_432 + 500 * 64:,}; " in message


def test_it_is_placed_as_its_part(path: Path) -> None:
    plan = path.parent / "plan"
    assert run("pnr", path, "--build", str(plan))["device"] == "toy"
    assert "-part toycsg324-2 " in (plan / "vivado.tcl").read_text()


def test_synth_measures_on_it(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def synthesise(*arguments: object, device: Device) -> None:
        told.append(device)
        raise SynthesisError("that is enough")

    monkeypatch.setattr(FAMILIES["xc7"], "synthesise", synthesise)
    assert refusal(capsys, "synth", path) == "presparse: error: that is enough\n"
    assert told == [DEVICES["toy"]]


def test_synth_names_it_among_others(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    toy = Device(name="lattice", family=ECP5, package="BG256", speed="6", **FIGURES)
    monkeypatch.setitem(DEVICES, "lattice", toy)
    path.write_text(NETWORK.replace("toy", "lattice"))
    assert refusal(capsys, "synth", path) == (
        'presparse: error: target device must be one of "xc7a100t", "xc7a35t", "xc7z020", "toy" '
        "for synth, not 'lattice'; presparse pnr measures a core on it\n"
    )
