"""What limits the clock of a routed design, as far as a tool tells it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["CriticalPath", "of_report"]


@dataclass(frozen=True, kw_only=True)
class CriticalPath:
    """The slowest path from a register to a register."""

    start: str
    """The pin it starts at."""
    end: str
    """The pin it ends at."""
    cell_ns: float
    """Time in cells, the registers' own times among it."""
    wire_ns: float
    """Time on wires."""
    levels: int
    """Cells between the registers."""
    path_units: tuple[str, str] | None = None
    """Units of the core that it starts and ends in, where their names are left."""

    @property
    def ns(self) -> float:
        """All of it."""
        return self.cell_ns + self.wire_ns

    def __str__(self) -> str:
        return (
            f"critical path from {self.start} to {self.end}: {self.cell_ns:.3f} ns in cells "
            f"({self.levels} between the registers), {self.wire_ns:.3f} ns on wires"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def of_report(report: dict[str, Any]) -> CriticalPath | None:
    """The slowest path in a report of nextpnr between registers; None where it has none.

    Parameters
    ----------
    report
        The document that `--report` writes.
    """
    paths = [
        _path(entry["path"])
        for entry in report.get("critical_paths", ())
        if entry["path"] and "<async>" not in (entry["from"], entry["to"])
    ]
    return max(paths, key=lambda path: path.ns, default=None)


def _path(steps: list[dict[str, Any]]) -> CriticalPath:
    first, last = steps[0]["from"], steps[-1]["to"]
    wires = sum(step["delay"] for step in steps if step["type"] == "routing")
    return CriticalPath(
        start=f"{first['cell']}/{first['port']}",
        end=f"{last['cell']}/{last['port']}",
        cell_ns=round(sum(step["delay"] for step in steps) - wires, 3),
        wire_ns=round(wires, 3),
        levels=sum(step["type"] == "logic" for step in steps),
    )
