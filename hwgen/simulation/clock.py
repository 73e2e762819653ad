"""The clock of a simulation, in its time steps."""

from __future__ import annotations

__all__ = ["STEPS_PER_CLOCK"]

STEPS_PER_CLOCK = 2
"""Time steps of a clock; its rising edge is the second one's begin."""
