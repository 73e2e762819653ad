"""Simulates an exported core: builds it once with its player, then carries out jobs on it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np

from hwgen.export.lint_waivers import lint_waivers
from hwgen.simulation import icarus
from hwgen.simulation.clock import STEPS_PER_CLOCK
from hwgen.simulation.job import (
    AccessParameters,
    Drain,
    Job,
    Operation,
    Play,
    ReadParameters,
    Reset,
    Wait,
    WriteParameters,
)
from hwgen.simulation.process import run_cocotb
from hwgen.simulation.records import (
    access_records,
    address_places,
    feature_records,
    join_parameters,
    parameter_addresses,
    sample_records,
    write_records,
)
from hwgen.simulation.result import Result, read_result
from hwgen.simulation.verilator import Mode, SimulatorError, Source, build
from software_ref.plan.ports import CorePorts

__all__ = ["Simulation", "Simulator", "SimulatorError"]

Simulator = Literal["verilator", "icarus"]

_PLAYER = Path(__file__).with_name("player.sv")
_MOST_BITS = {"header": 32, "prediction": 64, "request": 64, "value": 64}
"""Bits of the player's records."""
_RUN_FILES = ("*.bin", "job.json", "outcome.json", "outcome.part", "error.txt", "waves.vcd")


class Simulation:
    """An exported core in its player, built for a simulator.

    ::

        features.bin, samples_<n>.bin ──>┌────────┐<──> core's streams
        requests_<n>.bin ───────────────>│ player │──> accepted, predictions, values.bin
        job.json ──> bench (cocotb) <───>└────────┘
                          └──> outcome.json

    Parameters
    ----------
    build_dir
        Folder for what is built and run; any number of processes may use it.
    ports
        The core's ports.
    source
        The core's Verilog.
    simulator
        "verilator"; or "icarus", which has X and Z beside 0 and 1 and is a thousand times as slow.
        What follows is Verilator's.
    mode
        "fast_build" or "fast_run", see `verilator.build`.
    waves
        Write `waves.vcd` into every run's folder.
    jobs
        Compilers at a time; default: the processors of the machine.

    Raises
    ------
    ValueError
        The player has no room for payloads as wide as the core's.
    """

    def __init__(
        self,
        build_dir: Path,
        ports: CorePorts,
        *,
        source: Path | Source,
        simulator: Simulator = "verilator",
        mode: Mode = "fast_build",
        waves: bool = False,
        jobs: int | None = None,
    ) -> None:
        self.build_dir = build_dir
        self.ports = ports
        self.source = source if isinstance(source, Source) else Source.read(source)
        self.simulator: Simulator = simulator
        self.mode: Mode = mode
        self.waves = waves
        self.jobs = jobs
        for name, most in _MOST_BITS.items():
            if getattr(ports, name).bits > most:
                raise ValueError(
                    f"{name} payloads must have at most {most} bits to be simulated, "
                    f"not {getattr(ports, name).bits}"
                )

    def build(self) -> Path:
        """Build the simulator, unless it is there already, and return its executable.

        Raises
        ------
        SimulatorError
            Where a tool is missing or rejects the core, also for ports that are not the core's.
        """
        parameters = {
            "FEATURES_W": self.ports.beat_width,
            "HEADER_W": self.ports.header.bits,
            "BEATS": self.ports.beats,
            "PREDICTION_W": self.ports.prediction.bits,
            "REQUEST_W": self.ports.request.bits,
            "VALUE_W": self.ports.value.bits,
            "SATURATIONS_W": self.ports.saturations_width,
        }
        defines = {"CORE": self.ports.top}
        if not self.ports.parameter_port:
            defines["NO_PARAMETER_PORT"] = "1"
        if self.simulator == "icarus":
            return icarus.build(
                sources=[_PLAYER, self.source],
                top="player",
                build_dir=self.build_dir,
                parameters=parameters,
                defines=defines,
            )
        # Other warnings than those waived stop the build, and so do all of the player's, which is
        # where ports of another width than stated show.
        waivers = Source("core.vlt", lint_waivers(self.source.name))
        return build(
            sources=[waivers, _PLAYER, self.source],
            top="player",
            build_dir=self.build_dir,
            mode=self.mode,
            parameters=parameters,
            defines=defines,
            waves=self.waves,
            jobs=self.jobs,
        )

    def run(
        self,
        job: Job,
        *,
        run_dir: Path | None = None,
        waves_from: int = 0,
        progress: Callable[[int], None] | None = None,
        timeout: float | None = None,
    ) -> Result:
        """Carry out a job, from reset, with the parameters that the Verilog file initialises.

        Parameters
        ----------
        job
            What to do.
        run_dir
            Folder for the run's files, those of an earlier run are deleted; default: one in the
            build folder that goes again, unless the run fails.
        waves_from
            Clock that `waves.vcd` begins with.
        progress
            Called now and then with the number of samples accepted so far.
        timeout
            Seconds that the run may take.

        Raises
        ------
        ValueError
            For a job that the core's ports cannot carry.
        SimulatorError
            Where the build fails, or the core gets stuck, breaks a stream's rules or crashes.
        """
        executable = self.build()
        settings: dict[str, Any] = {
            "waves_from": waves_from,
            "progress": progress,
            "timeout": timeout,
        }
        if run_dir is not None:
            run_dir.mkdir(parents=True, exist_ok=True)
            for pattern in _RUN_FILES:
                for old in run_dir.glob(pattern):
                    old.unlink()
            return self._run(job, executable, run_dir, **settings)
        private = Path(tempfile.mkdtemp(prefix="run-", dir=self.build_dir))
        failed = False
        try:
            return self._run(job, executable, private, **settings)
        except SimulatorError:
            failed = True
            raise
        finally:
            if not failed:
                shutil.rmtree(private)

    def _run(
        self,
        job: Job,
        executable: Path,
        run_dir: Path,
        *,
        waves_from: int,
        progress: Callable[[int], None] | None,
        timeout: float | None,
    ) -> Result:
        self._write_job(job, run_dir)
        try:
            run_cocotb(
                executable,
                top="player",
                test_module="hwgen.simulation.bench",
                run_dir=run_dir,
                loader=icarus.loader() if self.simulator == "icarus" else (),
                waves=run_dir / "waves.vcd" if self.waves else None,
                waves_from=STEPS_PER_CLOCK * waves_from,
                progress=progress,
                timeout=timeout,
            )
        except SimulatorError:
            error = run_dir / "error.txt"
            if error.exists():
                said = error.read_text(encoding="utf-8")
                raise SimulatorError(f"{said}; see {run_dir / 'run.log'}") from None
            raise
        return read_result(job, self.ports, run_dir)

    def _write_job(self, job: Job, run_dir: Path) -> None:
        features = np.zeros((0, self.ports.features)) if job.features is None else job.features
        write_records(run_dir / "features.bin", feature_records(features, self.ports))
        settings = [
            self._write_operation(job, number, operation, run_dir)
            for number, operation in enumerate(job.operations)
        ]
        table = {
            "patience": job.patience,
            "reset_clocks": job.reset_clocks,
            "operations": settings,
        }
        text = json.dumps(table, indent=1)
        (run_dir / "job.json").write_text(text, encoding="utf-8")

    def _write_operation(
        self, job: Job, number: int, operation: Operation, run_dir: Path
    ) -> dict[str, Any]:
        """Write an operation's list; return the settings of the player's control registers."""
        match operation:
            case Reset(clocks=clocks):
                return {"operation": "reset", "count": clocks}
            case Wait(clocks=clocks):
                return {"operation": "wait", "count": clocks}
            case Drain(stalls=stalls):
                return {"operation": "drain", "stalls": asdict(stalls)}
            case Play(stalls=stalls) as play:
                assert job.labels is not None
                records = sample_records(play, job.labels, self.ports)
                write_records(run_dir / f"samples_{number}.bin", [records])
                kind, count = "play", len(records)
            case AccessParameters() | WriteParameters() | ReadParameters():
                access = self._access(operation)
                records = access_records(access, self.ports)
                write_records(run_dir / f"requests_{number}.bin", [records])
                kind, count = "request", len(records)
        return {
            "operation": kind,
            "file": number,
            "count": count,
            "stalls": asdict(operation.stalls),
        }

    def _access(
        self, operation: AccessParameters | WriteParameters | ReadParameters
    ) -> AccessParameters:
        if not self.ports.parameter_port:
            raise ValueError("operations must access no parameters: the core has no parameter port")
        if isinstance(operation, AccessParameters):
            return operation
        junction, bias, row, lane = parameter_addresses(self.ports).T
        count = len(junction)
        if isinstance(operation, ReadParameters) or len(operation.parameters.addresses):
            where, word_row, memory = address_places(self.ports).T
            junction, row, lane = (
                np.concatenate(pair)
                for pair in ((junction, where), (row, word_row), (lane, memory))
            )
            bias = np.concatenate([bias, 0 * where])
        write = isinstance(operation, WriteParameters)
        data = join_parameters(operation.parameters, self.ports) if write else 0 * junction
        return AccessParameters(
            write=np.full(len(junction), write),
            **{"junction": junction, "bias": bias, "row": row, "lane": lane, "data": data},
            address=np.arange(len(junction)) >= count,
            stalls=operation.stalls,
        )
