"""Jobs: what they refuse."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from hwgen.simulation.job import Job, Play, Stalls, Wait


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"seed": -1}, "seed must be 0 to 2^32 - 1, not -1"),
        ({"length": 0}, "length must be 1 to 65535 clocks, not 0"),
        ({"samples": 1.0}, "samples must be a probability in [0, 1), not 1.0"),
        ({"values": -0.1}, "values must be a probability in [0, 1), not -0.1"),
    ],
)
def test_impossible_stalls_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Stalls(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"operations": [], "reset_clocks": -1},
            "reset_clocks must be 0 to 2^32 - 1, not -1",
        ),
        (
            {"operations": [], "features": np.zeros((3, 2), int)},
            "features and labels must be given together, not one alone",
        ),
        (
            {"operations": [], "features": np.zeros((3, 2), int), "labels": np.zeros(2, int)},
            "features must have the shape (n, N_0) and labels (n,), not (3, 2) and (2,)",
        ),
        (
            {"operations": [Play(samples=[0])]},
            "features and labels must be given for a job that plays samples",
        ),
        ({"operations": [Wait(clocks=0)]}, "clocks must be 1 to 2^32 - 1, not 0"),
        ({"operations": [], "patience": 0}, "patience must be 1 to 2^32 - 1 clocks, not 0"),
    ],
)
def test_impossible_jobs_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Job(**settings)
