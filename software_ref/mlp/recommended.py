"""Settings of a training that suit the hidden layers and the number of samples, to start from."""

from __future__ import annotations

from typing import Any

from software_ref.mlp.rate import RateSchedule

__all__ = [
    "BATCH",
    "EPOCHS",
    "MOST_EPOCHS",
    "OPTIMISER",
    "RATES",
    "SCHEDULE",
    "STEPS",
    "recommended",
]

OPTIMISER = {"sigmoid": "momentum", "relu": "adam"}
"""By the hidden activation."""

RATES = {
    "sigmoid": {"momentum": 0.3, "adam": 0.01, "sgd": 3.0},
    "relu": {"momentum": 0.05, "adam": 0.008, "sgd": 0.5},
}
"""First learning rate by hidden activation and optimiser. A sigmoid passes back a quarter of an
error or less, and needs the higher rate."""

SCHEDULE = RateSchedule(kind="inverse_time", factor=0.1)
"""Unlike a cosine, it lets a training go on for longer than was first asked for."""

BATCH = 32
EPOCHS = 15
MOST_EPOCHS = 100
STEPS = 2000
"""Few samples are gone through more often, up to `MOST_EPOCHS` times, until so many steps."""


def recommended(hidden: str, samples: int, optimiser: str | None = None) -> dict[str, Any]:
    """Fields of `MlpOptions` for a network of some hidden activation and for some samples.

    Parameters
    ----------
    hidden : str
        "sigmoid" or "relu".
    samples : int
        Training samples, at least 1.
    optimiser : str, optional
        An optimiser that is chosen already.
    """
    optimiser = OPTIMISER[hidden] if optimiser is None else optimiser
    steps_an_epoch = -(-samples // BATCH)
    return {
        "optimiser": optimiser,
        "rate": RATES[hidden][optimiser],
        "schedule": SCHEDULE,
        "batch": BATCH,
        "epochs": min(MOST_EPOCHS, max(EPOCHS, -(-STEPS // steps_an_epoch))),
    }
