"""What the benchmarks' command lines have in common: an error is one line, and so is Ctrl-C."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn

from presparse.cli import INTERRUPTED, WRONG_INPUT
from presparse.errors import EXPECTED, messages, one_line

__all__ = ["benchmark_parser", "exit_status"]


class _Parser(argparse.ArgumentParser):
    """One whose errors are exceptions, and so one line."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message} (see --help)")


def benchmark_parser(module_docstring: str | None) -> argparse.ArgumentParser:
    """A parser that describes a benchmark as its module does."""
    return _Parser(
        description=module_docstring, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def exit_status(main: Callable[[], int | None]) -> int:
    """Run a benchmark; its exit status.

    Returns
    -------
    int
        What `main` returned, 0 for None; those of `presparse` for Ctrl-C, whose exception may carry
        a line that says what is kept, and for wrong input, with a line on standard error.
    """
    try:
        return main() or 0
    except KeyboardInterrupt as interrupt:
        print(f"interrupted {one_line(str(interrupt))}".strip(), file=sys.stderr)
        return INTERRUPTED
    except EXPECTED as error:
        for message in messages(error):
            print(f"error: {message}", file=sys.stderr)
        return WRONG_INPUT
