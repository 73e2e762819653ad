"""The progress bar of long work, where somebody can see it: on a terminal, or in a notebook."""

from __future__ import annotations

import sys
from functools import partial
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Self

__all__ = ["ProgressBar"]


class ProgressBar:
    """A bar on a terminal's standard error, or in a notebook's cell; elsewhere it shows nothing.

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
        self._bar = _bar()(
            total=total,
            unit=unit,
            desc=description,
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


def _bar() -> Any:
    """What makes the bar."""
    if _in_notebook():
        if find_spec("ipywidgets") is not None:
            from tqdm.notebook import tqdm_notebook

            return tqdm_notebook
        from tqdm import tqdm

        return partial(tqdm, file=sys.stdout)
    from tqdm import tqdm

    # disable=None asks tqdm to look whether standard error is a terminal.
    return partial(tqdm, disable=None)


def _in_notebook() -> bool:
    """Whether this process is the kernel of a notebook, whose cells show what is printed."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "IPKernelApp" in shell.config
