"""Builds Verilog for Icarus, a simulator of four states: what nobody set is X and spreads."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cocotb_tools import config

from hwgen.simulation.verilator import Source
from hwgen.simulation.verilator_runtime import SimulatorError

__all__ = ["build", "find_program", "loader"]


def find_program(name: str) -> str:
    """Path of `iverilog`, the compiler, or `vvp`, which runs what that wrote.

    Raises
    ------
    SimulatorError
        Naming what to install.
    """
    path = shutil.which(name)
    if path is None:
        raise SimulatorError(
            f"simulation in four states needs Icarus's {name}: "
            f"install it (Debian and Ubuntu: `apt install iverilog`)"
        )
    return path


def build(
    *,
    sources: Sequence[Path | Source],
    top: str,
    build_dir: Path,
    parameters: Mapping[str, int] | None = None,
    defines: Mapping[str, str] | None = None,
) -> Path:
    """Compile Verilog for `vvp`, in a second or two, and return the path of the program.

    Parameters
    ----------
    sources
        Verilog files, or their texts; Verilator's control files (`.vlt`) among them are left out.
    top
        Top module.
    build_dir
        Folder for the program; created where missing.
    parameters, defines
        Parameters of the top module; macros. FOUR_STATE is always defined.

    Raises
    ------
    SimulatorError
        Where Icarus is missing, rejects its input, or warns of it: ports of another width than what
        is connected are a warning.
    """
    compiler = find_program("iverilog")
    build_dir.mkdir(parents=True, exist_ok=True)
    program = build_dir / "simulator.vvp"
    with tempfile.TemporaryDirectory(dir=build_dir) as folder:
        part = Path(folder) / program.name
        files = [
            source.write(Path(folder)) if isinstance(source, Source) else source.resolve()
            for source in sources
            if not source.name.endswith(".vlt")
        ]
        run = subprocess.run(
            [
                *(compiler, "-g2012", "-s", top, "-o", part, "-DFOUR_STATE"),
                *(f"-P{top}.{name}={value}" for name, value in (parameters or {}).items()),
                *(f"-D{name}={value}" for name, value in (defines or {}).items()),
                *files,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        lines = run.stdout.splitlines()
        if run.returncode or any("warning:" in line for line in lines):
            reason = lines[0] if lines else f"exit status {run.returncode}"
            raise SimulatorError(f"iverilog failed: {reason}")
        os.replace(part, program)
    return program


def loader() -> tuple[str, ...]:
    """The command that runs a program under cocotb, without the program."""
    return (find_program("vvp"), "-N", "-m", str(config.lib_name_path("vpi", "icarus")))
