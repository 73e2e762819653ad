"""What a core will take and how fast it will be, before any synthesis."""

from __future__ import annotations

from hwgen.estimate.model import Estimate, estimate_core

__all__ = ["Estimate", "estimate_core"]
