"""The options that commands about cores share."""

from __future__ import annotations

import argparse

from hwgen.bus.files import BUSES

__all__ = ["add_bus", "add_core"]


def add_core(parser: argparse.ArgumentParser) -> None:
    """Add `--core training|inference`."""
    parser.add_argument(
        "--core",
        choices=("training", "inference"),
        default="training",
        help="what the core can do; an inference core is smaller (default: %(default)s)",
    )


def add_bus(parser: argparse.ArgumentParser) -> None:
    """Add `--bus axi`."""
    parser.add_argument(
        "--bus", choices=BUSES, help="put the core on a bus (default: its own ports alone)"
    )
