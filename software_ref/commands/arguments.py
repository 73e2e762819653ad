"""Command-line arguments that subcommands share, each with one name, check and help everywhere."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from software_ref.early_stop import PATIENCE
from software_ref.figure import PICTURE_FORMATS, picture_format
from software_ref.golden import ENGINES

__all__ = [
    "add_data",
    "add_engine",
    "add_epochs",
    "add_json",
    "add_lags",
    "add_network_file",
    "add_picture",
    "add_samples",
    "add_stop_early",
    "add_test_samples",
    "integer_from",
    "number_of",
    "percentage",
    "picture_path",
    "share",
]

LARGEST_LAG = 1000
"""Steps that a lag may be given as: a trainer keeps every sample in flight in memory."""


def add_network_file(parser: argparse.ArgumentParser) -> None:
    """Add the positional `network_file`: Path."""
    parser.add_argument(
        "network_file", type=Path, metavar="NETWORK.toml", help="the network file (TOML)"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json FILE`: Path or None."""
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write all figures to FILE as JSON"
    )


def add_picture(parser: argparse.ArgumentParser, what: str) -> None:
    """Add `--picture FILE`, also called `--png`: Path or None; `what` tells what it draws."""
    *most, last = PICTURE_FORMATS
    parser.add_argument(
        "--picture",
        "--png",
        type=picture_path,
        metavar="FILE",
        help=f"{what}; FILE ends in {', '.join(most)} or {last}",
    )


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add `--data DIR`: Path or None."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="look for data files here first (MNIST is found nowhere else)",
    )


def add_samples(parser: argparse.ArgumentParser, *, least: int, what: str) -> None:
    """Add `--samples N`: integer from `least`, or None; `what` tells what N samples mean."""
    parser.add_argument("--samples", type=integer_from(least), metavar="N", help=what)


def add_test_samples(parser: argparse.ArgumentParser) -> None:
    """Add `--test-samples N`: integer from 0, or None."""
    parser.add_argument(
        "--test-samples",
        type=integer_from(0),
        metavar="N",
        help="take the first N test samples; 0 leaves the test out",
    )


def add_epochs(parser: argparse.ArgumentParser) -> None:
    """Add `--epochs N`: integer from 1, or None."""
    parser.add_argument(
        "--epochs",
        type=integer_from(1),
        metavar="N",
        help="train up to N epochs in all, in place of the file's `epochs`",
    )


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add `--engine NAME`: one of `ENGINES`."""
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="auto",
        help="what the golden model runs in; auto (the default) is compiled where Numba is "
        "installed, else numpy; the bits are the same",
    )


def add_stop_early(parser: argparse.ArgumentParser) -> None:
    """Add `--stop-early [N]`: integer from 1, or None."""
    parser.add_argument(
        "--stop-early",
        type=integer_from(1),
        nargs="?",
        const=PATIENCE,
        metavar="N",
        help="end after N epochs in which the training accuracy, as the board counts it, was no "
        f"better, once rates and connections stay as they are (N is {PATIENCE} where it is left "
        "out)",
    )


def add_lags(parser: argparse.ArgumentParser) -> None:
    """Add `--lags M1,...,ML`: tuple of integers, or None (see `loading.lags_of`)."""
    parser.add_argument(
        "--lags",
        type=_lags,
        metavar="M1,...,ML",
        help="update lag of each junction in steps, in place of the hardware's",
    )


def integer_from(least: int) -> Callable[[str], int]:
    """An argparse type: an integer of at least `least`."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"must be an integer, not {text!r}") from None
        if value < least:
            raise argparse.ArgumentTypeError(f"must be at least {least}, not {value}")
        return value

    return parse


def share(text: str) -> float:
    """An argparse type: a share, 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"must lie in 0 to 1, not {text}")
    return value


def percentage(text: str) -> float:
    """An argparse type: percent, above 0 and at most 100."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a percentage, not {text!r}") from None
    if not 0 < value <= 100:
        raise argparse.ArgumentTypeError(f"must be above 0 and at most 100, not {text}")
    return value


def number_of(unit: str) -> Callable[[str], float]:
    """An argparse type: a number of minutes, seconds or the like, above 0 and below a million."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 < value < 1e6:
            raise argparse.ArgumentTypeError(f"must be a number of {unit} above 0, not {text!r}")
        return value

    return parse


def picture_path(text: str) -> Path:
    """An argparse type: the name of a picture, by its ending."""
    path = Path(text)
    try:
        picture_format(path)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return path


def _lags(text: str) -> tuple[int, ...]:
    try:
        lags = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be integers with commas between them, such as 5,2, not {text!r}"
        ) from None
    if max(lags) > LARGEST_LAG:
        raise argparse.ArgumentTypeError(f"must be at most {LARGEST_LAG}, not {max(lags)}")
    return lags
