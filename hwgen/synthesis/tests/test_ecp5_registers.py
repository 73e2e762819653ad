"""Registers of ECP5 multipliers and block RAMs: which flip-flops move in, and which must not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hwgen.synthesis.ecp5_registers import absorb_registers
from hwgen.synthesis.yosys import run_yosys

MULTIPLIER = """
module top(input clk, input en, input signed [11:0] a, input [8:0] b,
           output reg signed [20:0] p, output [11:0] seen);
  reg signed [11:0] a1; reg [8:0] b1; reg signed [20:0] product;
  always @(posedge clk) begin
    {operands}
    product <= a1 * $signed({{1'b0, b1}});
    {result}
  end
  assign seen = {seen};
endmodule
"""
PLAIN = {"operands": "a1 <= a; b1 <= b;", "result": "p <= product;", "seen": "0"}
MEMORY = """
module top(input clk, input [10:0] a, output reg [7:0] q, output [7:0] seen);
  reg [7:0] words[0:2047]; reg [7:0] word;
  integer k;
  initial for (k = 0; k < 2048; k = k + 1) words[k] = k * 77 >> 3;
  always @(posedge clk) begin word <= words[a]; q <= word; end
  assign seen = {seen};
endmodule
"""


def netlist(text: str, folder: Path) -> dict[str, Any]:
    """The mapped module."""
    (folder / "top.v").write_text(text)
    run_yosys(["read_verilog top.v", "synth_ecp5 -top top -json top.json"], folder, name="map")
    module: dict[str, Any] = json.loads((folder / "top.json").read_text())["modules"]["top"]
    return module


def kinds(module: dict[str, Any]) -> Counter[str]:
    return Counter(cell["type"] for cell in module["cells"].values())


def only(module: dict[str, Any], kind: str) -> dict[str, Any]:
    (cell,) = (cell for cell in module["cells"].values() if cell["type"] == kind)
    return dict(cell)


def stages(cell: dict[str, Any]) -> set[str]:
    return {name.split("_")[1] for name, value in cell["parameters"].items() if value == "CLK0"}


def test_a_multiplier_takes_its_operand_product_and_result_registers(tmp_path: Path) -> None:
    module = netlist(MULTIPLIER.format(**PLAIN), tmp_path)
    ports = module["ports"]
    assert absorb_registers(module) == (1, 0)
    assert kinds(module)["TRELLIS_FF"] == 0
    cell = only(module, "MULT18X18D")
    assert stages(cell) == {"INPUTA", "INPUTB", "PIPELINE", "OUTPUT"}
    pins = cell["connections"]
    wide = "A" if pins["A0"] == [ports["a"]["bits"][0]] else "B"
    narrow = "AB".replace(wide, "")
    assert [pins[f"{wide}{k}"][0] for k in range(12)] == ports["a"]["bits"]
    assert {pins[f"{wide}{k}"][0] for k in range(12, 18)} == {ports["a"]["bits"][11]}
    assert [pins[f"{narrow}{k}"][0] for k in range(9)] == ports["b"]["bits"]
    assert [pins[f"P{k}"][0] for k in range(21)] == ports["p"]["bits"]
    assert (pins["CLK0"], pins["CE0"], pins["RST0"]) == (ports["clk"]["bits"], ["1"], ["0"])


def test_a_register_that_others_read_stays_for_them(tmp_path: Path) -> None:
    module = netlist(MULTIPLIER.format(**PLAIN | {"seen": "a1"}), tmp_path)
    assert absorb_registers(module) == (1, 0)
    assert kinds(module)["TRELLIS_FF"] == 12
    assert only(module, "MULT18X18D")["connections"]["A0"] != module["ports"]["seen"]["bits"][:1]


@pytest.mark.parametrize(
    ("change", "taken"),
    [
        ({"operands": "if (en) a1 <= a; b1 <= b;"}, {"PIPELINE", "OUTPUT"}),
        ({"result": "if (en) p <= product;"}, {"INPUTA", "INPUTB", "OUTPUT"}),
        ({"result": "p <= product + 1;"}, {"INPUTA", "INPUTB", "OUTPUT"}),
        ({"seen": "product"}, {"INPUTA", "INPUTB", "OUTPUT"}),
    ],
)
def test_only_plain_registers_move(change: dict[str, str], taken: set[str], tmp_path: Path) -> None:
    module = netlist(MULTIPLIER.format(**PLAIN | change), tmp_path)
    before = kinds(module)["TRELLIS_FF"]
    assert absorb_registers(module) == (0, 0)
    assert stages(only(module, "MULT18X18D")) == taken
    assert kinds(module)["TRELLIS_FF"] < before


@pytest.mark.parametrize(("seen", "ports"), [("0", 1), ("word", 0)])
def test_a_block_ram_takes_the_register_behind_it_if_nothing_else_reads_the_word(
    seen: str, ports: int, tmp_path: Path
) -> None:
    module = netlist(MEMORY.format(seen=seen), tmp_path)
    assert absorb_registers(module) == (0, ports)
    assert kinds(module)["TRELLIS_FF"] == (0 if ports else 8)
    modes = [only(module, "DP16KD")["parameters"][f"REGMODE_{side}"] for side in "AB"]
    assert sorted(modes) == (["NOREG", "OUTREG"] if ports else ["NOREG", "NOREG"])
