"""The comment that an exported file begins with: what it is, what made it, how it starts."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata

__all__ = ["OLDEST_ICARUS", "OLDEST_VERILATOR", "header", "lint_commands", "spaced"]

OLDEST_VERILATOR = "5.006"
"""The oldest Verilator whose lint took the files and their waivers; it is Debian 12's."""
OLDEST_ICARUS = "11.0"
"""The oldest Icarus that simulated them."""


def header(module: str, kind: str, *paragraphs: str) -> str:
    """Comment lines: what the file is, what made it, and how the design starts.

    Parameters
    ----------
    module, kind
        Name of the top module, and what it is.
    paragraphs
        About the design; each of one or more lines.
    """
    # No line begins with a name of the user's: a comment that begins with a tool's is an order.
    text = [
        f"Module {module}: {kind}.\n"
        f"Made by presparse {_version()}; what is changed here is lost in the next export.",
        *paragraphs,
        "The rising edge of clk counts. rst is synchronous and active high; one clock of it is\n"
        "enough, and memories keep what they hold. What it sets starts with the same values, so\n"
        "none is needed where initial values count.",
        f"Verilog-2001, for synthesis and simulation. Tried from Verilator {OLDEST_VERILATOR} and\n"
        f"Icarus {OLDEST_ICARUS} on.",
    ]
    lines = "\n\n".join(text).encode("ascii", "backslashreplace").decode().splitlines()
    return "".join(f"// {line}".rstrip() + "\n" for line in lines)


def lint_commands(name: str) -> Sequence[str]:
    """The command lines that check the files of `presparse generate`, without a warning."""
    return (
        f"verilator --lint-only -Wall {name}.vlt {name}.v",
        f"iverilog -g2001 -Wall -t null {name}.v",
    )


def spaced(values: Sequence[object]) -> str:
    """Numbers in a sentence: `4 and 16`."""
    *first, last = map(str, values)
    return f"{', '.join(first)} and {last}" if first else last


def _version() -> str:
    try:
        return metadata.version("presparse")
    except metadata.PackageNotFoundError:
        return "from its source"
