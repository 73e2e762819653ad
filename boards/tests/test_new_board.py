"""Boards that the package does not know: one object is all they need."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from amaranth_boards.nexys4ddr import Nexys4DDRPlatform
from amaranth_boards.ulx3s import ULX3S_45F_Platform

from boards.bitstream import ecp5
from boards.platforms.board import Board
from boards.platforms.boards import BOARDS
from boards.store.capacity import largest_store
from hwgen.core.design import CoreDesign
from hwgen.synthesis import kept
from presparse.cli import main
from software_ref.devices import DEVICES
from software_ref.manifest import manifest_schema
from software_ref.network_file import read_network_file
from software_ref.plan.dsp_budget import DspBlocks

FORMAT = "[format]\ninteger = 2\nfraction = 5\n"
SMALL = FORMAT + "[network]\nlayers = [8, 4]\nout_degree = [2]\nparallelism = [4]\n"
# 46 lanes, two DSP blocks each: more than a 35T has, fewer than a 100T.
WIDE = FORMAT + "[network]\nlayers = [46, 4]\nout_degree = [2]\nparallelism = [46]\n"


class _With35T(Nexys4DDRPlatform):
    device = "xc7a35t"


class _WithZynq(Nexys4DDRPlatform):
    device = "xc7z020"
    package = "clg400"
    speed = "2"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network file, and three boards that are registered for it."""
    nexys = BOARDS["nexys4ddr"]
    boards = (
        Board(
            name="toy35",
            title="Toy with a 35T",
            platform=_With35T,
            clock_mhz=50.0,
            leds=4,
            buttons={"run": ("button_center", 0)},
        ),
        replace(nexys, name="toy7020", platform=_WithZynq),
        replace(BOARDS["ulx3s"], name="toy45", platform=ULX3S_45F_Platform),
    )
    for board in boards:
        monkeypatch.setitem(BOARDS, board.name, board)
    path = tmp_path / "small.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def plan(path: Path, board: str, *options: str) -> dict[str, Any]:
    """Build a board's plan, and return its figures with the manifest."""
    folder, figures = path.parent / board, path.parent / "figures.json"
    where = ["--output", str(folder), "--json", str(figures)]
    assert main(["build", str(path), "--board", board, "--plan-only", *where, *options]) == 0
    manifest = json.loads((folder / "small.json").read_text())
    jsonschema.validate(manifest, manifest_schema())
    return json.loads(figures.read_text()) | {"manifest": manifest}


def test_a_board_with_a_35t_is_built_as_a_35t(small: Path) -> None:
    small.write_text(WIDE, encoding="utf-8")
    figures = plan(small, "toy35")
    part = "xc7a35tcsg324-1"
    folder = small.parent / "toy35"
    texts = {path.name: path.read_text() for path in folder.iterdir()}
    assert not [name for name, text in texts.items() if "xc7a100t" in text.lower()]
    assert f" -part {part} " in texts["vivado.tcl"]
    assert f"--device {part} " in texts["himbaechel.sh"]
    for script in ("himbaechel.sh", "xilinx.sh"):
        assert f"fasm2frames --part {part} --db-root" in texts[script]
        assert f'--part_file "$DATABASE"/artix7/{part}/part.yaml' in texts[script]
        assert f"--part_name {part} " in texts[script]
    assert f"made for {part} by" in texts["README.md"]
    assert figures["part"] == figures["manifest"]["board"]["part"] == part
    # Of 92 multipliers two pairs have one DSP block for both; the store is smaller.
    usual = CoreDesign.from_file(read_network_file(small))
    (multipliers,) = figures["manifest"]["multipliers"]
    assert multipliers["dsp"] == {"feedforward": 46, "update": 44}
    every = DspBlocks(singles=46)
    assert usual.dsp == ({"feedforward": every, "update": every},)
    room, *others = (largest_store(usual, DEVICES[name]) for name in ("xc7a35t", "xc7a100t"))
    assert figures["samples"] == room.samples
    assert [figures["manifest"]["board"]["words"]] == [room.words] < [others[0].words]


def test_a_board_with_a_zynq_takes_the_databases_of_the_zynq(small: Path) -> None:
    assert plan(small, "toy7020", "--samples", "8")["part"] == "xc7z020clg400-2"
    script = (small.parent / "toy7020" / "himbaechel.sh").read_text()
    assert '--part_file "$DATABASE"/zynq7/xc7z020clg400-2/part.yaml' in script
    readme = (small.parent / "toy7020" / "README.md").read_text()
    assert "the one that has the folder `zynq7`;" in readme


def test_a_folder_of_databases_must_have_the_fpga_s(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small.parent / "databases" / "artix7").mkdir(parents=True)
    options = ["--database", str(small.parent / "databases"), "--plan-only"]
    assert main(["build", str(small), "--board", "toy7020", *options]) == 2
    assert re.fullmatch(
        r"presparse: error: --database must name a folder that has the folder zynq7, not '.*'\n",
        capsys.readouterr().err,
    )


def test_a_device_that_openxc7_does_not_know_is_for_vivado(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    virtex = replace(DEVICES["xc7a35t"], name="xc7v585t", package="ffg1157")
    monkeypatch.setitem(DEVICES, virtex.name, virtex)

    class _WithVirtex(Nexys4DDRPlatform):
        device, package = virtex.name, virtex.package

    board = replace(BOARDS["toy35"], name="virtex", platform=_WithVirtex)
    monkeypatch.setitem(BOARDS, board.name, board)
    assert main(["build", str(small), "--board", "virtex", "--plan-only"]) == 2
    assert capsys.readouterr().err == (
        "presparse: error: device for openXC7 must be one that Project X-Ray knows, not XC7V585T; "
        "take --toolchain vivado\n"
    )


def test_a_board_with_a_45f_is_built_as_a_45f(
    small: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def place(arguments: list[str], folder: Path, **options: object) -> None:
        told.extend(arguments)
        clock = {"clk": {"achieved": 41.0, "constraint": 40.0}}
        report = {"fmax": clock, "utilization": {"DP16KD": {"used": 9, "available": 108}}}
        (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
        (folder / "board.bit").write_bytes(b"bits")

    def synthesise(script: list[str], folder: Path, **options: object) -> None:
        (folder / "netlist.json").touch()

    monkeypatch.setattr(ecp5, "run_nextpnr_ecp5", place)
    monkeypatch.setattr(kept, "run_yosys", synthesise)
    for name in ("absorb_registers_in_file", "run_tool"):
        monkeypatch.setattr(ecp5, name, lambda *arguments, **options: None)
    monkeypatch.setattr(ecp5, "yosys_version", lambda log: "Yosys")
    folder = small.parent / "built"
    options = ["--board", "toy45", "--samples", "8", "--output", str(folder)]
    assert main(["build", str(small), *options]) == 0
    assert " ".join(told).startswith("--45k --package CABGA381 --speed 6 ")
    assert "41.00 MHz after routing on LFE5U-45F-6BG381C, meets 40 MHz" in capsys.readouterr().out
    part = json.loads((folder / "small.json").read_text())["board"]["part"]
    assert part == "LFE5U-45F-6BG381C"


def test_a_board_must_have_an_fpga_that_is_known() -> None:
    class Platform(Nexys4DDRPlatform):
        device = "xc7a200t"

    message = f"^FPGA of unknown must be one of {', '.join(DEVICES)}, not xc7a200t$"
    with pytest.raises(ValueError, match=message):
        replace(BOARDS["nexys4"], name="unknown", platform=Platform)
