"""Verilog export: the same bytes every time, plain names, and nothing of the machine it ran on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

import hwgen.export.verilog
from hwgen.core.design import CoreDesign
from hwgen.export.header import header, lint_commands
from hwgen.export.verilog import to_verilog
from hwgen.testing.shapes import network
from hwgen.testing.signedness import doubtful_signs
from software_ref.console.errors import ToolError
from software_ref.plan.core_options import CoreOptions

# Straddling rows in every junction, a crossbar, address memories and a 6-bit format.
STRADDLING = network(
    (6, 8, 4, 2), (8, 4, 2, 4), (4, 3, 3, 4), format=(1, 4), kind="free", dither=True
)
# One of everything: z = 1, D = 1, one junction.
SMALL = network((3, 3, 1, 3), format=(1, 4), kind="shared_seed")
CORES = {
    "training": CoreDesign(network=STRADDLING, name="trainer", options=CoreOptions(dsp_budget=8)),
    "inference": CoreDesign(
        network=STRADDLING, name="inferer", options=CoreOptions(training=False)
    ),
    "small": CoreDesign(network=SMALL, name="small_core"),
}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The Verilog of every core."""
    return {name: design.verilog for name, design in CORES.items()}


@pytest.mark.parametrize("name", CORES)
def test_names_are_plain(texts: dict[str, str], name: str) -> None:
    text = texts[name]
    assert "\\" not in text
    assert set(re.findall(r"\$(?! )\w*", text)) == {"$signed"}


@pytest.mark.parametrize("name", CORES)
def test_the_text_tells_nothing_of_the_machine(texts: dict[str, str], name: str) -> None:
    text = texts[name]
    assert not re.search(r"(?<![\w*/])/\w", text), "an absolute path"
    assert "Yosys" not in text
    assert "src =" not in text
    assert os.getcwd() not in text


@pytest.mark.parametrize("name", CORES)
def test_every_port_has_bits_and_every_module_a_body(texts: dict[str, str], name: str) -> None:
    text = texts[name]
    assert "[-1:0]" not in text
    modules = re.findall(r"^module (\w+)", text, flags=re.MULTILINE)
    assert len(modules) == len(set(modules))
    top = CORES[name].name
    assert top in modules
    assert all(module == top or module.startswith(f"{top}_") for module in modules)
    made = set(re.findall(r"^  (\w+) \w+ \($", text, flags=re.MULTILINE))
    assert made == set(modules) - {top}


@pytest.mark.parametrize("name", CORES)
def test_the_text_begins_with_what_it_is_and_a_timescale(texts: dict[str, str], name: str) -> None:
    comment, timescale, rest = texts[name].partition("`timescale 1ns / 1ps\n\nmodule ")
    assert timescale
    assert "`timescale" not in rest
    lines = comment.splitlines()
    assert all(line.startswith("//") for line in lines)
    top, kind = CORES[name].name, "training" if CORES[name].options.training else "inference"
    assert lines[:2] == [
        f"// Module {top}: {kind} core.",
        f"// Made by presparse {metadata.version('presparse')}; "
        "what is changed here is lost in the next export.",
    ]
    assert f"Layers {'-'.join(map(str, CORES[name].network.layers))}," in comment
    for command in lint_commands(top):
        assert f"//   $ {command}\n" in comment


def test_the_comment_names_the_network_file() -> None:
    text = header("top", CoreDesign(network=SMALL, described="José's 1").kind)
    assert text.startswith("// Module top: training core of Jos\\xe9's 1.\n")


@pytest.mark.parametrize("name", CORES)
def test_what_a_reset_sets_starts_with_that_value(texts: dict[str, str], name: str) -> None:
    modules = texts[name].split("endmodule\n")
    found = 0
    for module in modules:
        initial = dict(re.findall(r"^  initial (\w+) = (.*);$", module, flags=re.MULTILINE))
        reset = re.findall(r"^    if \(rst\) (\w+) <= (.*);$", module, flags=re.MULTILINE)
        assert {register: initial.get(register) for register, _ in reset} == dict(reset)
        found += len(reset)
    assert found > 50
    assert not re.search(r"^ *reg [^;]*=", texts[name], flags=re.MULTILINE)


def test_units_and_lanes_keep_their_names(texts: dict[str, str]) -> None:
    for unit in ("interleaver", "feedforward", "backprop", "update", "delta", "bias", "left"):
        assert f"module trainer_junction_2_{unit}(" in texts["training"]
    for signal in ("product0", "product1", "biased0", "carry", "lanes0", "total0"):
        assert re.search(rf"\b{signal}\b", texts["training"])


def test_the_same_design_gives_the_same_bytes_in_another_process(texts: dict[str, str]) -> None:
    program = (
        "import sys; from hwgen.export.tests.test_verilog import CORES; "
        "sys.stdout.write(CORES['small'].verilog)"
    )
    other = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout == texts["small"]


@pytest.mark.parametrize(
    "line",
    [
        "  reg signed [3:0] linear0;",
        "  assign _0_ = mem[$signed(a)];",
        "  assign _0_ = a << $signed(b);",
        "  assign _0_ = $signed(a) + b;",
        "  assign _0_ = $signed(a) < 4'h3;",
        "  assign _0_ = a > 4'sh3;",
        "    mem[$signed(a)] <= b;",
    ],
)
def test_the_check_of_signs_sees_doubtful_ones(line: str) -> None:
    good = (
        "  assign _0_ = $signed(a) + $signed({ b[0], 1'h0 });\n  assign _0_ = $signed(a) >>> b;\n"
    )
    assert doubtful_signs(good) == []
    assert doubtful_signs(good + line) == [line]


class Adder(wiring.Component):
    """A component whose names Verilog could only write with a backslash or a dollar."""

    def __init__(self) -> None:
        super().__init__({"a": In(4), "b": In(4), "sum": Out(5)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        first = Signal(4, name="stage")
        second = Signal(4, name="stage")
        m.d.sync += [first.eq(self.a), second.eq(self.b)]
        m.d.comb += self.sum.eq(first + second)
        return m


def test_a_keyword_is_no_name_of_a_module() -> None:
    message = r"^name of the top module must be no keyword of Verilog, not 'small'$"
    with pytest.raises(ValueError, match=message):
        to_verilog(Adder(), "small")


def test_signals_of_one_name_are_told_apart() -> None:
    text = to_verilog(Adder(), "adder")
    assert re.search(r"\bstage\b", text)
    assert "$" not in text
    assert "\\" not in text
    assert len(re.findall(r"^  reg \[3:0\] stage\w*", text, flags=re.MULTILINE)) == 2


def test_a_failure_of_yosys_is_reported_with_its_last_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hwgen.export.verilog, "_SCRIPT", "no_such_command\n# {removals}")
    message = (
        "Yosys could not write the Verilog: ERROR: No such command: no_such_command "
        "(type 'help' for a command overview)"
    )
    with pytest.raises(ToolError, match=f"^{re.escape(message)}$"):
        to_verilog(Adder(), "adder")
