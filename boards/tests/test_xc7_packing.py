"""How Yosys packs memories into RAMs: words come back from the contents that it gives them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boards.bitstream.xc7_check.ram_cells import ram_parts, words_held
from boards.bitstream.xc7_check.routed import RoutedCell, RoutedNetlist
from hwgen.synthesis.yosys import run_yosys

SHAPES = {
    "distributed": ((20, 14), (100, 25), (48, 7)),
    "block": ((600, 80), (300, 20), (2000, 8), (512, 40), (1024, 100), (3000, 4)),
}
"""Words and bits of a word, by the style that the Verilog asks for."""


class InitialBits:
    """In place of a decoded bitstream: the contents that the netlist gives the RAMs."""

    def __init__(self, cells: Mapping[str, Mapping[str, Any]]):
        self._bits: dict[tuple[str, str], NDArray[np.bool_]] = {}
        self.netlist = RoutedNetlist(tuple(self._routed(cells)), {}, {})

    def vector(self, tile: str, feature: str, bits: int) -> NDArray[np.bool_]:
        found = self._bits[tile, feature]
        assert len(found) == bits
        return found

    def _routed(self, cells: Mapping[str, Mapping[str, Any]]) -> Iterator[RoutedCell]:
        """Each cell as nextpnr has it, in a tile of its own."""
        for number, (name, cell) in enumerate(cells.items()):
            kind, parameters = cell["type"], cell["parameters"]
            if kind in {"RAM32M", "RAM64M"}:
                yield from self._slice(f"CLBLM_L_X{number}Y0", name, kind, parameters)
            elif kind in {"RAMB18E1", "RAMB36E1"}:
                yield self._block(f"BRAM_L_X{number}Y0", name, kind, parameters)

    def _slice(
        self, tile: str, name: str, kind: str, parameters: Mapping[str, str]
    ) -> Iterator[RoutedCell]:
        for lut, letter in enumerate("ABCD"):
            init = contents(parameters, f"INIT_{letter}", 64)
            two = kind == "RAM32M"
            held = np.concatenate([init[0::2], init[1::2]]) if two else init
            self._bits[tile, f"SLICEM_X0.{letter}LUT.INIT"] = held
            for half in ("_0", "_1") if two else ("",):
                yield routed(
                    f"inner.{name}/DPR{lut}{half}",
                    "SLICE_LUTX",
                    original="RAMD32" if two else "RAMD64E",
                    tile=tile,
                    element=f"{letter}{5 if half == '_0' else 6}LUT",
                )

    def _block(self, tile: str, name: str, kind: str, parameters: Mapping[str, str]) -> RoutedCell:
        halves = 1 if kind == "RAMB18E1" else 2
        for parity, numbers in (("", 64), ("P", 8)):
            names = [f"INIT{parity}_{n:02X}" for n in range(numbers * halves)]
            whole = np.concatenate([contents(parameters, each, 256) for each in names])
            for half in range(halves):
                mine = whole[half::halves].reshape(numbers, 256)
                for n in range(numbers):
                    self._bits[tile, f"RAMB18_Y{half}.INIT{parity}_{n:02X}"] = mine[n]
        return routed(
            f"inner.{name}", f"{kind}_{kind}", original=kind, tile=tile, parameters=parameters
        )


def routed(
    name: str,
    kind: str,
    *,
    original: str,
    tile: str,
    element: str = "",
    parameters: Mapping[str, str] | None = None,
) -> RoutedCell:
    return RoutedCell(
        name=name,
        type=kind,
        original=original,
        tile=tile,
        site="",
        x=0,
        y=0,
        element=element,
        parameters=parameters or {},
        pins={},
        nets={},
    )


def contents(parameters: Mapping[str, str], name: str, bits: int) -> NDArray[np.bool_]:
    text = parameters.get(name, "").rjust(bits, "0")
    return np.array([bit == "1" for bit in reversed(text)])


def verilog(words: Mapping[str, list[int]]) -> str:
    """A memory of each shape with one write port and one synchronous read port."""
    ports = ["input clk", "input we", "input [15:0] ra", "input [15:0] wa", "input [127:0] wd"]
    body = ""
    for style, shapes in SHAPES.items():
        for depth, width in shapes:
            name, bits = f"m{depth}", (depth - 1).bit_length()
            ports.append(f"output reg [{width - 1}:0] q{depth}")
            lines = "".join(
                f"    {name}[{n}] = {width}'h{w:x};\n" for n, w in enumerate(words[name])
            )
            body += (
                f'  (* ram_style = "{style}" *)\n  reg [{width - 1}:0] {name} [{depth - 1}:0];\n'
                f"  initial begin\n{lines}  end\n  always @(posedge clk) begin\n"
                f"    if (we) {name}[wa[{bits - 1}:0]] <= wd[{width - 1}:0];\n"
                f"    q{depth} <= {name}[ra[{bits - 1}:0]];\n  end\n"
            )
    return f"module top({', '.join(ports)});\n{body}endmodule\n"


@pytest.mark.slow
def test_words_of_every_shape_come_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    shapes = [shape for group in SHAPES.values() for shape in group]
    words = {
        f"m{depth}": [int.from_bytes(rng.bytes(16), "little") % (1 << width) for _ in range(depth)]
        for depth, width in shapes
    }
    (tmp_path / "top.v").write_text(verilog(words), encoding="utf-8")
    script = [
        "read_verilog top.v",
        "synth_xilinx -family xc7 -top top -flatten -noiopad",
        "write_json netlist.json",
    ]
    run_yosys(script, tmp_path, name="synthesis")
    cells = json.loads((tmp_path / "netlist.json").read_text())["modules"]["top"]["cells"]
    device: Any = InitialBits(cells)
    parts = ram_parts(device, device.netlist)
    assert sorted(parts) == sorted(words)
    for depth, width in shapes:
        (held,) = words_held(parts[f"m{depth}"], depth, width)
        assert held.present == [(1 << width) - 1] * depth
        assert held.words == words[f"m{depth}"]
