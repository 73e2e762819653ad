"""Figures of the small board that the tests share."""

from __future__ import annotations

__all__ = ["SAMPLES", "TIMEOUT"]

SAMPLES = 40
"""Room in its store."""
TIMEOUT = 0.0002
"""Seconds of its clock to wait for an answer, beside what a frame takes on its way."""
