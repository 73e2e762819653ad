"""What an experiment shows: tables, a picture and findings, and the files they are written to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from software_ref.console.atomic_file import atomic_file
from software_ref.console.output import table_lines, write_json
from software_ref.console.shared_folder import only_user
from software_ref.figure import empty_figure, write_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Report", "Spread", "Table", "signed_points", "write_report"]


@dataclass(frozen=True)
class Spread:
    """Mean and sample standard deviation over seeds."""

    values: tuple[float, ...]
    """One value a seed, at least one."""

    @property
    def mean(self) -> float:
        """Arithmetic mean."""
        return fmean(self.values)

    @property
    def deviation(self) -> float:
        """Sample standard deviation; 0 for one value."""
        return stdev(self.values) if len(self.values) > 1 else 0.0

    def percent(self) -> str:
        """As percentages: "97.4 ± 0.1", or "97.4" for one seed."""
        mean = f"{100 * self.mean:.1f}"
        return mean if len(self.values) == 1 else f"{mean} ± {100 * self.deviation:.1f}"


def signed_points(share: float) -> str:
    """A difference of shares in points: "+0.3", "-1.2", and "+0.0" for next to nothing."""
    return f"{round(100 * share, 1) + 0.0:+.1f}"


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a report."""

    title: str
    """One line above it."""
    header: Sequence[str]
    """Titles of the columns."""
    rows: Sequence[Sequence[object]]
    """Cells; None leaves one empty."""
    text: Sequence[int] = (0,)
    """Columns of words, set to the left."""

    def plain(self) -> str:
        """For a terminal."""
        return "\n".join([self.title, *table_lines(self.header, self.rows, text=self.text)])

    def markdown(self) -> str:
        """For the documentation."""
        rules = ["---" if i in self.text else "---:" for i in range(len(self.header))]
        rows = [["" if cell is None else str(cell) for cell in row] for row in self.rows]
        lines = [" | ".join(cells) for cells in ([*self.header], rules, *rows)]
        return "\n".join([f"**{self.title}**", "", *(f"| {line} |" for line in lines)])


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything an experiment shows."""

    tables: Sequence[Table]
    findings: Sequence[str]
    """Sentences that hold the numbers against the slides' claims, true of these numbers."""
    verdict: str
    """What becomes of the claim, in a few words that follow from the numbers."""
    draw: Callable[[Figure], None]
    """Draws the picture into an empty figure."""
    size: tuple[float, float] = (9.0, 4.5)
    """Width and height of the picture in inches."""
    document: dict[str, Any] = field(default_factory=dict)
    """All figures, for JSON."""
    banner: str | None = None
    """What stands above everything: that the figures are of a quick run."""

    def without_verdict(self, banner: str) -> Report:
        """The same tables and picture below a banner, and no findings: of figures that say
        nothing."""
        return replace(self, findings=(), verdict="", banner=banner)

    def plain(self) -> str:
        """Tables and findings for a terminal."""
        tables = [table.plain() for table in self.tables]
        return _joined(self.banner, *tables, "\n".join(self.findings))

    def markdown(self) -> str:
        """Tables and findings for the documentation."""
        findings = "\n".join(f"- {finding}" for finding in self.findings)
        banner = self.banner and f"> {self.banner}"
        return _joined(banner, *(table.markdown() for table in self.tables), findings) + "\n"


def _joined(*parts: str | None) -> str:
    """The parts that there are, with a line between them."""
    return "\n\n".join(part for part in parts if part)


def write_report(report: Report, *, png: Path, json: Path, markdown: Path) -> None:
    """Write picture, figures and tables, each file whole or not at all.

    Raises
    ------
    OSError
        A file cannot be written.
    """

    with only_user(json.parent):  # they belong together
        write_json(json, report.document)
        with atomic_file(markdown) as unfinished:
            unfinished.write_text(report.markdown(), encoding="utf-8")
        figure = empty_figure(*report.size, dpi=100)
        report.draw(figure)
        if report.banner is not None:
            figure.suptitle(report.banner, color="firebrick", fontsize=8, wrap=True)
        write_picture(png, figure)
