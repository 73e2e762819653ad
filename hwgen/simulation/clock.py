"""The clock of a simulation, in its time steps."""

from __future__ import annotations

__all__ = ["STEPS_PER_CLOCK"]

STEPS_PER_CLOCK = 2
"""Time steps of a clock; the rising edge of clock t, from 0, is at the time 2 t + 1."""
