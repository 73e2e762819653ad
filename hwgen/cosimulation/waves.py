"""Waveforms of a training run: the run once more, with every signal of the core written down."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen.core.design import CoreDesign
from hwgen.simulation.job import Drain, Job, Operation, Play, Stalls
from hwgen.simulation.run import Simulation, SimulatorError
from hwgen.simulation.verilator import Mode, Source
from software_ref.console.atomic_file import atomic_file
from software_ref.golden.samples import Samples
from software_ref.plan.beats import narrowed

__all__ = ["check_wave_file", "record_waves"]

CONVERTER = "vcd2fst"
"""GTKWave's program that makes an FST of a VCD file."""
LONG = 20_000
"""Clocks from which on an optimised simulator pays."""


def check_wave_file(path: Path) -> None:
    """Refuse a file whose ending says no kind of waveform, or one that cannot be made here.

    Raises
    ------
    ValueError
        It ends neither in .vcd nor in .fst.
    SimulatorError
        It ends in .fst, and GTKWave's converter is missing.
    """
    if path.suffix not in (".vcd", ".fst"):
        raise ValueError(f"--wave must name a file that ends in .vcd or .fst, not {str(path)!r}")
    if path.suffix == ".fst" and shutil.which(CONVERTER) is None:
        raise SimulatorError(
            f"an FST file needs GTKWave's {CONVERTER}: install it (Debian and Ubuntu: "
            "`apt install gtkwave`), or name a file that ends in .vcd"
        )


def record_waves(
    design: CoreDesign,
    folder: Path,
    path: Path,
    samples: Samples,
    *,
    first: int,
    sample_clocks: NDArray[np.int64],
    stalls: Stalls | None = None,
    reset_clocks: int = 1,
) -> None:
    """Write the waveforms of a run from one of its samples on.

    The core is `player.core` in them, with the names of the Verilog.

    Parameters
    ----------
    design
        The core.
    folder
        Where the simulator is built and kept; that of the run itself will do.
    path
        The file: .vcd, or .fst.
    samples
        The run's samples.
    first
        The sample whose first beat they begin with.
    sample_clocks
        Clock at which each sample was accepted in the run, as `RtlTrainer` has them.
    stalls
        The run's gaps in the streams.
    reset_clocks
        Clocks of reset that the run began with.
    """
    stalls = stalls or Stalls()
    play = Play(
        samples=range(len(samples)),
        train=samples.train,
        rate_exponent=samples.rate_exponent,
        stalls=stalls,
    )
    operations: list[Operation] = [play, Drain(stalls=stalls)]
    mode: Mode = "fast_run" if sample_clocks[-1] > LONG else "fast_build"
    simulation = Simulation(
        folder / "simulation",
        design.ports,
        source=Source(f"{design.name}.v", design.verilog),
        mode=mode,
        waves=True,
    )
    simulation.build()
    job = Job(
        operations=operations,
        features=narrowed(design.network, samples.features),
        labels=samples.labels,
        reset_clocks=reset_clocks,
    )
    begin = int(sample_clocks[first - 1]) if first else 0
    with tempfile.TemporaryDirectory(prefix="waves-", dir=folder) as run_dir:
        simulation.run(job, run_dir=Path(run_dir), waves_from=begin)
        with atomic_file(path) as unfinished:
            _convert(Path(run_dir) / "waves.vcd", unfinished, path.suffix)


def _convert(recorded: Path, target: Path, kind: str) -> None:
    """Put a VCD file where it belongs, or an FST file made of it."""
    if kind == ".vcd":
        shutil.move(recorded, target)
        return
    done = subprocess.run(
        [CONVERTER, recorded, target],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = done.stdout.splitlines() or [f"exit status {done.returncode}"]
        raise SimulatorError(f"{CONVERTER} failed: {lines[-1]}")
