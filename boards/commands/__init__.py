"""Subcommands about boards, each in a module of its name."""

from __future__ import annotations

from software_ref.commands import COMMANDS as SOFTWARE

__all__ = ["COMMANDS"]

COMMANDS = {
    # Takes the place of software_ref's, which knows no boards.
    "check": SOFTWARE["check"],
    "boards": "list the boards, what they have, and where a network fits",
    "build": "build a bitstream that trains the network on a board",
    "check-bitstream": "decode a 7-series board's bitstream and hold it against its design",
    "host": "train on a board over its serial port, and read back what it has learnt",
    "board-sim": "run the network's board in simulation, as a serial port for `presparse host`",
}
"""What each does, in one line."""
