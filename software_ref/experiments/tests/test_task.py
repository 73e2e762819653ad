"""What makes two tasks the same."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from software_ref.experiments.data_spec import DataSpec
from software_ref.experiments.task import canonical, identity
from software_ref.experiments.training_task import TrainingTask
from software_ref.mlp.options import MlpOptions

TASK = TrainingTask(
    data=DataSpec(name="digits"),
    layers=(64, 40, 10),
    out_degree=(10, 5),
    kind="clash_free",
    options=MlpOptions(),
    parallelism=(16, 4),
)

CHANGES: dict[str, Any] = {
    "data": DataSpec(name="digits", train=100),
    "layers": (64, 20, 10),
    "out_degree": (5, 5),
    "kind": "structured",
    "options": MlpOptions(seed=2),
    "parallelism": (16, 2),
    "swaps": 0.5,
}


def test_equal_tasks_share_a_name() -> None:
    assert identity(TASK) == identity(replace(TASK))
    assert len(identity(TASK)) == 20


@pytest.mark.parametrize("field", [field.name for field in fields(TASK)])
def test_every_field_makes_another_task(field: str) -> None:
    assert identity(replace(TASK, **{field: CHANGES[field]})) != identity(TASK)


def test_the_order_of_options_does_not_matter() -> None:
    one = DataSpec(name="morse", options={"noise_sigma": 1, "dilation": 4})
    other = DataSpec(name="morse", options={"dilation": 4, "noise_sigma": 1})
    assert identity(replace(TASK, data=one)) == identity(replace(TASK, data=other))
    assert one.key == other.key


def test_a_task_is_plain_values() -> None:
    document = canonical(TASK)
    assert document["task"] == "TrainingTask"
    assert document["options"]["schedule"] == {"kind": "constant", "factor": 0.0, "every": 1}
