"""The C header, as a C compiler reads it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hwgen.bus.axi_stream import PREDICTION_WORD, SAMPLE_HEADER
from hwgen.bus.core_summary import CoreSummary
from hwgen.bus.design import AxiDesign
from rtl_tests.core_kinds import design

CORE = design("relu")
WRAPPED = AxiDesign(core=CORE)
HEADER = WRAPPED.files()["relu_axi.h"]
COMPILER = shutil.which("gcc") or shutil.which("cc") or "cc"


def compiled(folder: Path, body: str) -> list[int]:
    """Numbers that a program with the header prints."""
    (folder / "relu_axi.h").write_text(HEADER)
    source = folder / "main.c"
    source.write_text(f'#include <stdio.h>\n#include "relu_axi.h"\nint main(void) {{\n{body}}}\n')
    options = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")
    subprocess.run([COMPILER, *options, source, "-o", folder / "main"], check=True)
    run = subprocess.run([folder / "main"], check=True, capture_output=True, text=True)
    return list(map(int, run.stdout.split()))


def printed(expression: str) -> str:
    return f'  printf("%lu\\n", (unsigned long)({expression}));\n'


def test_offsets_masks_and_figures_are_those_of_the_map(tmp_path: Path) -> None:
    wanted: dict[str, int] = {}
    for offset, index, register in WRAPPED.top.registers.places():
        name = f"RELU_{register.name}"
        wanted[f"{name}({index})" if register.several else name] = offset
        for field in register.fields:
            wanted[f"{name}_{field.name.upper()}_MASK"] = field.mask
            wanted[f"{name}_{field.name.upper()}_SHIFT"] = field.low
    for payload in (SAMPLE_HEADER, PREDICTION_WORD):
        for place, field in payload.places():
            name = f"RELU_{payload.name.upper()}_{field.name.upper()}"
            wanted[f"{name}_MASK"] = (1 << place + field.bits) - (1 << place)
            wanted[f"{name}_SHIFT"] = place
    for name, value in CoreSummary(CORE).numbers():
        wanted[f"RELU_{name.upper()}"] = value
    assert compiled(tmp_path, "".join(map(printed, wanted))) == list(wanted.values())
    defined = {*re.findall(r"^#define (\w+)", HEADER, re.MULTILINE)} - {"RELU_REGISTERS_H"}
    assert defined == {name.partition("(")[0] for name in wanted}


def test_the_tables_have_every_place_of_a_parameter(tmp_path: Path) -> None:
    body, wanted = "", []
    for number, junction in enumerate(CORE.ports.junctions):
        entry = f"relu_junctions[{number}]"
        wanted += [junction.weights, junction.parallelism, junction.right]
        body += "".join(printed(f"{entry}.{name}") for name in ("weights", "lanes", "biases"))
        for neuron, place in enumerate(zip(junction.bias_rows, junction.bias_lanes, strict=True)):
            wanted += place
            body += printed(f"{entry}.bias_rows[{neuron}]") + printed(
                f"{entry}.bias_lanes[{neuron}]"
            )
    assert compiled(tmp_path, body) == wanted


@pytest.mark.parametrize("again", [AxiDesign(core=CORE)])
def test_equal_cores_give_equal_files(again: AxiDesign) -> None:
    assert again.files() == WRAPPED.files()
