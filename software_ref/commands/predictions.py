"""`--predictions FILE.csv`: every prediction in a file, and what was taken for what."""

from __future__ import annotations

import argparse
from pathlib import Path

from software_ref.predictions import Predictions

__all__ = ["add_predictions", "write_predictions"]


def add_predictions(parser: argparse.ArgumentParser, what: str) -> None:
    """Add `--predictions FILE.csv`: Path or None; `what` tells which samples' they are."""
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="FILE.csv",
        help=f"write label and prediction of {what}, one a line",
    )


def write_predictions(predictions: Predictions, path: Path) -> None:
    """Write the file and say so."""
    predictions.write_csv(path)
    print(f"predictions: {path}")
