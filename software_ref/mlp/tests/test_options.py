"""Every wrong setting is refused with one line that says what is right."""

from __future__ import annotations

from typing import Any

import pytest

from software_ref.mlp.options import MlpOptions


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"hidden": "tanh"}, ValueError, 'hidden must be "sigmoid" or "relu", not \'tanh\''),
        ({"output": "relu"}, ValueError, 'output must be "softmax" or "sigmoid", not \'relu\''),
        ({"optimiser": "lamb"}, ValueError, "optimiser must be .* not 'lamb'"),
        ({"dtype": "float16"}, ValueError, "dtype must be .* not 'float16'"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1, not 0"),
        ({"epochs": 2.0}, TypeError, "epochs must be an integer, not 2.0"),
        ({"batch": -1}, ValueError, "batch must be at least 1, not -1"),
        ({"seed": True}, TypeError, "seed must be an integer, not True"),
        ({"patience": 0}, ValueError, "patience must be at least 1, not 0"),
        ({"rate": 0}, ValueError, "rate must be above 0, not 0"),
        ({"rate": float("nan")}, ValueError, "rate must be finite, not nan"),
        ({"rate": "1"}, TypeError, "rate must be a number, not '1'"),
        ({"l2": -1e-3}, ValueError, "l2 must be at least 0, not -0.001"),
        ({"momentum": 1.0}, ValueError, r"momentum must lie in \[0, 1\), not 1.0"),
        ({"second_moment": -0.1}, ValueError, r"second_moment must lie in \[0, 1\), not -0.1"),
        ({"centre": 1}, TypeError, "centre must be true or false, not 1"),
        ({"schedule": "cosine"}, TypeError, "schedule must be a RateSchedule, not 'cosine'"),
    ],
)
def test_wrong_settings_are_refused(
    settings: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{message}$"):
        MlpOptions(**settings)
