"""The instantiation template: every port and field of the core, in Verilog that compiles."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from hwgen.core.core_files import write_core
from hwgen.core.design import CoreDesign
from hwgen.testing.shapes import network


@pytest.mark.icarus
def test_an_instance_made_from_it_fits_the_core(tmp_path: Path) -> None:
    files = write_core(CoreDesign(network=network((4, 2, 1, 2)), name="little"), tmp_path)
    text = files.template.read_text()
    manifest = json.loads(files.manifest.read_text())
    for stream in manifest["ports"]["streams"].values():
        for name, (lowest, bits, signed) in stream["fields"].items():
            sign = ", two's complement" if signed else ""
            assert f"//   [{lowest + bits - 1}:{lowest}]: {name}{sign}. " in text
    (tmp_path / "user.v").write_text(f"`timescale 1ns / 1ps\nmodule user;\n{text}endmodule\n")
    command = ["iverilog", "-g2001", "-Wall", "-t", "null", "-s", "user", "user.v", "little.v"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    wrong = text.replace("wire [31:0] steps;", "wire [30:0] steps;")
    assert wrong != text
    (tmp_path / "user.v").write_text(f"`timescale 1ns / 1ps\nmodule user;\n{wrong}endmodule\n")
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "steps" in run.stderr
