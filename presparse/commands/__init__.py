"""Subcommands on the console command itself, each in a module of its name."""

from __future__ import annotations

__all__ = ["COMMANDS"]

COMMANDS = {
    "completion": "print what makes a shell complete commands, options and files",
}
"""What each does, in one line."""
