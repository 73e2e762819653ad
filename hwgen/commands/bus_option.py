"""The option of commands that put a core on a bus."""

from __future__ import annotations

import argparse

from hwgen.bus.files import BUSES

__all__ = ["add_bus"]


def add_bus(parser: argparse.ArgumentParser) -> None:
    """Add `--bus axi`."""
    parser.add_argument(
        "--bus", choices=BUSES, help="put the core on a bus (default: its own ports alone)"
    )
