"""A network on one page of HTML: its connections, its hardware clock by clock, what it learnt."""

from __future__ import annotations

from hwgen.report.page import write_report
from hwgen.report.trained import Curves, Trained

__all__ = ["Curves", "Trained", "write_report"]
