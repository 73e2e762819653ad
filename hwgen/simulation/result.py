"""What a simulation found: predictions, clocks, parameters and counters of each operation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hwgen.simulation.job import (
    AccessParameters,
    Job,
    Parameters,
    Play,
    ReadParameters,
    Reset,
    WriteParameters,
)
from hwgen.simulation.records import read_words, split_parameters
from hwgen.simulation.verilator_runtime import SimulatorError
from software_ref.console.atomic_file import atomic_file
from software_ref.plan.ports import SATURATION_COUNTERS, CorePorts

__all__ = ["OperationResult", "PlayResult", "Result", "read_result"]

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class OperationResult:
    """What every operation has. Clock t is the t-th rising edge since the simulation began."""

    first_clock: int
    """Clock in which the operation began; its first offer can be taken in the next."""
    last_clock: int
    """Clock in which it was found done."""
    steps: int
    """The core's `steps` at the end."""
    saturations: Integers
    """The core's saturation counters at the end, `int64 (junctions, 3)`: FF, BP, UP."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PlayResult(OperationResult):
    """What came of the samples that one `Play` offered, in their order.

    Predictions that came after the operation's end are here too; those that a reset or the end of
    the job cut off are missing at the end of their four arrays.
    """

    sample_clocks: Integers
    """Clock at which each sample's last beat was accepted, `int64 (samples,)`."""
    prediction_clocks: Integers
    """Clock at which each prediction was accepted, `int64 (predictions,)`."""
    tags: Integers
    """Sample numbers since reset modulo 2^16."""
    predictions: Integers
    """Predicted classes."""
    correct: npt.NDArray[np.bool_]
    """The core's own verdicts."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """What a job found."""

    operations: tuple[OperationResult, ...]
    """One per operation of the job."""
    plays: tuple[PlayResult, ...]
    """One per `Play`."""
    parameters: tuple[Parameters, ...]
    """One per `ReadParameters`."""
    values: tuple[Integers, ...]
    """Values answered, one array `int64 raw (requests,)` per `AccessParameters`."""
    errors: tuple[npt.NDArray[np.bool_], ...]
    """Whether no parameter lies at the place requested, likewise."""

    def save(self, path: Path) -> None:
        """Write all arrays to an `.npz`, whole or not at all.

        `operation_<field>` have one row per operation; `play<n>_<field>`, `weights<n>_<i>`,
        `biases<n>_<i>`, `addresses<n>_<i>` of a core that can tell them (junction i counted from
        1), `values<n>` and `errors<n>` count their operations from 0.
        """
        arrays: dict[str, Any] = {
            f"operation_{name}": np.array([getattr(o, name) for o in self.operations])
            for name in ("first_clock", "last_clock", "steps", "saturations")
        }
        for number, play in enumerate(self.plays):
            for name in ("sample_clocks", "prediction_clocks", "tags", "predictions", "correct"):
                arrays[f"play{number}_{name}"] = getattr(play, name)
        for number, parameters in enumerate(self.parameters):
            for name in ("weights", "biases", "addresses"):
                for index, values in enumerate(getattr(parameters, name), 1):
                    arrays[f"{name}{number}_{index}"] = values
        for name in ("values", "errors"):
            arrays |= {f"{name}{number}": part for number, part in enumerate(getattr(self, name))}
        with atomic_file(path) as unfinished, unfinished.open("wb") as file:
            np.savez(file, **arrays)


def read_result(job: Job, ports: CorePorts, run_dir: Path) -> Result:
    """Gather a run's records into a result.

    Raises
    ------
    SimulatorError
        Where the core gave more answers to parameter requests than there were, or has no
        parameter where one must be.
    """
    outcomes = json.loads((run_dir / "outcome.json").read_text(encoding="utf-8"))
    accepted = read_words(run_dir / "accepted.bin", 1)[:, 0].astype(np.int64)
    predictions = read_words(run_dir / "predictions.bin", 2)
    answers = ports.value.columns(_octets(read_words(run_dir / "values.bin", 1)[:, 0]))
    counters = len(SATURATION_COUNTERS)

    operations: list[OperationResult] = []
    plays: list[PlayResult] = []
    parameters: list[Parameters] = []
    values: list[Integers] = []
    errors: list[npt.NDArray[np.bool_]] = []
    shares = iter(_prediction_shares(job, outcomes))
    samples = taken = 0
    for operation, outcome in zip(job.operations, outcomes, strict=True):
        words = outcome["last_saturations"].to_bytes(ports.saturations_width // 8, "little")
        common = {
            "first_clock": outcome["first_clock"],
            "last_clock": outcome["last_clock"],
            "steps": outcome["last_steps"],
            "saturations": np.frombuffer(words, "<u4").astype(np.int64).reshape(-1, counters),
        }
        result: OperationResult = OperationResult(**common)
        if isinstance(operation, Play):
            count = len(operation.samples)
            clocks = accepted[samples : samples + count]
            result = play = _play_result(ports, clocks, predictions[next(shares)], common)
            samples += count
            plays.append(play)
        elif isinstance(operation, ReadParameters | WriteParameters | AccessParameters):
            single = isinstance(operation, AccessParameters)
            requests = _requests(operation, ports)
            part = slice(taken, taken + requests)
            taken += requests
            wrong = answers.error[part].astype(np.bool_)
            if single:
                values.append(answers.value[part])
                errors.append(wrong)
            elif wrong.any():
                raise SimulatorError(
                    f"the core has no parameter at the place of request {int(wrong.argmax())} "
                    f"of {requests} for all parameters"
                )
            elif isinstance(operation, ReadParameters):
                parameters.append(split_parameters(answers.value[part], ports))
        if outcome["values_accepted"] != taken:
            raise SimulatorError(
                f"the core gave {outcome['values_accepted']} answers to {taken} parameter requests"
            )
        operations.append(result)
    return Result(
        operations=tuple(operations),
        plays=tuple(plays),
        parameters=tuple(parameters),
        values=tuple(values),
        errors=tuple(errors),
    )


def _requests(
    operation: ReadParameters | WriteParameters | AccessParameters, ports: CorePorts
) -> int:
    """How many parameters an operation accesses."""
    match operation:
        case AccessParameters(write=write):
            return len(write)
        case WriteParameters(parameters=parameters) if not len(parameters.addresses):
            return ports.parameters
    return ports.parameters + ports.addresses


def _play_result(
    ports: CorePorts,
    sample_clocks: Integers,
    predictions: npt.NDArray[np.uint64],
    common: dict[str, Any],
) -> PlayResult:
    payloads, clocks = predictions.T
    found = ports.prediction.columns(_octets(payloads))
    return PlayResult(
        **common,
        sample_clocks=sample_clocks,
        prediction_clocks=clocks.astype(np.int64),
        tags=found.tag,
        predictions=found.prediction,
        correct=found.correct.astype(np.bool_),
    )


def _prediction_shares(job: Job, outcomes: list[dict[str, int]]) -> list[slice]:
    """Return each play's share of the predictions: those since a reset are in sample order."""
    shares: list[slice] = []
    begin = offered = 0  # predictions before this reset, samples since
    for operation, outcome in zip(job.operations, outcomes, strict=True):
        if isinstance(operation, Play):
            shares.append(slice(begin + offered, begin + offered + len(operation.samples)))
            offered += len(operation.samples)
        if isinstance(operation, Reset):
            given = outcome["predictions_accepted"]
            shares = [slice(min(share.start, given), min(share.stop, given)) for share in shares]
            begin, offered = given, 0
    end = outcomes[-1]["predictions_accepted"] if outcomes else 0
    return [slice(min(share.start, end), min(share.stop, end)) for share in shares]


def _octets(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """The bytes of words, the lowest first: uint8 (n, 8)."""
    return np.ascontiguousarray(words, "<u8").view(np.uint8).reshape(-1, 8)
