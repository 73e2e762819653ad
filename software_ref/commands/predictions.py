"""`--predictions`, `--confusion`: every prediction in a file, and what was taken for what."""

from __future__ import annotations

import argparse
from pathlib import Path

from software_ref.commands.arguments import picture_path
from software_ref.confusion import NUMBERS_UP_TO, confusion_figure
from software_ref.figure import write_picture
from software_ref.predictions import Predictions

__all__ = ["add_predictions", "prediction_outputs", "tell_predictions", "wants_predictions"]


def add_predictions(parser: argparse.ArgumentParser, what: str) -> None:
    """Add `--predictions FILE.csv` and `--confusion FILE`; `what` tells which samples' they are."""
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="FILE.csv",
        help=f"write label and prediction of {what}, one a line, and print each class's accuracy",
    )
    parser.add_argument(
        "--confusion",
        type=picture_path,
        metavar="FILE",
        help="draw their confusion matrix, a .png, .pdf or .svg, and print the same",
    )


def prediction_outputs(arguments: argparse.Namespace) -> dict[str, Path | None]:
    """The files that the two options name, for `check_outputs`."""
    return {"--predictions": arguments.predictions, "--confusion": arguments.confusion}


def wants_predictions(arguments: argparse.Namespace) -> bool:
    """Whether the user asks for either."""
    return any(prediction_outputs(arguments).values())


def tell_predictions(predictions: Predictions, title: str, arguments: argparse.Namespace) -> None:
    """Print each class's accuracy, and write the files that were asked for."""
    confusion = predictions.confusion
    print("\n".join(["", *confusion.lines(), ""]))
    if confusion.classes <= NUMBERS_UP_TO:
        print("\n".join([*confusion.matrix_lines(), ""]))
    if arguments.predictions is not None:
        predictions.write_csv(arguments.predictions)
        print(f"predictions: {arguments.predictions}")
    if arguments.confusion is not None:
        write_picture(arguments.confusion, confusion_figure(title, confusion))
        print(f"confusion matrix: {arguments.confusion}")
