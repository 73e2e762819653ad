"""The option that all commands about cores share."""

from __future__ import annotations

import argparse

__all__ = ["add_core"]


def add_core(parser: argparse.ArgumentParser) -> None:
    """Add `--core training|inference`."""
    parser.add_argument(
        "--core",
        choices=("training", "inference"),
        default="training",
        help="what the core can do; an inference core is smaller (default: %(default)s)",
    )
