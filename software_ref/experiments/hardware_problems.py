"""The networks that studies of the numbers train bit-exactly, as the examples describe them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from software_ref.experiments.data_spec import DataSpec
from software_ref.experiments.golden_task import GoldenTask
from software_ref.experiments.scale import QUICK_EPOCHS, Scale

__all__ = ["DEFAULT_SETS", "HARDWARE_PROBLEMS", "SETS", "HardwareProblem", "choose"]


@dataclass(frozen=True, kw_only=True)
class HardwareProblem:
    """A network with its data and its training in fixed point."""

    name: str
    """What `--sets` calls it."""
    title: str
    """What tables and pictures call it."""
    base: GoldenTask
    """What variants are made of; its seed is replaced."""

    def task(self, scale: Scale, seed: int, **changes: Any) -> GoldenTask:
        """One training with some settings changed."""
        task = replace(self.base, seed=seed, **changes)
        epochs = min(task.epochs, QUICK_EPOCHS) if scale.quick else task.epochs
        # Bit-exact trainings choose nothing by validation.
        return replace(task, data=replace(scale.data(task.data), validation=0), epochs=epochs)


HARDWARE_PROBLEMS = {
    problem.name: problem
    for problem in (
        HardwareProblem(
            name="mnist",
            title="MNIST, 1024-64-32 at 7.6 %",
            base=GoldenTask(
                data=DataSpec(name="mnist", train=12_544),
                layers=(1024, 64, 32),
                out_degree=(4, 16),
                parallelism=(128, 32),
                classes=10,
                epochs=15,
                rate_exponent=((0, 3), (2, 4), (6, 5), (10, 6)),
                seed=1,
            ),
        ),
        HardwareProblem(
            name="morse",
            title="Morse, 64-256-64 at 25 %",
            base=GoldenTask(
                data=DataSpec(
                    name="morse",
                    options={
                        "dot": [1, 2],
                        "dash": [4, 5],
                        "space": [1, 1],
                        "train_per_class": 400,
                        "test_per_class": 50,
                    },
                ),
                layers=(64, 256, 64),
                out_degree=(64, 16),
                parallelism=(32, 32),
                classes=64,
                epochs=10,
                rate_exponent=((0, 2), (4, 3), (6, 4)),
                seed=1,
                fraction=10,
            ),
        ),
        HardwareProblem(
            name="digits",
            title="8 x 8 digits, 64-40-10",
            base=GoldenTask(
                data=DataSpec(name="digits"),
                layers=(64, 40, 10),
                out_degree=(10, 10),
                parallelism=(32, 20),
                classes=10,
                epochs=12,
                rate_exponent=((0, 3), (6, 4), (9, 5)),
                seed=1,
            ),
        ),
    )
}
"""Problems by name."""

SETS = tuple(HARDWARE_PROBLEMS)
DEFAULT_SETS = ("mnist", "morse")


def choose(scale: Scale) -> Sequence[HardwareProblem]:
    """The problems that a study takes.

    Raises
    ------
    ValueError
        `scale` names one that is not there.
    """
    for name in scale.sets or ():
        if name not in HARDWARE_PROBLEMS:
            raise ValueError(f"--sets must be some of {','.join(SETS)}, not {name!r}")
    return [HARDWARE_PROBLEMS[name] for name in scale.sets or DEFAULT_SETS]
