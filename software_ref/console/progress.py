"""The progress bar of long work: on standard error, and only where somebody can see it."""

from __future__ import annotations

from types import TracebackType
from typing import Self

__all__ = ["ProgressBar"]


class ProgressBar:
    """A bar on a terminal's standard error; without a terminal it shows nothing.

    Use it as a context manager, and print with `print` while it stands, so that lines go above it.

    Parameters
    ----------
    total : int
        What there is to do, in units.
    unit : str
        Name of one unit, for the rate: "sample" makes "sample/s".
    description : str
        Text before the bar.
    """

    def __init__(self, total: int, *, unit: str, description: str = "") -> None:
        from tqdm import tqdm

        # disable=None asks tqdm to look whether standard error is a terminal.
        self._bar = tqdm(
            total=total,
            unit=unit,
            desc=description,
            disable=None,
            leave=False,
            unit_scale=True,
            dynamic_ncols=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()

    def update(self, units: int = 1) -> None:
        """Move on by some units."""
        self._bar.update(units)

    def describe(self, description: str) -> None:
        """Change the text before the bar."""
        self._bar.set_description(description)

    def step(self, description: str) -> None:
        """Show what begins now, and count it: for a tool that tells its steps."""
        self.describe(description)
        self.update()

    def print(self, line: str) -> None:
        """Print a line to standard output, above the bar."""
        self._bar.clear()
        print(line, flush=True)
        self._bar.refresh()
