"""What a check compared, and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Finding", "Findings"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One difference between bitstream and design."""

    what: str
    """What differs."""
    where: str
    """Its tile or site, or its place in the design."""
    found: str
    """What the bitstream has."""
    right: str
    """What it must have."""

    def __str__(self) -> str:
        return f"{self.what} at {self.where}: is {self.found}, must be {self.right}"


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The outcome of one check."""

    kind: str
    """What was checked, in a word or two."""
    compared: Mapping[str, int]
    """How many of what was compared."""
    differences: list[Finding] = field(default_factory=list)
    """What differs."""
    notes: list[str] = field(default_factory=list)
    """What was not compared, or how far the comparison goes."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "kind": self.kind,
            "compared": dict(self.compared),
            "differences": [vars(each) for each in self.differences],
            "notes": self.notes,
        }
