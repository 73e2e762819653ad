"""The plan for the 7 series holds all that a tool needs, and constrains every port."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hwgen.core.design import CoreDesign
from hwgen.pnr import PLAN_FILES, write_plan
from hwgen.pnr.xc7_plan import PLACES
from software_ref.devices import DEVICES, XC7, Part
from software_ref.network import Network

DESIGN = CoreDesign(
    network=Network(layers=(8, 4, 4), out_degree=(1, 2), parallelism=(4, 2)),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan") / "made"
    write_plan(DESIGN, folder, part=DEVICES["xc7a100t"].part, freq_mhz=125)
    return folder


def test_it_holds_its_files_alone(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == set(PLAN_FILES)


def test_every_port_of_the_top_module_is_constrained(folder: Path) -> None:
    head = re.search(r"module harness \((.*)\);", (folder / "harness.v").read_text())
    assert head is not None
    ports = [port.split()[-1] for port in head.group(1).split(", ")]
    assert ports == ["clk", "serial_in", "serial_out"]
    lines = (folder / "harness.xdc").read_text().splitlines()
    for key in ("PACKAGE_PIN", "IOSTANDARD"):
        named = [line.split()[-1].rstrip("]") for line in lines if f"set_property {key} " in line]
        assert named == ports
    pins = [line.split()[2] for line in lines if "PACKAGE_PIN" in line]
    assert len(set(pins)) == 3


def test_the_clock_has_its_period(folder: Path) -> None:
    first = (folder / "harness.xdc").read_text().splitlines()[0]
    assert first == "create_clock -name clk -period 8.000 [get_ports clk]"


def test_scripts_name_files_of_the_plan(folder: Path) -> None:
    vivado = (folder / "vivado.tcl").read_text()
    assert "read_verilog {core.v harness.v}" in vivado
    assert "synth_design -top harness -part xc7a100tcsg324-1" in vivado
    assert "read_verilog core.v harness.v" in (folder / "synthesis.ys").read_text()
    for script in ("himbaechel.sh", "xilinx.sh"):
        text = (folder / script).read_text()
        assert "--freq 125 " in text
        assert "synthesis.ys" in text and "netlist.json" in text and "harness.xdc" in text


def test_nothing_is_left_to_fill_in(folder: Path) -> None:
    for name in PLAN_FILES[2:]:
        text = (folder / name).read_text()
        assert "%(" not in text
        assert str(folder) not in text


def test_readme_names_every_command(folder: Path) -> None:
    text = (folder / "README.md").read_text()
    for command in ("vivado -mode batch -source vivado.tcl", "sh himbaechel.sh", "sh xilinx.sh"):
        assert command in text


@pytest.mark.parametrize(
    ("name", "part", "chipdb", "clock"),
    [
        ("xc7a35t", "xc7a35tcsg324-1", "xc7a35tcsg324.bin", "E3"),
        ("xc7z020", "xc7z020clg400-1", "xc7z020clg400.bin", "H16"),
    ],
)
def test_every_tool_is_told_the_part(
    tmp_path: Path, name: str, part: str, chipdb: str, clock: str
) -> None:
    write_plan(DESIGN, tmp_path, part=DEVICES[name].part, freq_mhz=125)
    assert f"synth_design -top harness -part {part} " in (tmp_path / "vivado.tcl").read_text()
    assert f"--device {part} " in (tmp_path / "himbaechel.sh").read_text()
    assert f"# database, {chipdb}: " in (tmp_path / "xilinx.sh").read_text()
    assert (tmp_path / "README.md").read_text().splitlines()[0].endswith(f" for {part}")
    assert f"PACKAGE_PIN {clock} [get_ports clk]" in (tmp_path / "harness.xdc").read_text()
    named = "".join((tmp_path / name).read_text() for name in PLAN_FILES[2:])
    assert "xc7a100t" not in named


def test_every_device_has_pins_for_the_harness() -> None:
    packages = {each.package for each in DEVICES.values() if each.family is XC7}
    assert packages == PLACES.keys()
    for places in PLACES.values():
        assert len(set(places.values())) == 3


def test_a_package_without_pins_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    part = Part(device=DEVICES["xc7a35t"], package="cpg236", speed="1")
    message = "^package of xc7a35t must be one of csg324, clg400 for a harness, not cpg236$"
    with pytest.raises(ValueError, match=message):
        write_plan(DESIGN, tmp_path / "made", part=part, freq_mhz=125)
    assert not (tmp_path / "made").exists()
