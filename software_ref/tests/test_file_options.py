"""Options of a network file without the file: what follows from them, and what is refused."""

from __future__ import annotations

import pytest

from software_ref.devices import DEVICES
from software_ref.file_options import DataOptions, TargetOptions, TrainingOptions


def test_the_rate_exponent_of_an_epoch_is_the_last_entry_that_has_begun() -> None:
    training = TrainingOptions(rate_exponent=((0, 3), (2, 4), (6, 5), (10, 6)))
    rates = [training.rate_exponent_at(epoch) for epoch in (0, 1, 2, 5, 6, 9, 10, 99)]
    assert rates == [3, 3, 4, 4, 5, 5, 6, 6]
    assert training.largest_rate_exponent == 6


def test_rates_from_a_file_are_lists_and_become_tuples() -> None:
    training = TrainingOptions(rate_exponent=[[0, 3], [2, 4]])  # type: ignore[arg-type]
    assert training == TrainingOptions(rate_exponent=((0, 3), (2, 4)))
    assert hash(training) == hash(TrainingOptions(rate_exponent=((0, 3), (2, 4))))


@pytest.mark.parametrize("device", DEVICES)
def test_multipliers_may_take_all_of_the_devices_dsp_blocks_or_the_budget(device: str) -> None:
    available = DEVICES[device].dsp
    assert TargetOptions(device=device).dsp_blocks == available
    assert TargetOptions(device=device, dsp_budget=0).dsp_blocks == 0
    assert TargetOptions(device=device, dsp_budget=available).dsp_blocks == available
    with pytest.raises(ValueError, match=f"^target dsp_budget must be at most {available}, "):
        TargetOptions(device=device, dsp_budget=available + 1)


def test_a_reduction_must_be_a_table() -> None:
    with pytest.raises(TypeError, match=r"^data reduce must be a table, not 'pca'$"):
        DataOptions(reduce="pca")  # type: ignore[arg-type]


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ValueError, match="epochs") as found:
        TrainingOptions(epochs=0, seed=-1)
    assert "training seed must be at least 0, not -1" in str(found.value)
