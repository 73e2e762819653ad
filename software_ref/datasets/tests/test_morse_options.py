"""Morse options: every rule and its message."""

import re
from typing import Any

import pytest

from software_ref.datasets.morse import MorseOptions


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"frame": 64.0}, "frame must be an integer, not float"),
        ({"seed": True}, "seed must be an integer, not bool"),
        ({"dot": 2}, "dot must be a pair (shortest, longest), not 2"),
        ({"dash": (4, 9, 10)}, "dash must be a pair (shortest, longest), not (4, 9, 10)"),
        ({"space": (1, 2.5)}, "space must hold two integers, not (1, 2.5)"),
        ({"noise_sigma": "4"}, "noise_sigma must be a number, not str"),
        ({"levels": True}, "levels must be a number, not bool"),
        ({"leading_spaces": 1}, "leading_spaces must be true or false, not int"),
        ({"style": 3}, "style must be a string, not int"),
    ],
)
def test_wrong_kind_is_a_type_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        MorseOptions(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dilation": 0}, "dilation must be at least 1, not 0"),
        ({"train_per_class": 0}, "train_per_class must be at least 1, not 0"),
        ({"test_per_class": -1}, "test_per_class must be at least 0, not -1"),
        ({"seed": -1}, "seed must be at least 0, not -1"),
        ({"space": (0, 3)}, "space must have 1 <= shortest <= longest, not (0, 3)"),
        ({"dash": (9, 4)}, "dash must have 1 <= shortest <= longest, not (9, 4)"),
        ({"levels": 0}, "levels must be above 0, not 0"),
        ({"levels": 8}, "symbol_mean must lie in 0 to levels = 8, not 12"),
        ({"noise_sigma": -0.5}, "noise_sigma must lie in 0 to 1000000, not -0.5"),
        ({"noise_sigma": float("nan")}, "noise_sigma must lie in 0 to 1000000, not nan"),
        ({"symbol_sd": float("inf")}, "symbol_sd must lie in 0 to 1000000, not inf"),
        ({"levels": 10**400}, f"levels must lie in 0 to 1000000, not {10**400}"),
        ({"style": "colour"}, "style must be one of gray, black_and_white, not 'colour'"),
        (
            {"train_per_class": 10**9},
            "a split must hold at most 4294967296 values, not 4096000000000 = "
            "64 classes x 1000000000 samples x 64 features",
        ),
    ],
)
def test_values_out_of_range_are_a_value_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        MorseOptions(**changes)


@pytest.mark.parametrize("dilation", [1, 4])
def test_a_frame_too_short_for_a_code_is_refused(dilation: int) -> None:
    # Six symbols with four dashes: 4 x 4 + 2 x 1 + 5 x 1 = 23; 0 takes 5 x 4 + 4 x 1 = 24.
    MorseOptions(frame=24, dilation=dilation)
    message = "frame must be at least 24, the shortest length of 0 (-----), not 23"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        MorseOptions(frame=23, dilation=dilation)


def test_dashes_may_overlap_dots() -> None:
    opts = MorseOptions(dash=(3, 9), dilation=2)
    assert opts.element_ranges("-.") == [(6, 18), (2, 6), (2, 6)]
