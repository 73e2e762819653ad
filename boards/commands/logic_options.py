"""Options of commands that make a board's logic: its memory and its clock."""

from __future__ import annotations

import argparse

from boards.memory.external import BLOCK, MEMORIES

__all__ = ["add_memory", "positive_mhz"]


def add_memory(parser: argparse.ArgumentParser) -> None:
    """Declare `--memory`."""
    kinds = ", ".join(f"{kind} ({each.title})" for kind, each in MEMORIES.items())
    parser.add_argument(
        "--memory",
        choices=(BLOCK, *MEMORIES),
        default=BLOCK,
        help=f"memory that holds the samples: {BLOCK} RAM, or one beside the FPGA, {kinds} "
        "(default: %(default)s)",
    )


def positive_mhz(text: str) -> float:
    """The clock that an argument says, in MHz."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError(
            f"must be a clock above 0 and up to 1000 MHz, not {text!r}"
        )
    return value
