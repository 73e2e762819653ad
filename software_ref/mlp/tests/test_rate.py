"""Learning-rate schedules by their formulas."""

from __future__ import annotations

from typing import Any

import pytest

from software_ref.mlp.rate import RateSchedule


def factors(epochs: int, **settings: Any) -> list[float]:
    schedule = RateSchedule(**settings)
    return [schedule.at(epoch, epochs) for epoch in range(epochs)]


def test_constant() -> None:
    assert factors(3) == [1, 1, 1]


def test_step_halves_like_the_hardware() -> None:
    assert factors(6, kind="step", factor=0.5, every=2) == [1, 1, 0.5, 0.5, 0.25, 0.25]


def test_inverse_time() -> None:
    assert factors(3, kind="inverse_time", factor=0.5) == pytest.approx([1, 2 / 3, 1 / 2])


def test_cosine_falls_from_1_towards_its_factor() -> None:
    assert factors(4, kind="cosine") == pytest.approx([1, 0.8535533906, 0.5, 0.1464466094])
    assert RateSchedule(kind="cosine", factor=0.2).at(4, 4) == pytest.approx(0.2)


def test_plateau_falls_after_every_so_many_epochs_without_a_better_one() -> None:
    schedule = RateSchedule(kind="plateau", factor=0.5, every=2)
    better = [True, False, True, False, False, False, False, False, True, False]
    found = [schedule.at(epoch, 99, better[:epoch]) for epoch in range(len(better) + 1)]
    assert found == [1, 1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "linear"}, "schedule kind must be one of .*, not 'linear'"),
        ({"kind": "cosine", "factor": 1.5}, r"schedule factor must lie in \[0, 1\], not 1.5"),
        ({"kind": "step"}, 'schedule factor must be above 0 for "step", not 0'),
        ({"kind": "plateau"}, 'schedule factor must be above 0 for "plateau", not 0'),
        ({"kind": "step", "factor": 0.5, "every": 0}, "schedule every must be at least 1 epoch"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RateSchedule(**settings)
