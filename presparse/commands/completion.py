"""`presparse completion`: a script that makes a shell complete commands, options and files."""

from __future__ import annotations

import argparse

import shtab

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommand's arguments."""
    parser.add_argument("shell", choices=shtab.SUPPORTED_SHELLS, help="the shell")


def run(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    # Here, as the console command imports this module when it is asked for.
    from presparse.cli import full_parser

    print(shtab.complete(full_parser(), shell=arguments.shell))
    return 0
