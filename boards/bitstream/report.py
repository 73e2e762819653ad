"""What a build came to: clock, resources and the files that it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boards.bitstream.job import BitstreamJob
from hwgen.pnr.critical_path import CriticalPath
from software_ref.console.output import table_lines

__all__ = ["BuildReport", "Routed"]


@dataclass(frozen=True, kw_only=True)
class Routed:
    """Figures of a placed and routed board."""

    fmax_mhz: float
    """Highest clock of the logic."""
    timing_met: bool
    """Whether every clock and every path is fast enough."""
    used: Mapping[str, int]
    """Cells by type."""
    available: Mapping[str, int]
    """Cells of the FPGA by the same types."""
    path: CriticalPath | None = None
    """What limits the clock, where the tool tells it."""
    seed: int | None = None
    """Seed of the placer, where it has one."""
    tools: tuple[str, ...] = ()
    """What made it, with versions where the tools tell them."""


@dataclass(frozen=True, kw_only=True)
class BuildReport:
    """One run of `presparse build`."""

    job: BitstreamJob
    """What was built."""
    routed: Routed | None
    """None where no tool ran."""
    bitstream: Path | None
    """None where there is none."""
    plan: Path | None
    """The archive for another machine; None where a tool ran here."""
    seconds: float
    """Wall-clock time of the run."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        job, routed = self.job, self.routed
        return {
            "board": job.board.name,
            "part": job.board.part.name,
            "clock_mhz": job.clock_mhz,
            "baud": job.design.baud,
            "samples": job.design.samples,
            "fmax_mhz": None if routed is None else round(routed.fmax_mhz, 2),
            "timing_met": None if routed is None else routed.timing_met,
            "path": None if routed is None or routed.path is None else routed.path.to_dict(),
            "seed": None if routed is None else routed.seed,
            "used": None if routed is None else dict(routed.used),
            "available": None if routed is None else dict(routed.available),
            "tools": None if routed is None else list(routed.tools),
            "bitstream": None if self.bitstream is None else str(self.bitstream),
            "manifest": str(job.manifest_file),
            "plan": None if self.plan is None else str(self.plan),
            "seconds": self.seconds,
        }

    def format_table(self) -> str:
        """A table of resources and a line on the clock."""
        job, routed = self.job, self.routed
        if routed is None:
            return f"{job.board.title}: {job.clock_mhz:g} MHz asked for, nothing placed yet"
        rows = [
            (kind, used, routed.available[kind], f"{100 * used / routed.available[kind]:.1f} %")
            for kind, used in routed.used.items()
            if used and routed.available.get(kind)
        ]
        path = [] if routed.path is None else [str(routed.path)]
        met = "meets" if routed.timing_met else "misses"
        return "\n".join(
            [
                *table_lines(("cells", "used", "of", "share"), rows),
                "",
                *path,
                f"{routed.fmax_mhz:.2f} MHz after routing on {job.board.part.name}, {met} "
                f"{job.clock_mhz:g} MHz",
            ]
        )
