"""What a tool says of exported Verilog."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from hwgen.simulation.verilator import find_toolchain

__all__ = ["output_of"]


def output_of(*command: str | Path, cwd: Path) -> tuple[int, str]:
    """Run a command, Verilator among them: its exit status, and all that it prints."""
    run = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=os.environ | {"VERILATOR_ROOT": str(find_toolchain().root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout
