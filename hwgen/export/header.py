"""The comment that an exported file begins with: what it is, what made it, how it starts."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata

__all__ = [
    "OLDEST_ICARUS",
    "OLDEST_VERILATOR",
    "header",
    "lint_commands",
    "made_by",
    "spaced",
]

OLDEST_VERILATOR = "5.006"
"""The oldest Verilator whose lint took the files and their waivers; it is Debian 12's."""
OLDEST_ICARUS = "11.0"
"""The oldest Icarus that simulated them."""


def header(
    module: str,
    kind: str,
    *paragraphs: str,
    clock: str = "clk",
    reset: str = "rst",
    reset_level: str = "high",
) -> str:
    """Comment lines: what the file is, what made it, and how the design starts.

    Parameters
    ----------
    module, kind
        Name of the top module, and what it is.
    paragraphs
        About the design; each of one or more lines.
    clock, reset, reset_level
        Ports of the clock and of the reset, and the level at which this is active.
    """
    # No line begins with a name of the user's: a comment that begins with a tool's is an order.
    text = [
        f"Module {module}: {kind}.\n{made_by()}",
        *paragraphs,
        f"The rising edge of {clock} counts. {reset} is synchronous and active {reset_level}; one "
        "clock of it is\nenough, and memories keep what they hold. What it sets starts with the "
        "same values, so\nnone is needed where initial values count.",
        f"Verilog-2001, for synthesis and simulation. Tried from Verilator {OLDEST_VERILATOR} and\n"
        f"Icarus {OLDEST_ICARUS} on.",
    ]
    lines = "\n\n".join(text).encode("ascii", "backslashreplace").decode().splitlines()
    return "".join(f"// {line}".rstrip() + "\n" for line in lines)


def lint_commands(*modules: str) -> Sequence[str]:
    """The command lines that check the files of `presparse generate`, without a warning.

    Parameters
    ----------
    modules
        The top module, and those of other files that it needs.
    """
    waivers = " ".join(f"{name}.vlt" for name in modules)
    verilog = " ".join(f"{name}.v" for name in modules)
    return (
        f"verilator --lint-only -Wall {waivers} {verilog}",
        f"iverilog -g2001 -Wall -t null {verilog}",
    )


def made_by() -> str:
    """Where a file comes from, in a line."""
    return f"Made by presparse {_version()}; what is changed here is lost in the next export."


def spaced(values: Sequence[object]) -> str:
    """Numbers in a sentence: `4 and 16`."""
    *first, last = map(str, values)
    return f"{', '.join(first)} and {last}" if first else last


def _version() -> str:
    try:
        return metadata.version("presparse")
    except metadata.PackageNotFoundError:
        return "from its source"
