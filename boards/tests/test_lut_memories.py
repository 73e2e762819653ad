"""Contents of memories in LUTs: put where nextpnr says each LUT lies, bit by bit."""

from __future__ import annotations

import json
import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from boards.bitstream.lut_memories import restore_lut_memories

TILE = "CLBLM_R_X47Y128"


def lut(letter: str, half: int, name: str) -> dict[str, Any]:
    place = f"X98Y121/SLICE_X0Y0.{letter}{half}LUT"
    attributes = {"NEXTPNR_BEL": place, "X_ORIG_TYPE": "RAMD32"}
    return {name: {"type": "SLICE_LUTX", "parameters": {}, "attributes": attributes}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A RAM32M whose ports lie in other LUTs than they are called after, and a RAM64M."""
    rng = random.Random(1)
    inits = {f"INIT_{port}": f"{rng.getrandbits(64):064b}" for port in "ABCD"}
    memories = {
        "a.weights.0.0": {"type": "RAM32M", "parameters": inits},
        "a.weights.0.1": {"type": "RAM64M", "parameters": {"INIT_A": "1" * 3, "INIT_B": "x" * 64}},
    }
    cells: dict[str, Any] = {}
    for number, letter in enumerate("DCBA"):
        for half in (0, 1):
            cells |= lut(letter, 5 + half, f"a.weights.0.0/DPR{number}_{half}")
    other = {"TABLE": "1"}
    netlist = {"modules": {"board": {"cells": memories}, "box": {"cells": {}}}}
    (tmp_path / "netlist.json").write_text(json.dumps(netlist))
    top = {"cells": cells | {"else": lut("A", 6, "else")["else"] | {"parameters": other}}}
    (tmp_path / "routed.json").write_text(json.dumps({"modules": {"top": top}}))
    lines = [f"{TILE}.SLICEM_X0.{letter}LUT.INIT[63:0] = 64'b{0:064b}" for letter in "ABCD"]
    (tmp_path / "board.fasm").write_text("\n".join(["FIRST", *lines, "LAST", ""]))
    return tmp_path


def test_every_lut_gets_its_words(folder: Path) -> None:
    database: Any = SimpleNamespace(
        by_place={(98, 121): SimpleNamespace(name=TILE)}, device="xc7a100t"
    )
    fasm = folder / "board.fasm"
    assert restore_lut_memories(fasm, folder / "netlist.json", database) == 4
    cells = json.loads((folder / "netlist.json").read_text())["modules"]["board"]["cells"]
    inits = cells["a.weights.0.0"]["parameters"]
    first, last, *written = fasm.read_text().splitlines()
    assert (first, last) == ("FIRST", "LAST")
    found = dict(line.split(" = 64'b") for line in written)
    for port, letter in zip("ABCD", "DCBA", strict=True):
        words = inits[f"INIT_{port}"][::-1]  # two bits a word, the lowest word first
        low, high = words[0::2], words[1::2]
        assert found[f"{TILE}.SLICEM_X0.{letter}LUT.INIT[63:0]"] == (low + high)[::-1]
