"""Vivado's script, run by Tcl with commands that write down what they are called with."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from hwgen.bus.axi_top import CLOCK, RESET
from hwgen.bus.design import PACKAGE_SCRIPT, AxiDesign
from hwgen.bus.package_ip import package_ip
from rtl_tests.core_kinds import design
from software_ref.devices import DEFAULT, DEVICES, ECP5

tkinter = pytest.importorskip("tkinter")

WRAPPED = AxiDesign(core=design("relu"))
MADE = ("add_bus_interface", "add_port_map", "add_bus_parameter", "add_memory_map")
MADE += ("add_address_block", "add_register", "add_field")
OTHERS = ("package_project", "get_bus_interfaces", "remove_bus_interface", "remove_all_memory_map")
OTHERS += ("associate_bus_interfaces", "create_xgui_files", "update_checksums", "current_core")
OTHERS += ("check_integrity", "save_core")
PROJECT = ("create_project", "add_files", "current_fileset", "update_compile_order")
PROJECT += ("close_project", "set_property", "get_property")


class Vivado:
    """What the script asked for; every command of Vivado's that it does not know is an error."""

    def __init__(self, folder: Path, *arguments: str):
        self.calls: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        self.properties: dict[str, dict[str, str]] = defaultdict(dict)
        self.made: dict[str, list[tuple[str, str]]] = defaultdict(list)
        """Name and owner of everything that was made, by the command."""
        tcl = tkinter.Tcl()
        tcl.eval("namespace eval ipx {}")
        for name in MADE + OTHERS:
            tcl.createcommand(f"ipx::{name}", self._command(name))
        for name in PROJECT:
            tcl.createcommand(name, self._command(name))
        tcl.setvar("argv", arguments)
        tcl.setvar("argc", len(arguments))
        tcl.call("source", str(folder / PACKAGE_SCRIPT))

    def _command(self, name: str):
        def command(*arguments: str) -> str:
            self.calls[name].append(arguments)
            if name in MADE:
                made, owner = arguments
                self.made[name].append(arguments)
                return f"{owner}/{made}"
            if name == "set_property":
                key, value, owner = arguments
                self.properties[owner][key] = value
            if name == "get_bus_interfaces":
                return f"core/{arguments[0]}" if len(arguments) == 3 else "core/guess1 core/guess2"
            if name == "get_property":
                return arguments[1].rpartition("/")[2]
            return {"current_core": "core", "current_fileset": "sources"}.get(name, "")

        return command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of `generate --bus axi`."""
    place = tmp_path / "with a space"
    place.mkdir()
    for name, text in WRAPPED.files(DEFAULT).items():
        (place / name).write_text(text)
    (place / "relu.v").write_text(WRAPPED.core.verilog)
    return place


def test_every_port_of_the_module_is_mapped_once(folder: Path) -> None:
    vivado = Vivado(folder)
    mapped = [
        vivado.properties[f"{owner}/{signal}"]["physical_name"]
        for signal, owner in vivado.made["add_port_map"]
    ]
    module = re.search(r"^module relu_axi\((.*?)\);", WRAPPED.verilog, re.DOTALL | re.MULTILINE)[1]
    assert sorted(mapped) == sorted(name.strip() for name in module.split(","))
    modes = {
        name: vivado.properties[f"core/{name}"]["interface_mode"]
        for name, _ in vivado.made["add_bus_interface"]
    }
    assert modes == {
        "s_axis_samples": "slave",
        "m_axis_predictions": "master",
        "s_axi": "slave",
        CLOCK: "slave",
        RESET: "slave",
    }
    kinds = {
        name: vivado.properties[f"core/{name}"]["abstraction_type_vlnv"].split(":")[2]
        for name in modes
    }
    assert list(kinds.values()) == ["axis_rtl", "axis_rtl", "aximm_rtl", "clock_rtl", "reset_rtl"]


def test_each_bus_has_the_clock_and_the_clock_its_reset(folder: Path) -> None:
    vivado = Vivado(folder)
    buses = ("s_axis_samples", "m_axis_predictions", "s_axi")
    assert vivado.calls["associate_bus_interfaces"] == [
        *(("-busif", bus, "-clock", CLOCK, "core") for bus in buses),
        ("-clock", CLOCK, "-reset", RESET, "core"),
    ]
    assert vivado.properties[f"core/{RESET}/POLARITY"] == {"value": "ACTIVE_LOW"}
    guesses = [("guess1", "core"), ("guess2", "core")]
    assert vivado.calls["remove_bus_interface"] == guesses


def test_the_memory_map_has_every_register_and_field(folder: Path) -> None:
    vivado = Vivado(folder)
    assert vivado.properties["core/s_axi"]["slave_memory_map_ref"] == "s_axi"
    assert vivado.made["add_memory_map"] == [("s_axi", "core")]
    block = "core/s_axi/registers"
    assert vivado.properties[block] == {
        "base_address": "0",
        "range": "4096",
        "width": "32",
        "usage": "register",
    }
    places = list(WRAPPED.top.registers.places())
    assert len(vivado.made["add_register"]) == len(places)
    for (name, owner), (offset, index, register) in zip(
        vivado.made["add_register"], places, strict=True
    ):
        assert owner == block
        assert name == (f"{register.name}_{index}" if register.several else register.name)
        found = vivado.properties[f"{block}/{name}"]
        assert int(found["address_offset"], 16) == offset
        assert found["size"] == "32"
        assert found["access"] in ("read-only", "read-write", "write-only")
        assert found["description"] == register.meaning
        for field in register.fields:
            bits = vivado.properties[f"{block}/{name}/{field.name}"]
            assert (bits["bit_offset"], bits["bit_width"]) == (str(field.low), str(field.bits))
    cleared = {name for name, found in vivado.properties.items() if "modified_write_value" in found}
    assert cleared == {f"{block}/ERRORS/short_sample", f"{block}/ERRORS/long_sample"}


def test_its_sources_are_there(folder: Path) -> None:
    vivado = Vivado(folder)
    ((_, sources),) = vivado.calls["add_files"]
    found = tkinter.Tcl().splitlist(sources)
    assert [Path(source).name for source in found] == ["relu.v", "relu_axi.v"]
    assert all(Path(source).is_file() for source in found)
    (project,) = vivado.calls["create_project"]
    assert project == (
        *("relu_axi_project", str(folder / "relu_axi_project"), "-force"),
        *("-part", "xc7a100tcsg324-1"),
    )
    assert vivado.properties["sources"] == {"top": "relu_axi"}
    assert list(vivado.calls)[-1] == "close_project"


def test_a_part_may_be_given(folder: Path) -> None:
    (project,) = Vivado(folder, "xc7z020clg400-1").calls["create_project"]
    assert project[-2:] == ("-part", "xc7z020clg400-1")


def test_a_missing_source_is_told_before_anything_is_made(folder: Path) -> None:
    (folder / "relu.v").unlink()
    message = f"{folder / 'relu.v'} must be beside package_ip.tcl"
    with pytest.raises(tkinter.TclError, match=f"^{re.escape(message)}$"):
        Vivado(folder)


def test_an_fpga_that_is_not_vivados_is_not_named() -> None:
    other = next(device for device in DEVICES.values() if device.family is ECP5)
    assert "set part {}\n" in WRAPPED.files(other)[PACKAGE_SCRIPT]


def test_braces_are_refused() -> None:
    WRAPPED.files()  # a component that nobody uses is warned of
    message = re.escape("text of a Tcl script must have neither braces nor backslashes: 'a {'")
    with pytest.raises(ValueError, match=f"^{message}$"):
        package_ip(
            *(WRAPPED.top, "relu_axi"), sources=[], description="a {", script="x.tcl", part=""
        )
