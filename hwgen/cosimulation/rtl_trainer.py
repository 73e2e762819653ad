"""The exported core in simulation, with the golden trainer's interface."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hwgen.core.design import CoreDesign
from hwgen.simulation.job import (
    Drain,
    Job,
    Operation,
    Play,
    ReadParameters,
    Stalls,
    WriteParameters,
)
from hwgen.simulation.job import Parameters as RawParameters
from hwgen.simulation.result import PlayResult
from hwgen.simulation.run import Simulation
from hwgen.simulation.verilator import SimulatorError, Source
from software_ref.connections.clash_free import ClashFreePattern
from software_ref.connections.stored_words import stored_words, with_stored_words
from software_ref.console.atomic_file import atomic_file
from software_ref.golden import Parameters, RunResult, SaturationCounts
from software_ref.golden.samples import Progress, Samples
from software_ref.network import Network
from software_ref.plan.beats import narrowed
from software_ref.sample_trainer import SampleTrainer

__all__ = ["RtlTrainer"]


class RtlTrainer(SampleTrainer):
    """Trains the core's Verilog under Verilator.

    Between two calls the core is drained, so its parameters are its whole state: every call is a
    simulation of its own that first writes them through the parameter port, connections that move
    among them. Those of a core without one are constants.

    Parameters
    ----------
    design
        The core.
    build_dir
        Folder for Verilog, simulator and job files; a simulator built there before is used again
        if nothing changed. Any number of processes may use it.
    parameters
        What to start from; by default the initial parameters that are part of the Verilog.
    stalls
        Random gaps in the streams.
    reset_clocks
        Clocks of reset before a run; 0: the core starts as it is at power-up.
    optimise
        Build for speed of simulation rather than of the build.

    Raises
    ------
    ToolError
        The simulator cannot be built, or stopped.
    ValueError
        Parameters are given for a core without a parameter port.
    """

    def __init__(
        self,
        design: CoreDesign,
        build_dir: Path,
        parameters: Parameters | None = None,
        *,
        stalls: Stalls | None = None,
        reset_clocks: int = 1,
        optimise: bool = True,
    ):
        if parameters is not None and not design.ports.parameter_port:
            raise ValueError("parameters must be those of the design: they are constants")
        self.design = design
        self._parameters = parameters or design.parameters
        self.saturations = SaturationCounts.none(len(design.network.junctions))
        """Values saturated so far."""
        self.sample_clocks: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        """Clock at which each sample of the last run was accepted whole."""
        self.simulation_seconds = 0.0
        """Wall-clock time of all simulations."""
        self._stalls = stalls or Stalls()
        self._reset_clocks = reset_clocks
        self._written = parameters is None
        self._samples = 0
        build_dir.mkdir(parents=True, exist_ok=True)
        source = Source(f"{design.name}.v", design.verilog)
        with atomic_file(build_dir / source.name) as unfinished:  # for the user to read
            unfinished.write_text(source.text, encoding="utf-8")
        began = time.perf_counter()
        self._simulation = Simulation(
            build_dir / "simulation",
            design.ports,
            source=source,
            mode="fast_run" if optimise else "fast_build",
        )
        self._simulation.build()
        self.build_seconds = time.perf_counter() - began
        """Wall-clock time that building the simulator took."""

    @property
    def network(self) -> Network:
        """See SampleTrainer."""
        return self.design.network

    @property
    def parameters(self) -> Parameters:
        """Raw weights and biases, and connections that move, as last read from the core."""
        return self._parameters

    @parameters.setter
    def parameters(self, parameters: Parameters) -> None:
        """What the next call writes first."""
        self._parameters, self._written = parameters, False

    def rewire(self, epoch: int, epochs: int) -> None:
        """Move connections between an epoch, from 0, and the next of so many."""
        self.parameters = self.parameters.rewired(epoch, epochs)

    def run_samples(
        self, samples: Samples, *, progress: Progress | None = None, drain: bool = True
    ) -> RunResult:
        """Play samples, drain, and read back every parameter.

        Raises
        ------
        ValueError
            `drain` is false: what is read back is final after a drain alone.
        """
        if not drain:
            raise ValueError("drain must be true: between two runs the core's parameters are read")
        play = Play(
            samples=range(len(samples)),
            train=samples.train,
            rate_exponent=samples.rate_exponent,
            stalls=self._stalls,
        )
        played = self._run(samples, [play, Drain(stalls=self._stalls)], progress)
        self.sample_clocks = played.sample_clocks
        first, self._samples = self._samples, self._samples + len(samples)
        return RunResult(first=first, predictions=played.predictions, correct=played.correct)

    def infer(self, features: ArrayLike) -> NDArray[np.int64]:
        """Predict classes without training."""
        raw = np.asarray(features)
        labels = np.zeros(len(raw), dtype=np.int64)
        samples = Samples.check(self.design.network, raw, labels, False, 0)
        play = Play(samples=range(len(samples)), train=False, stalls=self._stalls)
        return self._run(samples, [play, Drain()], None).predictions

    def _run(
        self, samples: Samples, operations: list[Operation], progress: Progress | None
    ) -> PlayResult:
        port = self.design.ports.parameter_port
        if not self._written:
            raw = RawParameters(
                weights=self.parameters.weights,
                biases=self.parameters.biases,
                addresses=self._addresses(),
            )
            operations = [WriteParameters(parameters=raw), *operations]
        if port:
            operations = [*operations, ReadParameters()]
        job = Job(
            operations=operations,
            features=narrowed(self.network, samples.features),
            labels=samples.labels,
            reset_clocks=self._reset_clocks,
        )
        began = time.perf_counter()
        result = self._simulation.run(job, progress=_increments(progress))
        self.simulation_seconds += time.perf_counter() - began
        if port:
            final = result.parameters[-1]
            self.parameters = Parameters(
                network=self.design.network,
                weights=tuple(final.weights),
                biases=tuple(final.biases),
                patterns=self._patterns(final.addresses),
            )
        ff, bp, up = result.operations[-1].saturations.T.tolist()
        self.saturations += SaturationCounts(ff=tuple(ff), bp=tuple(bp), up=tuple(up))
        return result.plays[0]

    def _addresses(self) -> list[NDArray[np.int64]]:
        """Of each junction, those that can be written."""
        if not self.design.ports.rewritable:
            return []
        pairs = zip(self.parameters.connections, self.design.ports.junctions, strict=True)
        return [stored_words(pattern)[: places.addresses] for pattern, places in pairs]

    def _patterns(
        self, addresses: Sequence[NDArray[np.int64]]
    ) -> tuple[ClashFreePattern, ...] | None:
        """The connections of what was read; None where none can move."""
        if self.parameters.patterns is None:
            return None
        pairs = zip(self.parameters.patterns, addresses, strict=True)
        try:
            return tuple(
                with_stored_words(pattern, words) if len(words) else pattern
                for pattern, words in pairs
            )
        except ValueError as error:
            raise SimulatorError(f"the core's addresses are no connections: {error}") from None


def _increments(progress: Progress | None) -> Callable[[int], None] | None:
    """Turn totals, as the simulation reports them, into what was added since the last."""
    if progress is None:
        return None
    done = 0

    def report(total: int) -> None:
        nonlocal done
        progress(total - done)
        done = total

    return report
